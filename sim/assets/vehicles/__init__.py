"""Meshes of vehicles."""
