"""Animals as walkers: a mesh in a pose, as large as its box, standing where CARLA's box of a walker stands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.assets.animals.breeds import BREEDS
from sim.assets.animals.flesh import add_quadruped
from sim.assets.animals.horse_rider import add_rider
from sim.assets.animals.kangaroo import TRUNK_HALF_WIDTH_M, add_kangaroo
from sim.assets.animals.names import HORSE_RIDER, KANGAROO
from sim.assets.animals.quadruped import quadruped_joints
from sim.assets.animals.stride import STRIDES
from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import bounds_m, scaled
from sim.assets.mesh import Mesh

_ON_ITS_SIDE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def animal(asset: Asset, pose: str, level: int) -> Mesh:
    """The mesh of an animal: origin at the centre of its box, which it fills when it stands."""
    factor, middle = _fit(asset, level)
    if pose == "lie":
        standing = scaled(_natural(asset.name, "stand", level), factor, -middle * factor)
        on_floor_m = (0.0, 0.0, half_width_m(asset.name) - 0.5 * asset.size_lwh_m[2])
        return MeshBuilder().add(standing, _ON_ITS_SIDE, on_floor_m).build()
    return scaled(_natural(asset.name, pose, level), factor, -middle * factor)


def half_width_m(name: str) -> float:
    """Half the width of an animal's trunk: who lies on the side has its middle so high; what is wider sinks in."""
    if name == KANGAROO:
        return TRUNK_HALF_WIDTH_M
    return BREEDS[name].withers_m * max(half for _, _, _, half in BREEDS[name].trunk)


def _natural(name: str, pose: str, level: int) -> Mesh:
    """The animal on z = 0."""
    builder = MeshBuilder()
    if name == KANGAROO:
        add_kangaroo(builder, STRIDES[name], pose, level)
        return builder.build()
    joints = quadruped_joints(BREEDS[name], STRIDES[name], pose)
    add_quadruped(builder, BREEDS[name], joints, level)
    if name == HORSE_RIDER:
        add_rider(builder, BREEDS[name], joints, level)
    return builder.build()


@lru_cache(64)
def _fit(asset: Asset, level: int) -> tuple[np.ndarray, np.ndarray]:
    """What stretches the standing animal to its box, and where the middle of the box is before."""
    low, high = bounds_m(_natural(asset.name, "stand", level))
    return np.asarray(asset.size_lwh_m) / (high - low), 0.5 * (low + high)
