"""Trees and pot plants."""

from __future__ import annotations

import hashlib

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material

_BARK = (0.13, 0.09, 0.06)
_LEAF = np.array([0.07, 0.14, 0.03])
_RINGS = ((8, 11), (6, 8), (4, 6))


def _rng(asset: Asset) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(asset.name.encode()).digest()[:8], "big"))


def add_broadleaf(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add a trunk, boughs, and a crown of leaf clouds."""
    length, _, height = asset.size_lwh_m
    rng, reach = _rng(asset), 0.5 * length
    fork = 0.35 * height
    builder.tube([(0, 0, 0), (0.05, 0, 0.5 * fork), (0, 0.05, fork)], [0.35, 0.28, 0.24], _BARK, Material.BARK, 8)
    for angle in np.arange(5) * 1.256:
        end = (0.55 * reach * np.cos(angle), 0.55 * reach * np.sin(angle), 0.62 * height)
        builder.tube([(0, 0, 0.92 * fork), end], [0.14, 0.05], _BARK, Material.BARK, 6, cap=False)
    for i in range((18, 12, 7)[level]):
        angle, far = 2.4 * i, reach * 0.62 * np.sqrt((i + 0.5) / 18 * (18 / (18, 12, 7)[level]))
        radius = reach * rng.uniform(0.32, 0.42)
        center = (far * np.cos(angle), far * np.sin(angle), height * rng.uniform(0.5, 0.86))
        color = _LEAF * rng.uniform(0.7, 1.35)
        builder.ellipsoid(center, (radius, radius, 0.75 * radius), color, Material.LEAF, *_RINGS[level])


def add_cypress(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add a slim crown from near the ground to the top."""
    length, _, height = asset.size_lwh_m
    builder.tube([(0, 0, 0), (0, 0, 0.3 * height)], 0.16, _BARK, Material.BARK, 7)
    shares = np.array([0.06, 0.12, 0.3, 0.5, 0.7, 0.86, 0.95, 1.0])
    radius = 0.5 * length * np.array([0.15, 0.7, 1.0, 0.94, 0.72, 0.42, 0.18, 0.02])
    path = np.stack([0.0 * shares, 0.0 * shares, shares * height], axis=1)
    builder.tube(path, radius, _LEAF * 0.6, Material.LEAF, segments=(14, 10, 6)[level], cap=False)


def add_palm(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add a bent trunk with a head of hanging fronds."""
    length, _, height = asset.size_lwh_m
    top = 0.88 * height
    share = np.linspace(0.0, 1.0, (7, 5, 3)[level])
    path = np.stack([0.06 * height * np.sin(share * 1.5) - 0.03 * height, 0.0 * share, share * top], axis=1)
    builder.tube(path, 0.22 - 0.08 * share, _BARK, Material.BARK, segments=(9, 6, 4)[level])
    head = path[-1]
    builder.ellipsoid(head, (0.3, 0.3, 0.3), _BARK, Material.BARK, *_RINGS[level])
    s = np.linspace(0.0, 1.0, (6, 4, 3)[level])
    for angle in np.arange(14) * (2.0 * np.pi / 14):
        direction = np.array([np.cos(angle), np.sin(angle), 0.0])
        lift = 0.12 * height * np.sin(np.pi * 0.62 * s) - 0.16 * height * s**2
        spine = head + 0.5 * length * s[:, None] * direction + lift[:, None] * np.array([0.0, 0.0, 1.0])
        width = 0.32 * np.sin(np.pi * (0.1 + 0.9 * s))
        radii = np.stack([0.02 + 0.0 * s, width], axis=1)
        builder.tube(spine, radii, _LEAF * 0.9, Material.LEAF, segments=4, cap=False)


def add_pot_plant(builder: MeshBuilder, asset: Asset, level: int) -> None:
    """Add a planter with bushes along it."""
    length, width, height = asset.size_lwh_m
    pot = (0.33, 0.15, 0.10) if height > 0.3 else (0.30, 0.30, 0.29)
    builder.box((0, 0, 0.25 * height), (0.5 * length, 0.5 * width, 0.25 * height), pot, Material.CONCRETE)
    count = max(1, round(length / max(width, 0.3)))
    for i in range(count):
        x = (i + 0.5) / count * length - 0.5 * length
        half = min(0.5 * length / count, 0.5 * width)
        builder.ellipsoid(
            (x, 0, 0.62 * height), (half, 0.48 * width, 0.38 * height), _LEAF, Material.LEAF, *_RINGS[level]
        )
