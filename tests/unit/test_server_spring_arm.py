"""Spring arms: where they end, how they lag, what shortens them."""

import math

import numpy as np
import pytest

from sim.server.poses import matrices
from sim.server.spring_arm import SpringArm

STEP_S = 1.0 / 60.0


def free(_start: object, _end: object, _radius_m: float) -> float:
    return 1.0


def parent(yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> np.ndarray:
    rpy = np.radians([[roll_deg, pitch_deg, yaw_deg]])
    return matrices(np.array([[10.0, 20.0, 1.0]]), rpy)[0]


def test_it_ends_at_the_offset_and_looks_back_along_the_arm():
    arm = SpringArm(np.array([-3.0, 0.0, 4.0]), collides=False)
    end = arm.end(parent(), 0.0, free)
    assert end[:3, 3] == pytest.approx([7.0, 20.0, 5.0])
    assert end[:3, 0] == pytest.approx([3 / 5, 0.0, -4 / 5])
    assert np.linalg.det(end[:3, :3]) == pytest.approx(1.0)


def test_it_stays_level_when_the_parent_tilts():
    arm = SpringArm(np.array([-5.0, 0.0, 0.0]), collides=False)
    end = arm.end(parent(pitch_deg=20.0, roll_deg=30.0), 0.0, free)
    assert end[2, 3] == pytest.approx(1.0)
    assert end[2, 2] == pytest.approx(1.0)


def test_one_step_turns_eight_sixtieths_of_what_is_missing():
    arm = SpringArm(np.array([-5.0, 0.0, 0.0]), collides=False)
    arm.end(parent(), STEP_S, free)
    end = arm.end(parent(yaw_deg=30.0), STEP_S, free)
    assert math.degrees(math.atan2(end[1, 0], end[0, 0])) == pytest.approx(30.0 * 8 / 60)


def test_it_turns_the_short_way_round():
    arm = SpringArm(np.array([-5.0, 0.0, 0.0]), collides=False)
    arm.end(parent(yaw_deg=170.0), STEP_S, free)
    end = arm.end(parent(yaw_deg=-170.0), STEP_S, free)
    assert math.degrees(math.atan2(end[1, 0], end[0, 0])) == pytest.approx(170.0 + 20.0 * 8 / 60)


def test_what_is_in_the_way_shortens_the_arm_from_its_raised_root():
    arm = SpringArm(np.array([-5.0, 0.0, 0.0]), collides=True)
    asked = []

    def blocked(start, end, radius_m):
        asked.append((start, end, radius_m))
        return 0.4

    end = arm.end(parent(), STEP_S, blocked)
    assert asked[0][0] == pytest.approx([10.0, 20.0, 1.3])
    assert asked[0][1] == pytest.approx([5.0, 20.0, 1.3])
    assert asked[0][2] == 0.12
    assert end[:3, 3] == pytest.approx([8.0, 20.0, 1.3])
