"""The same scene gives the same bytes: again, after others, in a new process, with other threads and hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from math import radians
from pathlib import Path

import numpy as np
import pytest

from moosetest.digest import Digest
from sim.assets.mesh import Material
from sim.raycast.beams import Motion
from sim.raycast.echoes import Returns
from sim.raycast.lidar import Lidar, LidarParams
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.radar import Radar, RadarParams
from sim.world.scene import Instance, Scene, Weather
from tests.toy_rays import CAR, at, caster, room, scene, wall

ROOT = Path(__file__).parents[2]
LIDAR = LidarParams(
    channels=32, range_m=80.0, points_per_second=32 * 600 * 10, horizontal_fov_rad=radians(120), noise_stddev_m=0.02
)
PHYSICAL = replace(LIDAR, dropoff_general_rate=0.0, physics=LidarPhysics(returns=Returns.DUAL, crosstalk_rate=0.01))
MOTION = Motion(np.array([8.0, 1.0, 0.0]), np.array([0.0, 0.0, 0.3]), 0.1)
RADAR = RadarParams(points_per_second=6000)


def street() -> Scene:
    rng = np.random.default_rng(0)
    places = zip(rng.uniform(3, 60, 30), rng.uniform(-15, 15, 30), rng.uniform(-3, 3, 30), strict=True)
    cars = [Instance(i + 1, 14, CAR, at(x, y, 0.75, yaw)) for i, (x, y, yaw) in enumerate(places)]
    parts = (room(70.0), wall(55.0), replace(wall(50.0, material=Material.GLASS), tag=5))
    return replace(scene(*cars, parts=parts, key="street"), weather=Weather(fog_density=0.7, precipitation=0.5))


def digest(before: tuple[Scene, ...] = ()) -> str:
    ready, all_bytes = caster(scene()), Digest()
    for other in (*before, street()):
        ready.set_scene(other)
    lidar, physical, radar = Lidar(LIDAR, seed=7), Lidar(PHYSICAL, seed=7), Radar(RADAR, seed=7)
    for frame in range(3):
        pose = at(0.1 * frame, 0.0, 1.75, 0.01 * frame)
        sweeps = lidar.sweep(ready, pose, frame, 0.1), physical.sweep(ready, pose, frame, 0.1, MOTION)
        scan = radar.scan(ready, pose, np.array([8.0, 0.0, 0.0]), frame, 0.1)
        for sweep in sweeps:
            for array in (sweep.points_sensor_m, sweep.intensity, sweep.actor_id, sweep.cos_incidence, sweep.tag):
                all_bytes.add(array)
        all_bytes.add(scan)
    return all_bytes.hexdigest()


def test_same_process_twice() -> None:
    assert digest() == digest()


def test_what_was_cast_before_does_not_matter() -> None:
    other = scene(Instance(9, 14, CAR, at(5.0)), parts=(wall(20.0),), key="other")
    assert digest() == digest(before=(other, street(), other))


@pytest.mark.parametrize(("threads", "hash_seed"), [("1", "1"), ("4", "2")])
def test_new_process_with_other_threads_and_hash_seed(threads: str, hash_seed: str) -> None:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TBB_NUM_THREADS")
    cores = f"import os; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{threads}])"
    program = f"{cores}; from tests.determinism.test_raycast_bytes import digest; print(digest())"
    environment = os.environ | dict.fromkeys(names, threads) | {"PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == digest()
