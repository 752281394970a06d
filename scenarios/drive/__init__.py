"""The closed loop: stack, run bundle, verdict."""
