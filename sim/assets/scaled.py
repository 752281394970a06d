"""Rigid assets larger or smaller than they are, as the pose of a mesh key."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sim.assets.mesh import Mesh

PREFIX: Final = "times:"


def scaled_pose(scale: float) -> str:
    """The pose of an asset `scale` times its size; "" at 1."""
    return "" if scale == 1.0 else f"{PREFIX}{scale!r}"


def is_scaled(pose: str) -> bool:
    """Whether a pose is one of these."""
    return pose.startswith(PREFIX)


def scaled(mesh: Mesh, pose: str) -> Mesh:
    """A mesh in such a pose; it grows from its origin."""
    return replace(mesh, position_m=mesh.position_m * np.float32(pose.removeprefix(PREFIX)))
