"""Animals made by code: how they are built, how they step, and their meshes."""
