"""Where people can walk: side walks, crossings and roads as the navigation mesh that CARLA's clients load."""

from sim.world.navigation.mesh import make_navigation_mesh

__all__ = ["make_navigation_mesh"]
