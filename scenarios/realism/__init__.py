"""How real the pictures are: what a network that was trained on photographs alone recognises in them."""
