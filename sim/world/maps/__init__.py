"""The maps, written as OpenDRIVE by our code, each with scenery from a seed."""
