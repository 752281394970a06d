"""The sensors: one adapter a kind, from the world of one tick to the bytes of one message."""
