"""The maps: OpenDRIVE text with scenery, by name or from any OpenDRIVE file."""

from sim.world.maps.catalog import load_map, map_from_xodr, map_names, unknown_map
from sim.world.maps.data import MapData, OrientedBoxArrays, SignalHead, Solids, UnknownMapError
from sim.world.maps.folder import folder_maps

__all__ = [
    "MapData",
    "OrientedBoxArrays",
    "SignalHead",
    "Solids",
    "UnknownMapError",
    "folder_maps",
    "load_map",
    "map_from_xodr",
    "map_names",
    "unknown_map",
]
