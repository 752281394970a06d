import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.frames import Transform
from scenarios.measure.geometry import box_corners, gap_m, time_to_collision_s
from sim import convert

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

angles = st.floats(-3.1, 3.1)
offsets = st.floats(-200.0, 200.0)


@given(offsets, offsets, offsets, angles, st.floats(-1.4, 1.4), angles)
def test_transform_times_inverse_is_identity(x, y, z, roll, pitch, yaw):
    T = Transform.from_xyz_rpy("world", "ego", (x, y, z), (roll, pitch, yaw))
    np.testing.assert_allclose((T @ T.inverse()).matrix, np.eye(4), atol=1e-9)


@given(offsets, offsets, offsets, st.floats(-80, 80), st.floats(-179, 179), st.floats(-179, 179))
def test_carla_pose_round_trip(x, y, z, pitch, yaw, roll):
    location, rotation = convert.carla_from_pose(convert.pose_from_carla((x, y, z), (pitch, yaw, roll)))
    np.testing.assert_allclose(location, (x, y, z), atol=1e-9)
    np.testing.assert_allclose(rotation, (pitch, yaw, roll), atol=1e-6)


def test_carla_axes_by_hand():
    # CARLA: yaw 90 looks along +y, which is to the right; ours: that is -y.
    pose = convert.pose_from_carla((1.0, 2.0, 3.0), (0.0, 90.0, 0.0))
    np.testing.assert_allclose(pose[:3, 3], [1.0, -2.0, 3.0])
    np.testing.assert_allclose(pose[:3, 0], [0.0, -1.0, 0.0], atol=1e-12)
    # Nose up in CARLA is nose up in ours.
    assert convert.pose_from_carla((0, 0, 0), (10.0, 0.0, 0.0))[2, 0] > 0
    # Turning right: CARLA's yaw rate is positive, ours negative.
    np.testing.assert_allclose(convert.flip_axial([0.0, 0.0, 1.0]), [0.0, 0.0, -1.0])


@given(st.floats(-30, 30), st.floats(-30, 30), angles, angles)
def test_gap_is_symmetric_and_zero_when_inside(x, y, yaw_a, yaw_b):
    a = box_corners(np.array([0.0, 0.0]), 4.9, 1.8, yaw_a)
    b = box_corners(np.array([x, y]), 8.5, 2.9, yaw_b)
    assert math.isclose(gap_m(a, b), gap_m(b, a), abs_tol=1e-9)
    if math.hypot(x, y) < 0.9:
        assert gap_m(a, b) == 0.0


def test_time_to_collision_by_hand():
    # Bumper to bumper 20 m, closing at 10 m/s: 2 s. The boxes are 5 m and 4 m long.
    ego = box_corners(np.array([0.0, 0.0]), 5.0, 2.0, 0.0)
    lead = box_corners(np.array([24.5, 0.0]), 4.0, 2.0, 0.0)
    still = np.zeros(2)
    assert abs(time_to_collision_s(ego, np.array([10.0, 0.0]), lead, still) - 2.0) <= 0.02
    assert time_to_collision_s(ego, still, lead, still) == math.inf
    beside = box_corners(np.array([24.5, 3.0]), 4.0, 2.0, 0.0)
    assert time_to_collision_s(ego, np.array([10.0, 0.0]), beside, still) == math.inf
