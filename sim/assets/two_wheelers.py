"""Placeholder box of the true size."""

from __future__ import annotations

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.mesh import Material, Mesh


def two_wheeler(asset: Asset, pose: str, level: int) -> Mesh:
    """A box."""
    l, w, h = asset.size_lwh_m
    return MeshBuilder().box((0, 0, h / 2), (l / 2, w / 2, h / 2), (-1, 0, 0), Material.PAINT).build()
