"""Bus stops: a shelter behind the side walk and a sign at its end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.world.maps.network import Network
from sim.world.maps.object_names import BUS_STOP
from sim.world.scenery.ground import Heights
from sim.world.scenery.roadside import Placed

BEHIND_M = 0.25
"""Shelters, and signs, keep this from the paving."""
SIGN_M = (0.1, 0.1, 2.9)
SIGN_TO_SHELTER_M = 1.2


def bus_stops(network: Network, height_m: Heights) -> Iterator[Placed]:
    """Shelter and sign of every bus stop; the shelter looks to the road, the sign to where the bus comes from."""
    for road in network.roads:
        for stop in road.objects:
            if stop.name != BUS_STOP:
                continue
            wide_m, deep_m, tall_m = stop.size_m
            side = 1.0 if stop.t_m > 0 else -1.0
            heading_rad = float(road.headings(stop.s_m)[0])
            at_m = (stop.s_m, stop.s_m - side * (wide_m / 2 + SIGN_TO_SHELTER_M))
            beyond_m = (deep_m / 2 + BEHIND_M, SIGN_M[1] / 2 + BEHIND_M)
            places = road.points(np.array(at_m), stop.t_m + side * np.array(beyond_m))
            places[:, 2] = height_m(places[:, :2])
            (shelter_x, shelter_y, shelter_z), (x, y, z) = places.tolist()
            to_road_rad = heading_rad - side * np.pi / 2
            yield Placed("bus_shelter", (shelter_x, shelter_y, shelter_z), to_road_rad, (deep_m, wide_m, tall_m))
            to_bus_rad = heading_rad + (np.pi if side < 0 else 0.0)
            yield Placed("bus_stop_sign", (x, y, z), to_bus_rad, SIGN_M)
