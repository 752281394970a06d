"""Measuring where things break."""
