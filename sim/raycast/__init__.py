"""LiDAR and radar: rays through the same meshes the cameras see."""
