"""Detections -> Tracks -> WorldModel."""
