"""How a rider sits: from saddle, grips and foot rests to a skeleton."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.assets.people.skeleton import (
    FOREARM,
    HIP_HALF_WIDTH,
    SHIN,
    SHOULDER_HALF_WIDTH,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Skeleton,
    bent_joint,
)

Point = tuple[float, float, float]


class Seat(NamedTuple):
    """Where a rider touches the machine, in its body frame.

    Args:
        hip_m: middle of the hips.
        grip_m: left grip; the right one mirrors it.
        feet_m: left and right ankle.
        lean_rad: of the trunk, forwards.
        knees_out: how far the knees point outwards, 0 straight ahead.
    """

    hip_m: Point
    grip_m: Point
    feet_m: tuple[Point, Point]
    lean_rad: float
    knees_out: float


def rider_skeleton(seat: Seat, height_m: float) -> Skeleton:
    """The skeleton (metres) of a rider of that standing height."""
    h = height_m
    hip = np.array(seat.hip_m)
    up = np.array([np.sin(seat.lean_rad), 0.0, np.cos(seat.lean_rad)])
    neck = hip + up * TRUNK * h
    head = neck + np.array([0.028 + 0.03 * seat.lean_rad, 0.0, 0.110 - 0.012 * seat.lean_rad]) * h
    sides = (1.0, -1.0)
    hips = np.array([hip + np.array([0.0, s * HIP_HALF_WIDTH, -0.01]) * h for s in sides])
    shoulders = np.array([neck - 0.022 * h * up + np.array([0.0, s * SHOULDER_HALF_WIDTH * h, 0.0]) for s in sides])
    wrists = np.array([_reached(shoulders[i], np.array(seat.grip_m) * [1, s, 1], h) for i, s in enumerate(sides)])
    ankles = np.array(seat.feet_m)
    legs, arms = (THIGH * h, SHIN * h), (UPPER_ARM * h, FOREARM * h)
    knees = np.array(
        [bent_joint(hips[i], ankles[i], legs, np.array([1.0, s * seat.knees_out, 0.4])) for i, s in enumerate(sides)]
    )
    elbows = np.array(
        [bent_joint(shoulders[i], wrists[i], arms, np.array([-0.4, s * 0.8, -0.7])) for i, s in enumerate(sides)]
    )
    foot_axes = np.array([[1.0, 0.08, -0.08], [1.0, -0.08, -0.08]])
    return Skeleton(hip, neck, head, hips, knees, ankles, foot_axes, shoulders, elbows, wrists)


def _reached(shoulder: np.ndarray, grip: np.ndarray, height_m: float) -> np.ndarray:
    """The wrist: a hand's length before the grip, and no further than the arm reaches."""
    way = grip - shoulder
    distance = float(np.linalg.norm(way))
    reach = min(distance - 0.045 * height_m, 0.985 * (UPPER_ARM + FOREARM) * height_m)
    return shoulder + way * (reach / distance)
