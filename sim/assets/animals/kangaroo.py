"""A red kangaroo: upright on feet and tail, or mid-hop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.animals.flesh import HAIR
from sim.assets.animals.stride import HOP, Stride, foot_at
from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.people.skeleton import bent_joint

FloatArray = NDArray[np.float64]

_COAT, _BELLY, _DARK = (0.26, 0.115, 0.055), (0.42, 0.32, 0.22), (0.05, 0.03, 0.02)
_THIGH_M, _SHANK_M, _FOOT_M = 0.31, 0.50, 0.40
_STAND_RAD, _HOP_RAD = 0.95, 0.45
"""How steep the trunk is: standing, and hopping."""
# Along the trunk from the hip (m), half depth, half width.
_TRUNK = np.array(
    [(-0.16, 0.09, 0.08), (-0.10, 0.17, 0.14), (0.05, 0.20, 0.165), (0.20, 0.18, 0.15), (0.36, 0.145, 0.125),
     (0.50, 0.115, 0.105), (0.62, 0.085, 0.075), (0.74, 0.065, 0.058), (0.80, 0.06, 0.055)]
)  # fmt: skip
TRUNK_HALF_WIDTH_M = float(_TRUNK[:, 2].max())
_SEGMENTS = (16, 12, 7)


class _Hopper(NamedTuple):
    """Joints in metres: hip, direction of the trunk (rad), one leg's foot (toe, hock), tail points."""

    hip: FloatArray
    trunk_rad: float
    toe: FloatArray
    hock: FloatArray
    tail: FloatArray


def add_kangaroo(builder: MeshBuilder, stride: Stride, pose: str, level: int) -> None:
    """Add a kangaroo in a pose, on z = 0; both legs move together."""
    body = _hopper(stride, pose)
    along = np.array([np.cos(body.trunk_rad), 0.0, np.sin(body.trunk_rad)])
    path = body.hip + _TRUNK[:, :1] * along
    # the neck bends up from the line of the trunk
    path[-3:, 2] += np.array([0.02, 0.07, 0.11]) * (1.0 if body.trunk_rad < 0.7 else 0.2)
    builder.tube(path, _TRUNK[:, 1:], _COAT, HAIR, _SEGMENTS[level])
    _add_head(builder, path[-1], level)
    radius = np.array([(0.095, 0.085), (0.07, 0.066), (0.05, 0.048), (0.03, 0.03), (0.014, 0.014)])
    builder.tube(body.tail, radius, _COAT, HAIR, (10, 8, 5)[level])
    for side in (1.0, -1.0):
        _add_leg(builder, body, side, level)
        _add_arm(builder, body.hip + 0.47 * along, side, body.trunk_rad, level)


def _hopper(stride: Stride, pose: str) -> _Hopper:
    gait, _, index = pose.partition("_")
    if gait not in ("walk", "run"):
        hock = np.array([-0.16, 0.13, 0.06])
        toe = hock + np.array([_FOOT_M, 0.0, -0.035])
        tail = np.array([(-0.12, 0, 0.50), (-0.36, 0, 0.30), (-0.62, 0, 0.13), (-0.92, 0, 0.06), (-1.18, 0, 0.05)])
        return _Hopper(np.array([-0.02, 0.0, 0.60]), _STAND_RAD, toe, hock, tail)
    phase, running = int(index) / 8.0, gait == "run"
    foot = foot_at(phase, HOP, 0, stride.length_m(running), 0.0)
    flight = (phase - HOP.duty) / (1.0 - HOP.duty)
    leap_m = (0.36 if running else 0.12) * 4.0 * max(0.0, flight) * (1.0 - max(0.0, flight))
    crouch_m = 0.10 * np.sin(np.pi * phase / HOP.duty) if foot.is_down else 0.0
    hip = np.array([-0.05, 0.0, 0.78 - crouch_m + leap_m])
    # the foot lands flat, rolls onto the toe, trails, and swings forward under the body
    heel_rad = 0.15 + 1.1 * (phase / HOP.duty) if foot.is_down else 1.9 * np.cos(0.5 * np.pi * flight) ** 0.8 - 0.1
    fold_m = 0.0 if foot.is_down else 0.10 * np.sin(np.pi * flight) + leap_m
    toe = np.array([hip[0] + 0.12 + foot.ahead_m, 0.12, 0.025 + fold_m])
    hock = toe + _FOOT_M * np.array([-np.cos(heel_rad), 0.0, np.sin(heel_rad)])
    swing = 0.28 * np.cos(2.0 * np.pi * (phase - HOP.duty / 2.0))
    way = np.array([0.0, 0.26, 0.54, 0.84, 1.10])
    tail = hip + np.stack([-0.14 - way, 0.0 * way, -0.02 - swing * way**1.5 + 0.1 * way], axis=1)
    return _Hopper(hip, _HOP_RAD, toe, hock, tail)


def _add_head(builder: MeshBuilder, neck: FloatArray, level: int) -> None:
    ring = np.array([(-0.06, 0.05, 0.05, 0.05), (0.03, 0.055, 0.078, 0.068), (0.12, 0.03, 0.062, 0.052),
                     (0.20, 0.0, 0.042, 0.038), (0.245, -0.015, 0.026, 0.026)])  # fmt: skip
    path = neck + np.stack([ring[:, 0], 0.0 * ring[:, 0], ring[:, 1]], axis=1)
    colors = np.array([_COAT, _COAT, _COAT, _DARK, _DARK])
    builder.tube(path, ring[:, 2:], colors, HAIR, (12, 9, 6)[level])
    for side in (1.0, -1.0):
        root = neck + np.array([-0.01, side * 0.045, 0.10])
        ear = root + np.array([0.0, 0.07, 0.14, 0.19])[:, None] * np.array([-0.1, side * 0.35, 0.93])
        radius = np.array([(0.02, 0.014), (0.034, 0.014), (0.028, 0.012), (0.006, 0.005)])
        builder.tube(ear, radius, _COAT, HAIR, (8, 5, 4)[level], cap=level == 0)
        if level == 0:
            builder.ellipsoid(
                neck + np.array([0.07, side * 0.057, 0.075]), (0.013, 0.013, 0.013), _DARK, Material.GLASS, 5, 6
            )


def _add_leg(builder: MeshBuilder, body: _Hopper, side: float, level: int) -> None:
    mirror = np.array([1.0, side, 1.0])
    hip, hock, toe = body.hip + np.array([0.02, side * 0.10, 0.0]), body.hock * mirror, body.toe * mirror
    knee = bent_joint(hip, hock, (_THIGH_M, _SHANK_M), np.array([1.0, 0.25 * side, 0.2]))
    calf = knee + 0.35 * (hock - knee)
    path = np.array([hip, 0.5 * (hip + knee), knee, calf, hock])
    radius = np.array([(0.15, 0.09), (0.155, 0.10), (0.085, 0.065), (0.072, 0.056), (0.034, 0.03)])
    builder.tube(path, radius, _COAT, HAIR, (12, 9, 5)[level], cap=False)
    foot = np.array([hock, hock + 0.3 * (toe - hock), hock + 0.75 * (toe - hock), toe])
    sole = np.array([(0.036, 0.034), (0.028, 0.036), (0.026, 0.042), (0.014, 0.022)])
    builder.tube(foot, sole, np.array([_COAT, _DARK, _DARK, _DARK]), HAIR, (9, 7, 4)[level])


def _add_arm(builder: MeshBuilder, shoulder: FloatArray, side: float, trunk_rad: float, level: int) -> None:
    top = shoulder + np.array([0.02, side * 0.10, -0.02])
    elbow = top + np.array([0.02 - 0.10 * np.cos(trunk_rad), side * 0.03, -0.19])
    hand = elbow + np.array([0.15, -side * 0.04, -0.06])
    radius = np.array([(0.05, 0.045), (0.034, 0.032), (0.022, 0.022), (0.012, 0.014)])
    path = np.array([top, elbow, hand, hand + np.array([0.06, 0.0, -0.04])])
    builder.tube(path, radius, np.array([_COAT, _COAT, _DARK, _DARK]), HAIR, (8, 5, 4)[level], cap=level == 0)
