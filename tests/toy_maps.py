"""Maps for tests of planning and fusion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from moosetest.world import Lane, LaneMap


def quarter_bend(
    radius_m: float, limit_mps: float = 15.0
) -> tuple[LaneMap, Callable[[float, float], tuple[float, float]]]:
    """60 m straight along +x to the origin, a quarter to the left, 80 m straight along +y; and places on the bend."""
    x = np.linspace(-60.0, 0.0, 31)[:-1]
    angle = np.linspace(0.0, np.pi / 2, 60)
    y = np.linspace(0.0, 80.0, 41)[1:]
    line = np.concatenate(
        [
            np.stack([x, 0 * x], axis=1),
            np.stack([radius_m * np.sin(angle), radius_m * (1 - np.cos(angle))], axis=1),
            np.stack([np.full_like(y, radius_m), radius_m + y], axis=1),
        ]
    )
    lane = Lane(
        lane_id="bend",
        center_world_m=np.append(line, np.zeros((len(line), 1)), axis=1),
        width_m=np.full(len(line), 3.5),
        speed_limit_mps=limit_mps,
    )

    def place(angle_rad: float, distance_m: float) -> tuple[float, float]:
        return distance_m * np.sin(angle_rad), radius_m - distance_m * np.cos(angle_rad)

    return LaneMap(name="bend", lanes={"bend": lane}), place
