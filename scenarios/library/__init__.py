"""The edge cases, one file a family."""
