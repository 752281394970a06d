"""Head, face, hair, hats and helmets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.people.skeleton import Skeleton
from sim.assets.people.wardrobe import Color, Look

FloatArray = NDArray[np.float64]

_EYE: Color = (0.03, 0.025, 0.025)
_LIPS: Color = (0.36, 0.13, 0.11)
_VISOR: Color = (0.012, 0.013, 0.015)


def add_head(
    builder: MeshBuilder, bones: Skeleton, look: Look, level: int, unit: float, helmet: Color | None = None
) -> None:
    """Add neck and head; a helmet of that colour hides the hair."""
    R = head_axes(bones)
    center = bones.head
    builder.tube(
        [bones.neck - 0.01 * (center - bones.neck), center - 0.3 * (center - bones.neck)],
        0.050 * unit,
        look.skin,
        Material.SKIN,
        (8, 5, 4)[level],
        cap=False,
    )
    if level == 2:
        _add_far_head(builder, center, R, unit, look, helmet)
        return
    rings = ((10, 12), (5, 7))[level]
    builder.ellipsoid(center, np.array([0.100, 0.080, 0.125]) * unit, look.skin, Material.SKIN, *rings, R=R)
    if helmet is not None:
        _add_helmet(builder, center, R, unit, rings, helmet)
    elif not look.bald:
        _add_hair(builder, center, R, unit, rings, look, level)
    if look.hat and helmet is None:
        _add_hat(builder, center, R, unit, rings, look)
    if level == 0:
        _add_face(builder, center, R, unit, look)


def head_axes(bones: Skeleton) -> FloatArray:
    """Columns: forward, left and up of the head; it stays upright unless the trunk lies, or it is told otherwise."""
    if bones.head_axes is not None:
        return bones.head_axes
    trunk = bones.neck - bones.hip
    left = (bones.hips[0] - bones.hips[1]) / np.linalg.norm(bones.hips[0] - bones.hips[1])
    up = np.array([0.0, 0.0, 1.0]) if trunk[2] > 0.5 * np.linalg.norm(trunk) else trunk / np.linalg.norm(trunk)
    forward = np.cross(left, up)
    return np.stack([forward, left, up], axis=1)


def _add_far_head(
    builder: MeshBuilder, center: FloatArray, R: FloatArray, unit: float, look: Look, helmet: Color | None
) -> None:
    radii = np.array([0.106, 0.090, 0.132]) * unit
    builder.ellipsoid(center, radii, look.skin, Material.SKIN, 4, 5, R=R)
    if helmet is not None or not look.bald:
        crown = center + R @ np.array([-0.022, 0.0, 0.035]) * unit
        color = look.hair if helmet is None else helmet
        builder.ellipsoid(crown, radii * [1.0, 1.05, 0.86], color, Material.MATTE, 4, 5, R=R)


def _add_hair(
    builder: MeshBuilder,
    center: FloatArray,
    R: FloatArray,
    unit: float,
    rings: tuple[int, int],
    look: Look,
    level: int,
) -> None:
    cap = center + R @ np.array([-0.020, 0.0, 0.026]) * unit
    builder.ellipsoid(cap, np.array([0.098, 0.090, 0.114]) * unit, look.hair, Material.MATTE, *rings, R=R)
    if look.long_hair:
        fall = np.array([[-0.045, 0.0, 0.02], [-0.075, 0.0, -0.11], [-0.085, 0.0, -0.25]]) @ R.T * unit + center
        radii = np.array([[0.07, 0.088], [0.06, 0.098], [0.03, 0.08]]) * unit
        builder.tube(fall, radii, look.hair, Material.MATTE, (8, 5)[level])


def _add_hat(
    builder: MeshBuilder, center: FloatArray, R: FloatArray, unit: float, rings: tuple[int, int], look: Look
) -> None:
    crown = center + R @ np.array([-0.010, 0.0, 0.062]) * unit
    builder.ellipsoid(crown, np.array([0.108, 0.098, 0.095]) * unit, look.accent, Material.CLOTH, *rings, R=R)
    peak = center + R @ np.array([0.105, 0.0, 0.052]) * unit
    builder.box(peak, np.array([0.055, 0.065, 0.008]) * unit, look.accent, Material.CLOTH, R=R)


def _add_helmet(
    builder: MeshBuilder, center: FloatArray, R: FloatArray, unit: float, rings: tuple[int, int], color: Color
) -> None:
    """A full-face helmet with a dark visor."""
    shell = center + R @ np.array([-0.004, 0.0, 0.022]) * unit
    builder.ellipsoid(shell, np.array([0.140, 0.122, 0.145]) * unit, color, Material.PAINT, *rings, R=R)
    visor = center + R @ np.array([0.030, 0.0, 0.020]) * unit
    builder.ellipsoid(visor, np.array([0.116, 0.108, 0.062]) * unit, _VISOR, Material.GLASS, *rings, R=R)


def _add_face(builder: MeshBuilder, center: FloatArray, R: FloatArray, unit: float, look: Look) -> None:
    skin = np.array(look.skin)

    def feature(at: tuple[float, float, float], radii: tuple[float, float, float], color: FloatArray | Color) -> None:
        material = Material.MATTE if color is _EYE else Material.SKIN
        spot = center + R @ np.array(at) * unit
        builder.ellipsoid(spot, np.array(radii) * unit, color, material, 4, 5, R=R)

    feature((0.098, 0.0, -0.012), (0.018, 0.014, 0.022), skin * 0.95)
    feature((0.091, 0.0, -0.058), (0.007, 0.026, 0.008), _LIPS)
    for side in (1.0, -1.0):
        feature((0.090, side * 0.033, 0.018), (0.009, 0.013, 0.009), _EYE)
        feature((0.0, side * 0.082, -0.008), (0.020, 0.012, 0.030), skin * 0.9)
