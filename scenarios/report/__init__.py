"""Pages and videos made from run bundles."""
