"""The LiDAR that training data are made with is the one that a drive spawns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scenarios.dataset.make import lidar_params
from sim import suite
from sim.raycast.echoes import Returns
from sim.rig import load_rig
from sim.server.sensors import ranging
from tests.toy_episode import episode_on, plain_map, put

FRONT = load_rig("default").lidars[0]


class Blueprint:
    """Remembers what was set."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def find(self, _: str) -> Blueprint:
        return self

    def set_attribute(self, name: str, value: str) -> None:
        self.values[name] = value


def spawned(physical: bool, **more: str) -> Any:
    blueprint = Blueprint()
    suite._lidar_blueprint(blueprint, replace(FRONT, physical=physical))
    sensor = put(episode_on(plain_map()), "sensor.lidar.ray_cast", **{**blueprint.values, **more})
    return ranging.lidar_params(sensor, with_losses=True)


@pytest.mark.parametrize("physical", [False, True])
def test_datasets_and_drives_have_one_lidar(physical: bool) -> None:
    assert spawned(physical) == lidar_params(replace(FRONT, physical=physical))


def test_a_physical_one_loses_by_physics_alone() -> None:
    plain, physical = spawned(False), spawned(True)
    assert plain.physics is None
    assert plain.dropoff_general_rate == suite.LIDAR_DROPOFF
    assert physical.dropoff_general_rate == 0.0
    assert physical.physics.receiver.jitter_m == suite.LIDAR_NOISE_M


def test_attributes_of_the_physics_reach_it() -> None:
    given = {"range_10_percent": "200", "pulse_ns": "5", "returns": "dual", "beam_divergence": "1.5"}
    given["crosstalk_rate"] = "0.1"
    physics = spawned(True, **{f"moosetest_{name}": value for name, value in given.items()}).physics
    assert physics.receiver.range_10_percent_m == 200.0
    assert physics.receiver.pulse_m == pytest.approx(0.75, rel=1e-3)
    assert physics.returns is Returns.DUAL
    assert physics.divergence_rad == pytest.approx(0.0015)
    assert physics.crosstalk_rate == 0.1
