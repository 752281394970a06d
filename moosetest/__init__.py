"""What the stages say to each other: boundary types, frames, time, registry, config, digest."""
