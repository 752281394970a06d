"""Assets larger and smaller than they are, as the pose of a mesh key."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sim.assets.mesh import Mesh

PREFIX: Final = "times:"
Scale = tuple[float, float, float]
"""Factors on length, width and height."""
AS_MADE: Final[Scale] = (1.0, 1.0, 1.0)


def scaled_pose(scale: Scale, pose: str = "") -> str:
    """The pose of an asset `scale` times as large as it is in `pose`; that pose itself at 1."""
    return pose if scale == AS_MADE else f"{PREFIX}{','.join(repr(factor) for factor in scale)}:{pose}"


def is_scaled(pose: str) -> bool:
    """Whether a pose is one of these."""
    return pose.startswith(PREFIX)


def unscaled(pose: str) -> tuple[Scale, str]:
    """The factors of any pose, and the pose at its true size.

    Raises:
        KeyError: not three factors.
    """
    if not is_scaled(pose):
        return AS_MADE, pose
    factors, _, inner = pose.removeprefix(PREFIX).partition(":")
    try:
        length, width, height = (float(factor) for factor in factors.split(","))
    except ValueError:
        raise KeyError(f"pose {pose!r:.60}: want three factors") from None
    return (length, width, height), inner


def scaled(mesh: Mesh, scale: Scale) -> Mesh:
    """A mesh that has grown from its origin; pictures on its faces grow with them."""
    factors = np.array(scale, np.float32)
    if len(set(scale)) == 1:
        return replace(mesh, position_m=mesh.position_m * factors)
    normal = mesh.normal / factors
    unit = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return replace(mesh, position_m=mesh.position_m * factors, normal=unit.astype(np.float32))
