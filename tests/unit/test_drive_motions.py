"""What moves on rails, by hand: braking, hops, lane changes and what is carried, without a server."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from scenarios.actors import ActorPlan, AfterReveal, AtTime, AtTtc, Brake, DriveLane, Glide, Place
from scenarios.drive.puppets import _Driver, _Glider
from scenarios.drive.triggers import Starter


class Straight:
    """A path along x."""

    def pose(self, place):
        pose = np.eye(4)
        c, s = math.cos(place.yaw_rad), math.sin(place.yaw_rad)
        pose[:2, :2] = [[c, -s], [s, c]]
        pose[:3, 3] = place.ahead_m, place.left_m, place.up_m
        return pose

    def along_m(self, point_m):
        return float(point_m[0])


def driver(motion):
    actor = SimpleNamespace(bounding_box=SimpleNamespace(extent=SimpleNamespace(x=2.0)))
    return _Driver(
        ActorPlan(role="car", blueprint="vehicle.a", place=Place(10.0), motion=motion), motion, actor, Straight()
    )


def truth(t_s, x_m=0.0, speed_mps=10.0):
    ego = SimpleNamespace(speed_mps=speed_mps, T_world_ego=SimpleNamespace(points=lambda p: np.add(p, (x_m, 0.0, 0.0))))
    return SimpleNamespace(t_ns=round(t_s * 1e9), ego=ego, objects=SimpleNamespace(role=()))


def test_braking_is_a_parabola_that_ends_where_the_car_stands():
    made = driver(DriveLane(10.0, brake=Brake(at_s=2.0, decel_mps2=5.0)))
    x_m = [made._pose(t_s)[0, 3] - 10.0 for t_s in (1.0, 2.0, 3.0, 4.0, 9.0)]
    # 10 m/s for 2 s; then 10 t - 2.5 t²; it stands after 2 s and 10 m.
    assert x_m == pytest.approx([10.0, 20.0, 27.5, 30.0, 30.0])


def test_a_hop_is_a_parabola_and_ends_on_the_ground():
    motion = Glide(2.0, 0.0, 100.0, AtTime(0.0), hop_m=1.5, hop_s=0.6)
    plan = ActorPlan(role="animal", blueprint="static.a", place=Place(0.0), motion=motion)
    made = _Glider(plan, motion, None, Straight())
    assert made._pose(0.3)[2, 3] == pytest.approx(1.5)
    assert made._pose(0.15)[2, 3] == pytest.approx(1.5 * 0.75)
    assert made._pose(0.6)[2, 3] == pytest.approx(0.0, abs=1e-9)
    assert made._pose(0.3)[0, 3] == pytest.approx(0.6)


def test_time_to_collision_triggers_at_the_cars_own_speed_and_stays():
    starter = Starter(AtTtc(2.0), 50.0, Straight())
    # Its front is 3.8 m before its axle: at x = 26 m 20.2 m are left, at 10 m/s more than 2 s; at 26.5 m less.
    assert starter.since_s(truth(0.0, x_m=26.0)) is None
    assert starter.since_s(truth(0.1, x_m=26.5)) == 0.0
    assert starter.since_s(truth(0.4, x_m=0.0)) == pytest.approx(0.3)


def test_what_is_never_there_is_never_revealed():
    starter = Starter(AfterReveal("child", 0.0), 50.0, Straight())
    assert starter.since_s(truth(5.0)) is None
