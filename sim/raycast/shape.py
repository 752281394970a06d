"""The mesh of something that moves, ready for rays: in its own frame, so that nothing is rebuilt when it moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh, pigment
from sim.raycast.embree import TriangleScene


class BodyShape:
    """A mesh ready for rays: its scene, material and pigment by triangle, the box around it.

    Args:
        mesh: in the body frame; one without triangles is met by nothing, and nothing begins in it.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.scene = TriangleScene(mesh.position_m, mesh.triangle)
        self.material = mesh.material.take(mesh.triangle[:, 0].astype(np.intp))
        self.pigment = triangle_pigment(mesh)
        corner_m = mesh.position_m[mesh.triangle].reshape(-1, 3).astype(np.float64)
        self.low_m, self.high_m = corner_m.min(axis=0, initial=np.inf), corner_m.max(axis=0, initial=-np.inf)


def triangle_pigment(mesh: Mesh) -> NDArray[np.float32]:
    """(T,) `pigment` of each triangle's first corner; -1 where it takes the paint colour."""
    color = mesh.color.take(mesh.triangle[:, 0].astype(np.intp), axis=0)
    return np.where(color[:, 0] < 0.0, np.float32(-1.0), pigment(color)).astype(np.float32)
