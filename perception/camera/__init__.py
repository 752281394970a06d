"""Camera networks: frames -> boxes in the image."""
