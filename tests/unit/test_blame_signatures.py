"""Each error leaves its own mark: states of runs made up so that the error in them is known."""

import numpy as np
import pytest

from moosetest.objects import ObjectClass, TrackStatus
from scenarios.blame.matched import residuals_of, sightings_of
from scenarios.blame.signatures import Evidence, actuation_lag_s, erring, evidence
from scenarios.drive.modules import Module
from sim.rig import CameraMount, LidarMount, Rig

LIDAR = LidarMount(
    sensor_id="lidar_front",
    x_m=1.6,
    y_m=0.0,
    z_m=1.75,
    channels=64,
    columns=1024,
    range_m=150.0,
    upper_fov_deg=3.0,
    lower_fov_deg=-13.0,
)
CAMERA = CameraMount(sensor_id="cam_main", x_m=2.0, y_m=0.0, z_m=1.5, width_px=640, height_px=384, fov_deg=60.0)
EYE_M = np.array([1.6, 0.0])
SIZE_M = [0.5, 0.5, 1.8]


def state(tick, true_m, seen_m=None, box_px=None, speed=10.0, asked=0.0, track_status=None):
    """One tick: the car stands at the origin of the world and looks along x; a person is at `true_m` (x, y)."""
    return {
        "sample": {
            "t_s": tick / 10,
            "speed_mps": speed,
            "seen_by": ["lidar_front"] if seen_m is not None else [],
            "track_id": -1 if track_status is None else 5,
            "track_error_m": 0.4,
        },
        "ego": {"position_world_m": [0.0, 0.0, 0.0], "yaw_world_rad": 0.0},
        "truth": {
            "center_world_m": [[*true_m, 0.9]],
            "size_lwh_m": [SIZE_M],
            "yaw_world_rad": [0.0],
            "class_id": [int(ObjectClass.PERSON)],
        },
        "to_be_seen": {"lidar_front": [0], "cam_main": [0]},
        "detections": [{"sensor_id": "lidar_front", "center_ego_m": [] if seen_m is None else [[*seen_m, 0.9]]}],
        "image_detections": [{"sensor_id": "cam_main", "box_px": [] if box_px is None else [box_px]}],
        "tracks": {"track_id": [5], "status": [TrackStatus.TENTATIVE if track_status is None else track_status]},
        "command": {"accel_mps2": asked},
    }


def turned(true_m, turn_deg, further_m=0.0):
    """Where a LiDAR that is believed turned to the left puts a thing, and `further_m` too far."""
    way = np.array(true_m) - EYE_M
    angle = np.radians(turn_deg)
    way = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ way
    return (EYE_M + way * (1.0 + further_m / np.linalg.norm(way))).tolist()


PLACES = [(60.0 - 2.0 * k, 8.0 - 0.4 * k) for k in range(20)]


def of(states, module, what, rig=None):
    found = evidence(states, rig or Rig(name="one", lidars=(LIDAR,)), (Module.LIDAR, Module.FUSION, Module.CONTROL))
    return next(item for item in found if (item.module, item.what) == (module, what))


@pytest.mark.parametrize("turn_deg", [-3.0, 1.5, 4.9])
def test_a_turned_lidar_is_told_by_its_angle(turn_deg):
    rng = np.random.default_rng(1)
    states = [state(k, at, turned(at, turn_deg + rng.normal(0.0, 0.2))) for k, at in enumerate(PLACES)]
    found = of(states, Module.LIDAR, "yaw offset")
    assert found.value == pytest.approx(turn_deg, abs=0.15)
    assert found.is_beyond
    assert "calibration" in found.text
    assert erring([found]) == (Module.LIDAR,)
    assert found.excess == pytest.approx(abs(turn_deg), abs=0.15)  # 0 by design, 1 degree is the norm


def test_a_lidar_in_order_is_not_said_to_be_turned():
    rng = np.random.default_rng(2)
    states = [state(k, at, turned(at, rng.normal(0.0, 0.5))) for k, at in enumerate(PLACES)]
    found = of(states, Module.LIDAR, "yaw offset")
    assert not found.is_beyond
    assert "calibration" not in found.text


def test_boxes_that_scatter_are_no_calibration():
    scatter_deg = np.linspace(-3.0, 6.0, len(PLACES))  # 1.5 degrees in the middle, but any of nine
    states = [state(k, at, turned(at, turn)) for k, (at, turn) in enumerate(zip(PLACES, scatter_deg, strict=True))]
    assert not of(states, Module.LIDAR, "yaw offset").is_beyond


def test_boxes_too_far_away_are_a_range_bias():
    states = [state(k, at, turned(at, 0.0, further_m=2.4)) for k, at in enumerate(PLACES)]
    found = of(states, Module.LIDAR, "range bias")
    assert found.value == pytest.approx(2.4, abs=1e-3)
    assert found.is_beyond
    residuals = residuals_of(states, LIDAR)
    assert np.allclose(residuals.bearing_rad, 0.0, atol=1e-6)


def test_recall_counts_what_was_there_to_find():
    states = [state(k, at, turned(at, 0.0) if k % 4 == 0 else None) for k, at in enumerate(PLACES)]
    sightings = sightings_of(states, LIDAR)
    assert (sightings.wanted, sightings.found) == (20, 5)
    found = of(states, Module.LIDAR, "recall")
    assert found.value == 0.25
    assert found.is_beyond


def test_a_camera_has_found_what_its_box_overlaps():
    # 20 m ahead of the camera a person is 554 x 1.8 / 20 = 50 px tall and 14 px wide; the feet are 1.5 m below the eye
    focal = 320.0 / np.tan(np.radians(30.0))
    foot = 191.5 + focal * 1.5 / 20.0
    box = [319.5 - 7.0, foot - focal * 1.8 / 20.0, 319.5 + 7.0, foot]
    aside = [box[0] + 30.0, box[1], box[2] + 30.0, box[3]]
    states = [state(k, (22.0, 0.0), box_px=box if k < 6 else aside) for k in range(10)]
    sightings = sightings_of(states, CAMERA)
    assert (sightings.wanted, sightings.found) == (10, 6)


def test_a_camera_need_not_find_what_has_no_class():
    states = [state(k, (22.0, 0.0)) for k in range(10)]
    for one in states:
        one["truth"]["class_id"] = [int(ObjectClass.UNKNOWN)]
    assert sightings_of(states, CAMERA).wanted == 0


def test_fusion_is_late_from_the_first_box_on():
    states = [
        state(k, at, turned(at, 0.0) if k >= 2 else None, track_status=TrackStatus.CONFIRMED if k >= 15 else None)
        for k, at in enumerate(PLACES)
    ]
    found = of(states, Module.FUSION, "lag")
    assert found.value == pytest.approx(1.3)
    assert found.is_beyond


@pytest.mark.parametrize("lag", [2, 3, 7])
def test_a_braking_lag_is_found_to_the_tick(lag):
    asked = np.zeros(60)
    asked[25:] = -6.0
    accel = np.r_[np.zeros(25 + lag), np.full(35 - lag, -5.5)]  # brakes that give a little less than is asked
    speed = 20.0 + np.r_[0.0, np.cumsum(accel[:-1]) * 0.1]
    assert actuation_lag_s(asked, speed) == pytest.approx(lag / 10)


def test_control_errs_when_the_car_brakes_late():
    def drive(lag):
        accel = [-6.0 if k >= 20 + lag else 0.0 for k in range(45)]
        speed = 20.0 + np.r_[0.0, np.cumsum(accel[:-1]) * 0.1]
        rows = [state(k, (60.0, 8.0), None, speed=v, asked=-6.0 if k >= 20 else 0.0) for k, v in enumerate(speed)]
        return of(rows, Module.CONTROL, "braking lag").is_beyond

    assert not drive(2)  # by design
    assert drive(7)


def test_without_braking_nothing_is_said_of_control():
    assert actuation_lag_s(np.zeros(50), np.full(50, 12.0)) is None


def error(module, value, usual, norm):
    return Evidence(module, "", value, "", usual, norm, is_beyond=True, text="")


def test_the_least_normal_error_comes_first():
    lag = error(Module.CONTROL, 0.6, 0.2, 0.35)  # 0.4 s where 0.15 s are tolerated
    slow = error(Module.FUSION, 1.6, 0.3, 1.0)  # 1.3 s where 0.7 s are
    unseen = error(Module.CAMERA, 0.45, 1.0, 0.5)  # 55 % missed where 50 % are tolerated
    assert [item.excess for item in (lag, slow, unseen)] == pytest.approx([2.667, 1.857, 1.1], abs=1e-3)
    assert erring([slow, lag]) == (Module.CONTROL, Module.FUSION)
    assert erring([unseen, lag]) == (Module.CONTROL, Module.CAMERA)


def test_fusion_is_not_measured_by_what_it_makes_of_wrong_boxes():
    turned_lidar, late_track = error(Module.LIDAR, -3.0, 0.0, 1.0), error(Module.FUSION, 9.0, 0.3, 1.0)
    assert erring([turned_lidar, late_track]) == (Module.LIDAR,)
    assert erring([late_track]) == (Module.FUSION,)
