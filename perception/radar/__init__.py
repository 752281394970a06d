"""Radar returns -> boxes in space with radial speed."""
