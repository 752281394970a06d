"""What stands along roads: surfaces, paint, ground, buildings, trees, street furniture; the same for the same seed."""

from sim.world.scenery.build import Scenery, make_scenery

__all__ = ["Scenery", "make_scenery"]
