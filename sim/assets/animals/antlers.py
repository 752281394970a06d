"""Antlers: the shovels of a moose and the forks of a deer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

FloatArray = NDArray[np.float64]
Place = Callable[[FloatArray], FloatArray]
"""From shares of the withers' height to metres in the pose."""

_BONE = (0.30, 0.22, 0.13)
_SEGMENTS = (8, 6, 4)
_TINE_SEGMENTS = (6, 4, 3)


def add_palmate(
    builder: MeshBuilder, place: Place, unit_m: float, crown: tuple[float, float, float, float], level: int
) -> None:
    """A beam to each side that widens to a flat palm with tines on its edge (span 0.7 of the withers' height)."""
    x, z, depth, _ = crown
    root, segments = np.array([x - 0.5 * depth, 0.0, z + 0.7 * depth]), _TINE_SEGMENTS[level]
    for side in (1.0, -1.0):
        mirror = np.array([1.0, side, 1.0])
        beam = np.array([(0.0, 0.03, 0.0), (-0.01, 0.09, 0.015), (-0.03, 0.15, 0.035), (-0.05, 0.20, 0.075)])
        palm = np.array([(-0.05, 0.20, 0.075), (-0.08, 0.27, 0.14), (-0.10, 0.315, 0.20), (-0.11, 0.335, 0.245)])
        path = root + np.concatenate([beam, palm[1:]]) * mirror
        wide = np.array([0.016, 0.016, 0.022, 0.060, 0.095, 0.085, 0.025])
        flat = np.array([0.016, 0.016, 0.014, 0.011, 0.010, 0.009, 0.006])
        radius = np.stack([flat, wide], axis=1)[:, ::-1] * unit_m
        builder.tube(place(path), radius, _BONE, Material.MATTE, _SEGMENTS[level], cap=False)
        for ahead, out, up in ((0.10, 0.30, 0.20), (0.085, 0.35, 0.27), (0.01, 0.36, 0.32), (-0.10, 0.35, 0.33)):
            foot, tip = np.array([0.35 * ahead - 0.07, 0.82 * out, 0.72 * up]), np.array([ahead, out, up])
            tine = root + np.array([foot, 0.5 * (foot + tip) + np.array([0.0, 0.01, 0.0]), tip]) * mirror
            builder.tube(
                place(tine), np.array([0.016, 0.012, 0.004]) * unit_m, _BONE, Material.MATTE, segments, cap=False
            )


def add_forked(
    builder: MeshBuilder, place: Place, unit_m: float, crown: tuple[float, float, float, float], level: int
) -> None:
    """A beam on each side that curves outwards and forward, with three points."""
    x, z, depth, _ = crown
    root, segments = np.array([x - 0.35 * depth, 0.0, z + 0.8 * depth]), _TINE_SEGMENTS[level]
    for side in (1.0, -1.0):
        mirror = np.array([1.0, side, 1.0])
        beam = np.array(
            [(0.0, 0.03, 0.0), (-0.05, 0.09, 0.10), (-0.05, 0.17, 0.19), (0.03, 0.20, 0.27), (0.10, 0.16, 0.31)]
        )
        thick = np.array([0.017, 0.015, 0.013, 0.010, 0.004]) * unit_m
        builder.tube(place(root + beam * mirror), thick, _BONE, Material.MATTE, segments, cap=False)
        for fork, tip in ((1, (0.03, 0.10, 0.19)), (2, (0.0, 0.19, 0.31)), (3, (0.07, 0.22, 0.38))):
            tine = root + np.array([beam[fork], tip]) * mirror
            builder.tube(place(tine), np.array([0.012, 0.004]) * unit_m, _BONE, Material.MATTE, segments, cap=False)
