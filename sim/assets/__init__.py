"""Meshes made by code: vehicles, people, two-wheelers, props; one set for camera, LiDAR and radar."""
