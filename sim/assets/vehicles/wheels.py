"""Wheels: tyre, rim with spokes, hub."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material

_TYRE = (0.022, 0.022, 0.024)
_GAP = (0.012, 0.012, 0.013)
SEGMENTS = (20, 10)
"""Corners of a wheel at the two finer levels of detail; one is the lowest point, so that all levels stand alike."""


def add_wheel(
    builder: MeshBuilder,
    center_m: tuple[float, float, float],
    radius_m: float,
    width_m: float,
    level: int,
    rim: tuple[float, float, float] = (0.55, 0.55, 0.57),
    spokes: int = 5,
    rim_share: float = 0.66,
) -> None:
    """Add a wheel whose axle runs along y; its outer face looks away from y = 0."""
    side = 1.0 if center_m[1] >= 0 else -1.0
    w = 0.5 * width_m
    if level == 2:
        _add_far_wheel(builder, center_m, radius_m, side * w, rim)
        return
    tyre_profile = (
        [(rim_share, w), (0.92, w), (1.0, 0.7 * w), (1.0, -w), (0.0, -w)],
        [(rim_share, w), (1.0, 0.8 * w), (1.0, -w), (0.0, -w)],
    )[level]
    builder.grid(_turned(tyre_profile, center_m, radius_m, side, level), _TYRE, Material.RUBBER, crease_deg=40.0)
    rim_profile = (
        [(0.0, 0.8 * w), (0.17, 0.8 * w), (0.88 * rim_share, 0.62 * w), (rim_share, w)],
        [(0.0, 0.7 * w), (rim_share, w)],
    )[level]
    points = _turned(rim_profile, center_m, radius_m, side, level)
    color = np.tile(np.asarray(rim), (points.shape[0] - 1, points.shape[1] - 1, 1))
    material = np.full(color.shape[:2], int(Material.RIM))
    if level == 0 and spokes:
        # the gaps between the spokes, on the ring between hub and rim edge
        gap = (np.arange(SEGMENTS[0]) * spokes * 2 // SEGMENTS[0]) % 2 == 1
        color[gap, 1] = _GAP
        material[gap, 1] = Material.BLACK
    builder.grid(points, color, material, crease_deg=35.0)


def _add_far_wheel(
    builder: MeshBuilder,
    center_m: tuple[float, float, float],
    radius_m: float,
    out_m: float,
    rim: tuple[float, float, float],
) -> None:
    """A six-sided wheel: tread, face, and the rim a hair before it."""
    angle = (np.arange(6) * (np.pi / 3) - np.pi / 2) * np.sign(out_m)
    ring = np.stack([np.cos(angle), 0.0 * angle, np.sin(angle)], axis=1)
    center = np.asarray(center_m)
    face = center + ring * radius_m + np.array([0.0, out_m, 0.0])
    builder.grid(np.stack([face, face - [0, 2 * out_m, 0]], axis=1), _TYRE, Material.RUBBER, close_u=True)
    fan = np.array([[0, 4, 2], [0, 2, 1], [2, 4, 3], [4, 0, 5]])
    builder.triangles(face[fan], _TYRE, Material.RUBBER)
    builder.triangles((face - [0, 2 * out_m, 0])[fan[:, ::-1]], _TYRE, Material.RUBBER)
    disc = center + ring * (0.6 * radius_m) + np.array([0.0, 1.04 * out_m, 0.0])
    builder.triangles(disc[fan], rim, Material.RIM)


def _turned(
    profile: list[tuple[float, float]],
    center_m: tuple[float, float, float],
    radius_m: float,
    side: float,
    level: int,
) -> np.ndarray:
    """Points (segments + 1, len(profile), 3) of a profile (radius share, offset along the axle) turned round it."""
    angle = (np.linspace(0.0, 2.0 * np.pi, SEGMENTS[level] + 1) - np.pi / 2)[:, None] * side
    share, offset = np.array(profile).T
    r = share * radius_m
    return np.stack(
        [
            center_m[0] + np.cos(angle) * r,
            center_m[1] + side * offset + 0.0 * angle,
            center_m[2] + np.sin(angle) * r,
        ],
        axis=-1,
    )
