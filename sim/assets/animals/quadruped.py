"""The joints of a four-legged animal in each pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.assets.animals.breeds import Breed, Leg
from sim.assets.animals.stride import WALK, Foot, Footfall, Stride, foot_at
from sim.assets.people.skeleton import bent_joint

FloatArray = NDArray[np.float64]

PHASES = 8
_LIFT = {True: 0.14, False: 0.075}
"""How high a hoof swings, running or walking, as a share of the height of the withers."""
_SHOULDER_SWAY = 0.5
"""Share of a fore foot's way that the elbow goes along: the shoulder blade slides on the ribs."""
_HIP_SWAY = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """Joints in metres on the ground z = 0, facing +x: of legs (left hind, left fore, right hind, right fore).

    Args:
        legs: (K, 3) each, from the top to the hoof's sole.
        trunk_up_m: how much higher the trunk is than when it stands.
        pitch_rad: of the trunk, nose up.
    """

    legs: tuple[FloatArray, ...]
    trunk_up_m: float
    pitch_rad: float

    def trunk(self, point_m: FloatArray) -> FloatArray:
        """Points (..., 3) of the standing trunk, neck and head as this pose has them."""
        c, s = np.cos(self.pitch_rad), np.sin(self.pitch_rad)
        R = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
        pivot = np.array([0.0, 0.0, self.legs[0][0, 2] if len(self.legs) else 0.0])
        return (point_m - pivot) @ R.T + pivot + np.array([0.0, 0.0, self.trunk_up_m])


def quadruped_joints(breed: Breed, stride: Stride, pose: str) -> Joints:
    """The joints in a pose of the catalogue; who lies has those of who stands, and is turned as a whole."""
    gait, _, index = pose.partition("_")
    if gait not in ("walk", "run"):
        return _joints(breed, [_still(leg) for leg in range(4)], 0.0, 0.0)
    running, phase = gait == "run", int(index) / PHASES
    footfall = stride.run if running else WALK
    lift_m = _LIFT[running] * breed.withers_m
    feet = [foot_at(phase, footfall, leg, stride.length_m(running), lift_m) for leg in range(4)]
    up, pitch_rad = _trunk_motion(footfall, phase)
    return _joints(breed, feet, up * breed.withers_m, pitch_rad)


def _trunk_motion(footfall: Footfall, phase: float) -> tuple[float, float]:
    """Rise of the trunk as a share of the height of the withers, and its pitch.

    It falls while both pairs of feet reach far out; who gallops rocks, fore end up as the hind feet push off.
    """
    turn = 2.0 * np.pi * phase
    if len(set(footfall.touch)) == 2:  # a trot: up twice a stride, between the steps
        return float(-0.012 - 0.018 * np.cos(2.0 * turn)), 0.0
    if footfall is WALK:
        return float(-0.012 - 0.006 * np.cos(2.0 * turn)), 0.0
    return float(-0.02 + 0.03 * np.cos(turn - 2.0 * np.pi * 0.88)), float(0.07 * np.sin(turn + 0.4))


def _still(leg: int) -> Foot:
    """Standing at ease: one foot of each pair a little ahead of the other."""
    return Foot((0.03, 0.02, -0.03, -0.02)[leg], 0.0, True, 0.0)


def _joints(breed: Breed, feet: list[Foot], up_m: float, pitch_rad: float) -> Joints:
    frame = Joints((), up_m, pitch_rad)
    legs = []
    for k, foot in enumerate(feet):
        side = 1.0 if k < 2 else -1.0
        leg = breed.hind if k % 2 == 0 else breed.fore
        top = frame.trunk(np.array([leg.top[0], side * leg.top[1], leg.top[2]]) * breed.withers_m)
        sole = np.array([leg.foot_x * breed.withers_m + foot.ahead_m, 0.92 * top[1], foot.up_m])
        legs.append(_leg(leg, top, sole, foot, breed.withers_m))
    return Joints(tuple(legs), up_m, pitch_rad)


def _leg(leg: Leg, top: FloatArray, sole: FloatArray, foot: Foot, unit_m: float) -> FloatArray:
    """Joints of a leg from its top and where its sole is."""
    is_hind = len(leg.upper) == 2
    away = foot.ahead_m / unit_m
    # a foot about to leave the ground stands on its tip; in the air it hangs back
    tip_rad = 0.35 - 0.5 * away - (0.9 * np.sin(np.pi * foot.swing) if not foot.is_down else 0.0)
    fetlock = sole + leg.pastern * unit_m * np.array([-np.sin(tip_rad) * 0.8, 0.0, np.cos(tip_rad)])
    top = top + np.array([foot.ahead_m * (_HIP_SWAY if is_hind else _SHOULDER_SWAY), 0.0, 0.0])
    if is_hind:
        lean_rad = -0.05 + 0.75 * away + 0.55 * np.sin(np.pi * foot.swing)
        hock = fetlock + leg.cannon * unit_m * np.array([-np.sin(lean_rad), 0.0, np.cos(lean_rad)])
        thigh, shank = (length * unit_m for length in leg.upper)
        stifle = bent_joint(top, hock, (thigh, shank), np.array([1.0, 0.0, 0.25]))
        return np.array([top, stifle, hock, fetlock, sole])
    knee = bent_joint(top, fetlock, (leg.upper[0] * unit_m, leg.cannon * unit_m), np.array([1.0, 0.0, 0.0]))
    return np.array([top, knee, fetlock, sole])
