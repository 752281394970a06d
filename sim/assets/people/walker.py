"""Walkers: a person in a pose, as tall as its box, standing where CARLA's box stands."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import bounds_m, scaled
from sim.assets.mesh import Mesh
from sim.assets.people.body import add_person
from sim.assets.people.carried import LOADS
from sim.assets.people.free_pose import decoded, is_free
from sim.assets.people.skeleton import Skeleton, pose_skeleton
from sim.assets.people.wardrobe import look_of

_UPRIGHT = ("stand", "walk", "run")


class Fit(NamedTuple):
    """How a body is brought into its box: stretched upwards, then raised."""

    stretch: float
    rise_m: float


def walker(asset: Asset, pose: str, level: int) -> Mesh:
    """The mesh of a walker: origin at the centre of its box, feet (or body, when lying) on the box's floor."""
    if is_free(pose):
        return _free(asset, decoded(pose), level)
    body = _natural(asset, pose)
    mesh = _flesh(asset, body, level)
    fit = _fit(asset, pose, _person(asset, body, level) if asset.name in LOADS else mesh)
    return scaled(mesh, (1.0, 1.0, fit.stretch), (0.0, 0.0, fit.rise_m))


def stature_m(asset: Asset) -> float:
    """How tall a person is who stands up: as its box, but for those who have something with them."""
    return LOADS[asset.name].stature_m if asset.name in LOADS else asset.size_lwh_m[2]


@lru_cache(256)
def drawn_body(asset: Asset, pose: str) -> Skeleton:
    """The joints of a walker's mesh of full detail in a pose of the catalogue, in metres from the centre of its box."""
    body = _natural(asset, pose)
    fit = _fit(asset, pose, _flesh(asset, body, 0))
    return body.turned(np.diag([1.0, 1.0, fit.stretch]), np.array([0.0, 0.0, fit.rise_m]))


def _natural(asset: Asset, pose: str) -> Skeleton:
    tall_m = stature_m(asset)
    body = pose_skeleton(pose, look_of(asset).stoop).turned(tall_m * np.eye(3), np.zeros(3))
    return LOADS[asset.name].posed(body, tall_m) if asset.name in LOADS else body


def _flesh(asset: Asset, body: Skeleton, level: int) -> Mesh:
    person = _person(asset, body, level)
    if asset.name not in LOADS:
        return person
    builder = MeshBuilder().add(person)
    LOADS[asset.name].add(builder, body, level)
    return builder.build()


def _person(asset: Asset, body: Skeleton, level: int) -> Mesh:
    builder = MeshBuilder()
    add_person(builder, body, look_of(asset), level, stature_m(asset))
    return builder.build()


def _fit(asset: Asset, pose: str, mesh: Mesh) -> Fit:
    height_m = asset.size_lwh_m[2]
    low, high = bounds_m(mesh)
    is_borne = asset.name in LOADS and LOADS[asset.name].bears_person
    # upright people fill the box's height whatever their hair or stoop; others keep their natural size
    is_upright = pose.partition("_")[0] in _UPRIGHT and not is_borne
    stretch = stature_m(asset) / float(high[2] - low[2]) if is_upright else 1.0
    floor_m = 0.0 if is_borne else float(low[2])
    return Fit(stretch, -0.5 * height_m - floor_m * stretch)


@lru_cache(256)
def _standing_fit(asset: Asset) -> Fit:
    return _fit(asset, "stand", _flesh(asset, _natural(asset, "stand"), 0))


def _free(asset: Asset, body: Skeleton, level: int) -> Mesh:
    """The mesh of a body whose joints are where they shall be seen."""
    fit = _standing_fit(asset)
    shrink = np.diag([1.0, 1.0, 1.0 / fit.stretch])
    natural = body.turned(shrink, np.array([0.0, 0.0, -fit.rise_m / fit.stretch]))
    return scaled(_flesh(asset, natural, level), (1.0, 1.0, fit.stretch), (0.0, 0.0, fit.rise_m))
