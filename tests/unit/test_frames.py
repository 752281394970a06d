import numpy as np
import pytest

from moosetest.arrays import ContractError
from moosetest.frames import Transform, wrap_rad


def test_inner_frames_must_agree():
    T_world_ego = Transform.identity("world", "ego")
    T_ego_lidar = Transform.identity("ego", "lidar_front")
    assert (T_world_ego @ T_ego_lidar).src == "lidar_front"
    with pytest.raises(ContractError, match="inner frames differ"):
        T_ego_lidar @ T_world_ego


def test_points_by_hand():
    # The car stands at (10, 5), facing north: what is 2 m ahead and 1 m to its left is at (9, 7).
    T_world_ego = Transform.from_xyz_rpy("world", "ego", (10.0, 5.0, 0.0), (0.0, 0.0, np.pi / 2))
    np.testing.assert_allclose(T_world_ego.points([2.0, 1.0, 0.0]), [9.0, 7.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(T_world_ego.vectors([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0], atol=1e-12)
    assert T_world_ego.yaw_rad == pytest.approx(np.pi / 2)


def test_pitch_is_nose_down_positive():
    nose = Transform.from_xyz_rpy("world", "ego", (0, 0, 0), (0.0, 0.1, 0.0)).vectors([1.0, 0.0, 0.0])
    assert nose[2] < 0


def test_left_handed_matrix_is_refused():
    with pytest.raises(ContractError, match="right-handed"):
        Transform("world", "ego", np.diag([1.0, -1.0, 1.0, 1.0]))


@pytest.mark.parametrize(("angle", "wrapped"), [(np.pi, -np.pi), (-np.pi, -np.pi), (3.5, 3.5 - 2 * np.pi), (0.0, 0.0)])
def test_wrap(angle, wrapped):
    assert wrap_rad(angle) == pytest.approx(wrapped)
