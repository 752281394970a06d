"""The traffic signs that OpenDRIVE names, as things beside the road."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.network import Network, RoadRecord, RoadSignal
from sim.world.scenery.roadside import Placed

KINDS = {"205": "yield_sign", "206": "stop_sign", "274": "speed_sign"}
"""Numbers of the signs in the StVO, which CARLA's towns have as well."""
POST_M = 2.7
"""Height of a post: its panel hangs at least 2.00 m high (VwV-StVO)."""

Heights = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def road_signs(network: Network, terrain_height_m: Heights) -> list[Placed]:
    """All yield, stop and speed limit signs, on the ground beside their roads, their fronts to their traffic."""
    return [
        _placed(road, signal, terrain_height_m)
        for road in network.roads
        for signal in road.signals
        if signal.kind in KINDS
    ]


def _placed(road: RoadRecord, signal: RoadSignal, terrain_height_m: Heights) -> Placed:
    x, y, _ = (float(v) for v in road.points(signal.s_m, signal.t_m)[0])
    facing_rad = float(road.headings(signal.s_m)[0]) + (np.pi if signal.along else 0.0)
    z_m = float(terrain_height_m(np.array([[x, y]]))[0])
    limit = round(abs(signal.value)) if signal.kind == "274" else 0
    return Placed(KINDS[signal.kind], (x, y, z_m), facing_rad, (0.1, 0.1, POST_M), limit)
