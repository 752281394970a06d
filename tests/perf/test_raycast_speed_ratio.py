"""A sweep in a street costs little beside its rays."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets import library
from sim.assets.mesh import MeshKey
from sim.raycast.speed import lidar_speed
from sim.world.maps.catalog import load_map
from sim.world.scene import Instance, Scene, Weather
from tests.toy_rays import at

CARS = ("vehicle.tesla.model3", "vehicle.lincoln.mkz_2020", "vehicle.volkswagen.t2")


@pytest.mark.perf
def test_sweep_reaches_0_7_of_the_rate_of_the_bare_cast() -> None:
    street = load_map("urban_avenue")
    places = [at(x, y, z, yaw) for x, y, z, yaw in street.spawn_points]
    own = places[0]
    near = [p for p in places if np.linalg.norm(p[:3, 3] - own[:3, 3]) < 120.0]
    cars = tuple(Instance(i + 1, 14, MeshKey(CARS[i % 3]), pose) for i, pose in enumerate(near))
    scene = Scene(street.scenery(), cars, Weather(), time_s=0.0)
    assert lidar_speed(scene, library.mesh, own @ at(0.2, 0.0, 1.75), repeats=31).ratio >= 0.7
