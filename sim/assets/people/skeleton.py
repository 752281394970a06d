"""Joint positions of a person of unit proportions in each pose. Units: shares of the standing height."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

THIGH = 0.242
SHIN = 0.240
UPPER_ARM = 0.165
FOREARM = 0.150
HIP_HALF_WIDTH = 0.052
SHOULDER_HALF_WIDTH = 0.103
ANKLE_HEIGHT = 0.045
TRUNK = 0.290
"""Segment lengths after the body segment tables of Winter, Biomechanics and Motor Control of Human Movement."""


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """Joints in shares of the height, feet on z = 0, facing +x; pairs are (left, right).

    `head_axes` has as columns where the head's front, left and top point; without it the head looks ahead.
    """

    hip: FloatArray
    neck: FloatArray
    head: FloatArray
    hips: FloatArray
    knees: FloatArray
    ankles: FloatArray
    foot_axes: FloatArray
    shoulders: FloatArray
    elbows: FloatArray
    wrists: FloatArray
    head_axes: FloatArray | None = None

    def turned(self, R: FloatArray, shift: FloatArray) -> Skeleton:
        """The skeleton turned by `R` about the origin, then moved."""
        points = {
            name: getattr(self, name) @ R.T + shift
            for name in ("hip", "neck", "head", "hips", "knees", "ankles", "shoulders", "elbows", "wrists")
        }
        return replace(self, **points, foot_axes=self.foot_axes @ R.T)


def bent_joint(start: FloatArray, end: FloatArray, lengths: tuple[float, float], pole: FloatArray) -> FloatArray:
    """The knee or elbow between two joints, bent towards `pole`."""
    reach = end - start
    distance = min(float(np.linalg.norm(reach)), 0.999 * sum(lengths))
    along = reach / np.linalg.norm(reach)
    first = (lengths[0] ** 2 - lengths[1] ** 2 + distance**2) / (2.0 * distance)
    height = np.sqrt(max(0.0, lengths[0] ** 2 - first**2))
    across = pole - (pole @ along) * along
    return start + along * first + across / (np.linalg.norm(across) + 1e-9) * height


def pose_skeleton(pose: str, stoop: float = 0.0) -> Skeleton:
    """The skeleton of a pose; `stoop` in [0, 1] bends the back of old people."""
    kind, _, index = pose.partition("_")
    if kind in ("walk", "run"):
        return _striding(2.0 * np.pi * int(index) / 8.0, kind == "run", stoop)
    if kind == "crouch":
        return _crouching()
    standing = _standing(stoop)
    return _lying(standing) if kind == "lie" else standing


def _trunk(hip: FloatArray, lean_rad: float, stoop: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Up direction of the trunk, neck, and head centre."""
    lean = lean_rad + 0.30 * stoop
    up = np.array([np.sin(lean), 0.0, np.cos(lean)])
    neck = hip + up * TRUNK
    head = neck + np.array([0.018 + 0.05 * stoop, 0.0, 0.112 - 0.02 * stoop])
    return up, neck, head


def _assembled(
    hip: FloatArray, lean_rad: float, stoop: float, ankles: FloatArray, foot_axes: FloatArray, wrists: FloatArray
) -> Skeleton:
    """A skeleton from where hip, feet and hands are; `wrists` relative to the shoulders."""
    up, neck, head = _trunk(hip, lean_rad, stoop)
    sides = np.array([1.0, -1.0])
    hips = np.stack([hip + np.array([0.0, s * HIP_HALF_WIDTH, -0.012]) for s in sides])
    shoulders = np.stack([neck - 0.022 * up + np.array([0.0, s * SHOULDER_HALF_WIDTH, 0.0]) for s in sides])
    hands = shoulders + wrists
    knees = np.stack(
        [bent_joint(hips[i], ankles[i], (THIGH, SHIN), np.array([1.0, 0.04 * sides[i], 0.1])) for i in (0, 1)]
    )
    elbows = np.stack(
        [
            bent_joint(shoulders[i], hands[i], (UPPER_ARM, FOREARM), np.array([-1.0, 0.35 * sides[i], -0.2]))
            for i in (0, 1)
        ]
    )
    return Skeleton(hip, neck, head, hips, knees, ankles, foot_axes, shoulders, elbows, hands)


def _standing(stoop: float) -> Skeleton:
    hip = np.array([0.0, 0.0, ANKLE_HEIGHT + THIGH + SHIN + 0.009])
    ankles = np.array([[0.012, 0.058, ANKLE_HEIGHT], [-0.012, -0.058, ANKLE_HEIGHT]])
    axes = np.array([[1.0, 0.15, 0.0], [1.0, -0.15, 0.0]])
    wrists = np.array([[0.035, 0.038, -0.295], [0.02, -0.038, -0.300]])
    return _assembled(hip, 0.0, stoop, ankles, axes, wrists)


def _striding(phase_rad: float, running: bool, stoop: float) -> Skeleton:
    """One eighth of a stride after another: feet on the ground half of it, swinging forward the other half."""
    stride = (0.26 if running else 0.155) * (1.0 - 0.35 * stoop)
    ankles, axes, wrists = [], [], []
    for side, shift in ((1.0, 0.0), (-1.0, np.pi)):
        angle = phase_rad + shift
        swing = max(0.0, -np.sin(angle))
        x = stride * np.cos(angle) - (0.03 if running else 0.01)
        heel = max(0.0, -np.cos(angle)) * (0.07 if running else 0.045)
        lift = swing * ((0.20 if running else 0.055) * (1.0 - 0.5 * np.cos(angle + np.pi))) + heel
        ankles.append([x, side * 0.048, ANKLE_HEIGHT + lift])
        pitch = 0.25 * np.cos(angle) - 0.55 * max(0.0, -np.cos(angle)) - 0.35 * swing
        axes.append([np.cos(pitch), 0.05 * side, np.sin(pitch)])
        back = -np.cos(angle)
        if running:
            wrists.append([0.10 + 0.12 * back, side * 0.02, -0.155 + 0.05 * back])
        else:
            wrists.append([0.035 + 0.105 * back, side * 0.040, -0.290 + 0.02 * abs(back)])
    # as high as the standing leg reaches: highest when it is upright, lowest when both feet are far out
    drop = np.cos(phase_rad) ** 2 * (0.028 if not running else 0.030) + (0.010 if running else -0.006)
    hip = np.array([0.0, 0.0, ANKLE_HEIGHT + THIGH + SHIN - drop])
    return _assembled(hip, 0.16 if running else 0.04, stoop, np.array(ankles), np.array(axes), np.array(wrists))


def _crouching() -> Skeleton:
    hip = np.array([-0.06, 0.0, 0.20])
    ankles = np.array([[0.05, 0.075, ANKLE_HEIGHT], [-0.06, -0.075, ANKLE_HEIGHT + 0.03]])
    axes = np.array([[1.0, 0.2, 0.0], [1.0, -0.2, -0.3]])
    wrists = np.array([[0.17, -0.01, -0.20], [0.16, 0.02, -0.22]])
    return _assembled(hip, 0.55, 0.0, ankles, axes, wrists)


def _lying(standing: Skeleton) -> Skeleton:
    """On the back, head towards -x, so that the feet still point up."""
    R = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    return standing.turned(R, np.array([0.5, 0.0, 0.075]))
