"""Closed loop on a toy road with noisy detections of each kind of sensor."""

import numpy as np
import pytest

from fusion.tracker import FusedTracker, TrackerConfig
from moosetest.objects import ObjectClass
from tests.toy_road import Actor, Drive
from tests.toy_sensors import Perception

KMH = 1.0 / 3.6
BUMPER_M = 20.0 + 3.85
ALL = "lidar+radar+camera"


def sense(sensors=ALL, **more):
    return Perception(frozenset(sensors.split("+")), **more)


def tempe(label=ObjectClass.PERSON, **more):
    speed = 71.5 * KMH
    walker = Actor(BUMPER_M + speed * 5.6, -7.84, vy=1.4, size=(1.8, 0.6, 1.7), yaw=np.pi / 2, label=label)
    return Drive([walker], speed, speed, perceive=sense(**more)).run(9.0)


@pytest.mark.parametrize("sensors", ["lidar", "camera", ALL])
def test_tempe_is_avoided_by_each_rig(sensors):
    assert tempe(sensors=sensors).min_gap_m >= 1.5


def test_tempe_is_avoided_with_labels_that_flip():
    def labels(t):
        return (ObjectClass.CAR, ObjectClass.UNKNOWN, ObjectClass.BICYCLE)[int(t / 0.3) % 3]

    assert tempe(sensors="lidar", lidar_labels=labels).min_gap_m >= 1.5


@pytest.mark.parametrize("sensors", ["lidar", "camera", "radar", ALL])
def test_standing_car_is_stopped_for(sensors):
    drive = Drive([Actor(BUMPER_M + 62.0, 0.0)], 50 * KMH, 50 * KMH, perceive=sense(sensors)).run(10.0)
    assert drive.min_gap_m > 1.5
    assert drive.speeds[-1] < 0.3


@pytest.mark.parametrize("sensors", ["lidar", "camera", ALL])
def test_traffic_beside_costs_no_braking(sensors):
    beside = [Actor(100.0 + 12 * i, -2.9) for i in range(3)]
    oncoming = [Actor(280.0, 3.5, vx=-15.0, yaw=np.pi)]
    drive = Drive([*beside, *oncoming], 15.0, 15.0, perceive=sense(sensors)).run(9.0)
    assert drive.speeds.min() > 0.9 * 15.0
    assert drive.min_accel > -2.45  # PC-B


def test_lead_is_followed():
    drive = Drive([Actor(BUMPER_M + 40.0, 0.0, vx=10.0)], 13.0, 20.0, perceive=sense()).run(20.0)
    assert drive.speeds[-1] == pytest.approx(10.0, abs=0.5)
    assert drive.min_gap_m > 10.0


def test_history_dropped_at_each_relabelling_makes_tempe_worse():
    """The ablation: the same drive with a tracker that forgets comes nearer or brakes later."""

    def labels(t):
        return (ObjectClass.CAR, ObjectClass.UNKNOWN, ObjectClass.BICYCLE)[int(t / 0.3) % 3]

    def first_braking_s(tracker):
        drive = tempe(sensors="lidar", lidar_labels=labels, tracker=tracker)
        return next(s.t_s for s in drive.steps if s.command.accel_mps2 < -1.0)

    forgetful = FusedTracker(TrackerConfig(reset_on_reclass=True))
    assert first_braking_s(forgetful) > first_braking_s(FusedTracker()) + 0.5
