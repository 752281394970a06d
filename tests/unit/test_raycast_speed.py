"""The benchmark compares like with like: both sides cast the same rays and meet the same surfaces."""

from __future__ import annotations

import numpy as np

from sim.raycast.lidar import Lidar
from sim.raycast.peer import PeerHits
from sim.raycast.speed import SPEED_PARAMS, TICK_S, bare_cast, lidar_speed
from sim.world.scene import Instance
from tests.toy_rays import CAR, FLOAT32_M, at, box, caster, room, scene

CARS = tuple(Instance(i + 1, 14, CAR, at(8.0 + 6.0 * i, 4.0 - 2.5 * i, 0.0, 0.5 * i)) for i in range(4))
WORLD = scene(*CARS, parts=(room(60.0),))
SENSOR = at(1.0, 2.0, 1.75, 0.1)


def test_bare_cast_meets_what_the_sweep_meets() -> None:
    bare = bare_cast(WORLD, lambda key: box((2.0, 1.0, 0.75)), SENSOR)()
    assert isinstance(bare, PeerHits)
    cast = Lidar(SPEED_PARAMS, 0).sweep(caster(WORLD), SENSOR, 0, TICK_S).cast
    assert len(cast) == 64 * 1024
    assert set(cast.actor_id) == {0, 1, 2, 3, 4}
    # A ray along an edge may meet either side of it.
    assert np.mean(np.abs(bare.range_m - cast.range_m) > FLOAT32_M) < 1e-4


def test_speed_has_both_times_and_their_ratio() -> None:
    speed = lidar_speed(WORLD, lambda key: box((2.0, 1.0, 0.75)), SENSOR, repeats=2)
    assert speed.sweep_ms > 0
    assert speed.ratio == speed.bare_cast_ms / speed.sweep_ms
