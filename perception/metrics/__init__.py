"""Precision, recall and average precision of detectors."""
