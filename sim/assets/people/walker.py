"""Walkers: a person in a pose, as tall as its box, standing where CARLA's box stands."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import bounds_m, scaled
from sim.assets.mesh import Mesh
from sim.assets.people.body import add_person
from sim.assets.people.skeleton import pose_skeleton
from sim.assets.people.wardrobe import look_of

_UPRIGHT = ("stand", "walk", "run")


def walker(asset: Asset, pose: str, level: int) -> Mesh:
    """The mesh of a walker: origin at the centre of its box, feet (or body, when lying) on the box's floor."""
    height_m = asset.size_lwh_m[2]
    look = look_of(asset)
    bones = pose_skeleton(pose, look.stoop).turned(height_m * np.eye(3), np.zeros(3))
    builder = MeshBuilder()
    add_person(builder, bones, look, level, height_m)
    mesh = builder.build()
    low, high = bounds_m(mesh)
    # upright people fill the box's height whatever their hair or stoop; others keep their natural size
    stretch = height_m / (high[2] - low[2]) if pose.partition("_")[0] in _UPRIGHT else 1.0
    return scaled(mesh, (1.0, 1.0, stretch), (0.0, 0.0, -0.5 * height_m - low[2] * stretch))
