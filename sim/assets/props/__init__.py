"""Meshes of street furniture."""
