"""What a client's absurd numbers do to a world: one body comes to rest, all others go on."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from sim.server import batch
from sim.server.layouts import CarlaTransform, LayoutError, VehicleControl
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

_ABSURD = 1e38
_BODIES = {"vehicle.tesla.model3": 0.0, "walker.pedestrian.0001": 0.93, "static.prop.bin": 0.0}


@pytest.mark.parametrize(("blueprint", "z_m"), _BODIES.items())
@pytest.mark.parametrize("velocity", [(_ABSURD, 0.0, 0.0), (0.0, -_ABSURD, _ABSURD)])
def test_an_absurd_velocity_stops_one_body_and_no_other(
    blueprint: str, z_m: float, velocity: tuple[float, float, float], caplog: pytest.LogCaptureFixture
) -> None:
    episode = episode_on(plain_map())
    sane = put(episode, "vehicle.tesla.model3", (0.0, 40.0, 0.0))
    wild = put(episode, blueprint, (10.0, 0.0, z_m))
    episode.bodies.set_simulated(wild, True)
    episode.control_vehicle(sane, episode.vehicle(sane.id)[1], VehicleControl(throttle=1.0))
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            batch.apply_target_velocity(episode, wild.id, velocity)
            episode.step(TICK_NS)
    table = episode.table
    row = table.row(wild.id)
    assert np.abs(table.position_world_m[row, :2] - (10.0, 0.0)).max() < 1.0
    assert not table.velocity_world_mps[row].any()
    assert np.isfinite(table.records["location_m"]).all()
    assert table.position_world_m[table.row(sane.id), 0] > 1.0  # 1 s at full throttle
    assert [record.message for record in caplog.records if f"actor {wild.id} " in record.message] == [
        f"actor {wild.id} was faster than anything can be; it has been put to rest"
    ]


def test_a_body_drives_on_after_it_was_stopped() -> None:
    episode = episode_on(plain_map())
    car = put(episode, "vehicle.tesla.model3")
    batch.apply_target_velocity(episode, car.id, (_ABSURD, 0.0, 0.0))
    episode.step(TICK_NS)
    batch.apply_target_velocity(episode, car.id, (10.0, 0.0, 0.0))
    for _ in range(20):
        episode.step(TICK_NS)
    x_m = episode.table.position_world_m[episode.table.row(car.id), 0]
    assert 8.0 < x_m < 10.0  # 10 m/s for 1 s, less what rolling and air take


def test_an_absurd_push_or_turn_stops_the_body_too() -> None:
    episode = episode_on(plain_map())
    pushed, turned = put(episode, "vehicle.tesla.model3"), put(episode, "vehicle.tesla.model3", (0.0, 20.0, 0.0))
    batch.apply_impulse(episode, pushed.id, (_ABSURD, 0.0, 0.0))
    batch.apply_target_angular_velocity(episode, turned.id, (0.0, 0.0, _ABSURD))
    episode.step(TICK_NS)
    for actor, place in ((pushed, (0.0, 0.0)), (turned, (0.0, 20.0))):
        row = episode.table.row(actor.id)
        assert np.allclose(episode.table.position_world_m[row, :2], place, atol=1e-9)
        assert not episode.table.velocity_world_mps[row].any()


def test_a_place_beyond_a_million_metres_is_refused_in_one_line() -> None:
    episode = episode_on(plain_map())
    car, walker = put(episode, "vehicle.tesla.model3"), put(episode, "walker.pedestrian.0001", (0.0, 9.0, 0.93))
    far = CarlaTransform((0.0, -1.1e6, 0.0), (0.0, 0.0, 0.0))
    before = episode.table.position_world_m.copy()
    for refused in (
        lambda: batch.apply_transform(episode, car.id, far),
        lambda: batch.apply_location(episode, car.id, far.location_m),
        lambda: batch.apply_walker_state(episode, walker.id, far, 1.0),
    ):
        with pytest.raises(LayoutError, match=r"^location \(0, -1.1e\+06, 0\) m, want at most 1e\+06 m") as error:
            refused()
        assert "\n" not in str(error.value)
    assert (episode.table.position_world_m == before).all()
    batch.apply_location(episode, car.id, (0.0, -0.9e6, 0.0))
    assert episode.table.position_world_m[episode.table.row(car.id), 1] == 0.9e6
