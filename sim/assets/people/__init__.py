"""Meshes of people."""
