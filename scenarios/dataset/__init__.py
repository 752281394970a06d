"""Nominal training data from the simulator: ordinary traffic in daylight, with labels from the truth."""
