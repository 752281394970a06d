"""The maps: OpenDRIVE text with scenery, by name or from any OpenDRIVE file."""

from sim.world.maps.catalog import load_map, map_from_xodr, map_names
from sim.world.maps.data import MapData, OrientedBoxArrays, SignalHead, UnknownMapError

__all__ = [
    "MapData",
    "OrientedBoxArrays",
    "SignalHead",
    "UnknownMapError",
    "load_map",
    "map_from_xodr",
    "map_names",
]
