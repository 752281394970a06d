"""Meshes of two-wheelers and how a rider sits on them."""
