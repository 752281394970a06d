"""The world, and the only place that knows the truth."""
