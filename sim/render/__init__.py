"""Cameras: one OpenGL pass for colour, depth, tag and instance."""
