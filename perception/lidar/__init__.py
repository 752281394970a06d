"""LiDAR networks and clustering: sweeps -> boxes in space."""
