"""What vehicles leave in the air: when, where and how thick, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.world.puffs import puffs_behind
from sim.world.scene import Instance, Puffs, Weather
from tests.render_scenes import pose

WET = Weather(wetness=1.0)
COLD = Weather(snowfall_mm_per_h=1.0)


def vehicle(speed_mps: float, tag: int = 14, actor_id: int = 1) -> Instance:
    """At the origin, 4 m long and 1.8 m wide, driving along x."""
    return Instance(actor_id, tag, MeshKey("car"), pose(0.0, 0.0), np.array([speed_mps, 0.0, 0.0]))


def puffs(*instances: Instance, weather: Weather = WET, time_s: float = 10.0) -> Puffs:
    return puffs_behind(instances, lambda asset: (4.0, 1.8, 1.5), weather, time_s)


def test_spray_needs_water_speed_and_a_motor_vehicle() -> None:
    assert len(puffs(vehicle(25.0)).radius_m) > 5
    assert len(puffs(vehicle(25.0), weather=Weather(wetness=0.2)).radius_m) == 0
    assert len(puffs(vehicle(4.0)).radius_m) == 0
    assert len(puffs(vehicle(25.0, tag=12), vehicle(8.0, tag=19)).radius_m) == 0


def test_spray_hangs_behind_the_vehicle_and_thins_out() -> None:
    cloud = puffs(vehicle(25.0))
    x = cloud.center_world_m[:, 0]
    # from the rear bumper; 1.3 s at 25 m/s less what the wake drags along (0.4 * 0.4 s * 25 m/s = 4 m)
    assert x.max() < -1.0
    assert x.min() == pytest.approx(-2.0 - 1.25 * 25.0 + 4.0, abs=3.5)
    assert np.abs(cloud.center_world_m[:, 1]).max() < 2.5
    assert (np.diff(cloud.depth()) < 0.0).all(), "the youngest is the thickest"
    # at time 10 s the newest puff is just born: 0.35 through a car's fresh plume
    assert cloud.depth()[0] == pytest.approx(0.35, rel=0.01)


def test_spray_grows_with_the_square_of_the_speed_and_with_the_vehicle() -> None:
    slow, fast = puffs(vehicle(12.5)).depth()[0], puffs(vehicle(25.0)).depth()[0]
    assert fast / slow == pytest.approx(4.0)
    assert puffs(vehicle(25.0, tag=15)).depth()[0] / fast == pytest.approx(1.2 / 0.35)


def test_snow_on_the_road_flies_like_water() -> None:
    powder = puffs(vehicle(25.0), weather=Weather(snow_cover=0.5))
    assert powder.depth()[0] == pytest.approx(0.5 * 0.35, rel=0.01)


def test_exhausts_are_seen_in_the_cold_at_low_speed() -> None:
    steam = puffs(vehicle(0.0), weather=COLD)
    assert len(steam.radius_m) > 3
    # behind the bumper at the right, rising as it ages
    assert steam.center_world_m[0] == pytest.approx([-2.15, -0.54, 0.3], abs=0.3)
    assert steam.center_world_m[-1, 2] > steam.center_world_m[0, 2] + 0.4
    assert len(puffs(vehicle(0.0), weather=WET).radius_m) == 0
    assert len(puffs(vehicle(15.0), weather=COLD).radius_m) == 0


def test_a_puff_stays_where_it_is_while_its_vehicle_drives_on() -> None:
    # a tick later the vehicle is 1.25 m on; the second puff then is the first one now, a tick older
    now = puffs(vehicle(25.0), time_s=10.0)
    later_vehicle = replace(vehicle(25.0), T_world_body=pose(25.0 / 12.0, 0.0))
    later = puffs(later_vehicle, time_s=10.0 + 1.0 / 12.0)
    dragged_m = later.center_world_m[1:] - now.center_world_m[:-1]
    assert (np.abs(dragged_m) < 1.0).all()
    assert (later.depth()[1:] < now.depth()[:-1]).all()


def test_depth_is_the_integral_of_the_extinction() -> None:
    cloud = Puffs(np.zeros((1, 3)), np.array([0.8]), np.array([0.6]))
    s = np.linspace(-8.0, 8.0, 20_001)
    through = (0.6 * np.exp(-((s / 0.8) ** 2))).sum() * (s[1] - s[0])
    assert cloud.depth()[0] == pytest.approx(through, rel=1e-6)
