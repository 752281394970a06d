"""A CARLA 0.9.16 server without Unreal: any unmodified client drives it."""
