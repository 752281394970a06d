"""Who rides the horse, with saddle and reins."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.assets.animals.breeds import Breed
from sim.assets.animals.quadruped import Joints
from sim.assets.builder import MeshBuilder
from sim.assets.cycles.rider import Seat, rider_skeleton
from sim.assets.mesh import Material
from sim.assets.people.body import add_person
from sim.assets.people.wardrobe import Look

_RIDER_M: Final = 1.68
_LOOK: Final = Look(
    age="adult",
    female=True,
    girth=1.0,
    skin=(0.55, 0.31, 0.20),
    hair=(0.10, 0.055, 0.025),
    top=(0.05, 0.09, 0.20),
    bottom=(0.52, 0.48, 0.40),
    shoes=(0.015, 0.014, 0.013),
    accent=(0.1, 0.1, 0.1),
)
_HELMET: Final = (0.012, 0.012, 0.014)
_LEATHER: Final = (0.05, 0.022, 0.010)
_SADDLE_X: Final = 0.08
"""Where the rider sits, as shares of the height of the withers: just behind them."""


def add_rider(builder: MeshBuilder, breed: Breed, joints: Joints, level: int) -> None:
    """Add a rider with legs down the horse's sides and hands above the withers."""
    unit_m = breed.withers_m
    saddle = joints.trunk(np.array([_SADDLE_X, 0.0, 0.955]) * unit_m)
    _add_saddle(builder, saddle, unit_m, level)
    hip = saddle + np.array([0.0, 0.0, 0.13])
    feet = tuple((float(saddle[0] + 0.10), side * 0.36, float(saddle[2] - 0.68)) for side in (1.0, -1.0))
    grip = (float(saddle[0] + 0.36), 0.07, float(saddle[2] + 0.36))
    seat = Seat((float(hip[0]), 0.0, float(hip[2])), grip, (feet[0], feet[1]), 0.03, 0.75)
    skeleton = rider_skeleton(seat, _RIDER_M)
    add_person(builder, skeleton, _LOOK, level, _RIDER_M, _HELMET)
    if level < 2:
        _add_reins(builder, breed, joints, skeleton.wrists)


def _add_saddle(builder: MeshBuilder, top_m: np.ndarray, unit_m: float, level: int) -> None:
    rings = ((10, 14), (8, 12), (5, 6))[level]
    builder.ellipsoid(
        top_m + np.array([0.0, 0.0, -0.06]), np.array([0.17, 0.176, 0.075]) * unit_m, _LEATHER, Material.MATTE, *rings
    )


def _add_reins(builder: MeshBuilder, breed: Breed, joints: Joints, wrist_m: np.ndarray) -> None:
    x, z, _, half = breed.head[-2]
    for wrist, side in zip(wrist_m, (1.0, -1.0), strict=True):
        bit = joints.trunk(np.array([x, side * half, z]) * breed.withers_m)
        middle = 0.5 * (bit + wrist) + np.array([0.0, side * 0.03, -0.05])
        builder.tube(np.array([bit, middle, wrist]), 0.009, _LEATHER, Material.MATTE, 4)
