"""Makes the navigation mesh of a map."""

from __future__ import annotations

import numpy as np
import shapely

from sim.world.maps.data import MapData
from sim.world.maps.network import read_network
from sim.world.navigation.areas import Area, walkable_areas
from sim.world.navigation.cells import convex_cells
from sim.world.navigation.detour import encode
from sim.world.scenery.strips import lane_strips


def make_navigation_mesh(data: MapData) -> bytes:
    """The navigation mesh of a map as a file for CARLA's clients, empty when it has nowhere to walk.

    Equal maps have equal bytes.

    Raises:
        ValueError: lanes that enclose no ground, or more ground than the format can describe.
    """
    network = read_network(data.xodr)
    try:
        areas = walkable_areas(network, lane_strips(network), data.solids())
        if Area.SIDE_WALK not in areas or areas[Area.SIDE_WALK].is_empty:
            return b""
        cells = convex_cells(areas)
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"its lanes make no proper ground: {error}") from error
    height_m = np.asarray(data.ground_z_m(cells.corner_world_m), dtype=np.float64)
    return encode(cells, height_m)
