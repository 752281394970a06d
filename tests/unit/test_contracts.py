import numpy as np
import pytest

from moosetest.arrays import ContractError
from moosetest.frames import Transform
from moosetest.objects import Detections, ImageDetections, Tracks
from moosetest.sensing import OdometrySample, SensorBundle


def detections(**changes):
    values = {name: getattr(Detections.empty("s", 0), name) for name in Detections.__dataclass_fields__}
    one = {
        "center_ego_m": np.zeros((1, 3)),
        "size_lwh_m": np.ones((1, 3)),
        "yaw_ego_rad": [0.0],
        "cov_center_m2": [np.eye(3)],
        "velocity_ego_mps": np.zeros((1, 2)),
        "has_velocity": [False],
        "radial_speed_mps": [0.0],
        "has_radial_speed": [False],
        "class_id": [0],
        "score": [0.5],
    }
    return Detections(**{**values, **one, **changes})


def test_lengths_must_agree_and_the_message_says_which():
    with pytest.raises(ContractError, match=r"Detections.yaw_ego_rad: shape \(2,\), want \(N,\) with \{'N': 1\}"):
        detections(yaw_ego_rad=[0.0, 1.0])


@pytest.mark.parametrize(
    ("field", "value"),
    [("score", [1.5]), ("class_id", [99]), ("size_lwh_m", [[1.0, 0.0, 1.0]]), ("center_ego_m", [[np.nan, 0, 0]])],
)
def test_values_out_of_range_are_refused(field, value):
    with pytest.raises(ContractError, match=field):
        detections(**{field: value})


def test_arrays_are_copied_and_read_only():
    center = np.zeros((1, 3))
    made = detections(center_ego_m=center)
    center[0, 0] = 7.0
    assert made.center_ego_m[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        made.center_ego_m[0, 0] = 1.0


def test_image_box_must_be_ordered():
    with pytest.raises(ContractError, match="right > left"):
        ImageDetections(
            sensor_id="cam_main",
            t_ns=0,
            box_px=[[10.0, 0.0, 5.0, 4.0]],
            class_id=[1],
            score=[0.9],
            K_px=np.eye(3),
            T_ego_sensor=Transform.identity("ego", "cam_main"),
            image_size_px=(640, 384),
        )


def test_track_ids_do_not_repeat():
    empty = Tracks.empty(0)
    two = {
        name: np.zeros((2, *getattr(empty, name).shape[1:]), getattr(empty, name).dtype)
        for name in Tracks.__dataclass_fields__
        if name != "t_ns"
    }
    two["class_prob"] = two["class_prob"] + 1.0 / two["class_prob"].shape[1]
    with pytest.raises(ContractError, match="repeat"):
        Tracks(t_ns=0, **two)


def test_bundle_refuses_frames_of_another_instant():
    frame = OdometrySample(
        sensor_id="odometry",
        t_ns=5,
        seq=0,
        T_ego_sensor=Transform.identity("ego", "odometry"),
        speed_mps=0.0,
        steer_rad=0.0,
        yaw_world_rad=0.0,
    )
    with pytest.raises(ContractError, match="odometry is of 5, bundle of 6"):
        SensorBundle(6, {"odometry": frame})
