"""The traffic signs that OpenDRIVE names, as things beside the road."""

from __future__ import annotations

import numpy as np

from sim.assets.signs.panel import POST_M
from sim.world.maps.network import Network, RoadRecord, RoadSignal
from sim.world.scenery.ground import Heights
from sim.world.scenery.roadside import Placed

SPEED_LIMIT = "274"
KINDS = {
    "101": "danger_sign",
    "103": "curve_left_sign",
    "103-10": "curve_left_sign",
    "103-20": "curve_right_sign",
    "123": "roadworks_sign",
    "136": "children_sign",
    "142": "animals_sign",
    "205": "yield_sign",
    "206": "stop_sign",
    "220": "one_way_right_sign",
    "220-10": "one_way_left_sign",
    "220-20": "one_way_right_sign",
    "267": "no_entry_sign",
    SPEED_LIMIT: "speed_sign",
    "306": "priority_sign",
    "350": "crossing_sign",
}
"""By their numbers in the StVO, which CARLA's towns have as well; after a dash a subtype with a face of its own."""


def road_signs(network: Network, height_m: Heights) -> list[Placed]:
    """All signs that have a face, on the ground beside their roads, their fronts to their traffic."""
    return [
        _placed(road, signal, height_m) for road in network.roads for signal in road.signals if signal.kind in KINDS
    ]


def _kind(signal: RoadSignal) -> str:
    return KINDS.get(f"{signal.kind}-{signal.subtype}", KINDS[signal.kind])


def _limit(signal: RoadSignal) -> int:
    """The number on a speed limit sign: CARLA's towns have it in the subtype, others in the value."""
    if signal.kind != SPEED_LIMIT:
        return 0
    number = int(signal.subtype) if signal.subtype.isdecimal() else 0
    return min(number or round(abs(signal.value)), 999)


def _placed(road: RoadRecord, signal: RoadSignal, height_m: Heights) -> Placed:
    x, y, _ = (float(v) for v in road.points(signal.s_m, signal.t_m)[0])
    facing_rad = float(road.headings(signal.s_m)[0]) + (np.pi if signal.along else 0.0)
    z_m = float(height_m(np.array([[x, y]]))[0])
    return Placed(_kind(signal), (x, y, z_m), facing_rad, (0.1, 0.1, POST_M), _limit(signal))
