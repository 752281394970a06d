"""`moosetest bench`: at which severity of which cue a model breaks."""
