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
from sim.suite import MissingBlueprintError
from tests.toy_episode import episode_on, plain_map, put

FRONT = load_rig("default").lidars[0]


class Blueprint:
    """Remembers what was set; a `stock` one has no attributes but CARLA's, and an error for others."""

    def __init__(self, stock: bool = False) -> None:
        self.values: dict[str, str] = {}
        self.stock = stock

    def has_attribute(self, name: str) -> bool:
        return not (self.stock and name.startswith("moosetest_"))

    def find(self, _: str) -> Blueprint:
        return self

    def set_attribute(self, name: str, value: str) -> None:
        if not self.has_attribute(name):
            raise IndexError(f"attribute '{name}' not found")
        self.values[name] = value


def spawned(physical: bool, **more: str) -> Any:
    blueprint = Blueprint()
    suite._lidar_blueprint(blueprint, replace(FRONT, physics=physical))
    sensor = put(episode_on(plain_map()), "sensor.lidar.ray_cast", **{**blueprint.values, **more})
    return ranging.lidar_params(sensor, with_losses=True)


@pytest.mark.parametrize("physical", [False, True])
def test_datasets_and_drives_have_one_lidar(physical: bool) -> None:
    assert spawned(physical) == lidar_params(replace(FRONT, physics=physical))


def test_a_physical_one_loses_by_physics_alone() -> None:
    plain, physical = spawned(False), spawned(True)
    assert plain.physics is None
    assert plain.dropoff_general_rate == suite.LIDAR_DROPOFF
    assert physical.dropoff_general_rate == 0.0
    assert physical.physics.receiver.jitter_m == suite.LIDAR_NOISE_M


@pytest.mark.parametrize(
    ("blueprint", "mount"),
    [(suite._lidar_blueprint, FRONT), (suite._radar_blueprint, load_rig("default").radars[0])],
)
def test_the_default_rig_asks_a_stock_server_for_nothing_of_ours(blueprint: Any, mount: Any) -> None:
    assert blueprint(Blueprint(stock=True), mount).values
    with pytest.raises(MissingBlueprintError, match=mount.sensor_id):
        blueprint(Blueprint(stock=True), replace(mount, physics=True))


def test_attributes_of_the_physics_reach_it() -> None:
    given = {"range_10_percent": "200", "pulse_ns": "5", "returns": "dual", "beam_divergence": "1.5"}
    given["crosstalk_rate"] = "0.1"
    physics = spawned(True, **{f"moosetest_{name}": value for name, value in given.items()}).physics
    assert physics.receiver.range_10_percent_m == 200.0
    assert physics.receiver.pulse_m == pytest.approx(0.75, rel=1e-3)
    assert physics.returns is Returns.DUAL
    assert physics.divergence_rad == pytest.approx(0.0015)
    assert physics.crosstalk_rate == 0.1
