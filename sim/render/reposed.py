"""Bodies that changed their pose between two pictures: people who walk, animals, whatever bones move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh, MeshSource
from sim.render.levels import shown_keys
from sim.render.view import CameraView
from sim.world.scene import Instance

POINT_FORMAT: Final = "4f 3f 1f"
POINT_NAMES: Final = ("in_clip", "in_earlier", "in_number")


@dataclass(frozen=True, slots=True, eq=False)
class Reposed:
    """An actor in the mesh that a picture shows of it, and the same mesh as it was at an earlier picture."""

    actor_id: int
    now_world_m: NDArray[np.float64]
    earlier_world_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EarlierPoints:
    """Where the surface points in the pixels of a picture were at an earlier one.

    Args:
        actor_id: (H, W) of whom; 0 where the picture shows nobody who changed the pose.
        earlier_optical_m: (H, W, 3) in the earlier camera's optical axes.
    """

    actor_id: NDArray[np.uint32]
    earlier_optical_m: NDArray[np.float32]


def reposed(now: Instance, earlier: Instance, meshes: MeshSource, view: CameraView) -> Reposed | None:
    """An actor's triangles (T, 3, 3) in two pictures.

    None if it kept its pose, or if its two meshes are not the same triangles in other places: somebody got off a
    bicycle, or a sign turned its face.
    """
    if now.mesh == earlier.mesh:
        return None
    key = shown_keys((now,), meshes, view)[0]
    mesh, mesh_before = meshes(key), meshes(earlier.mesh._replace(level=key.level))
    if not same_triangles(mesh, mesh_before):
        return None
    return Reposed(now.actor_id, _placed(mesh, now.T_world_body), _placed(mesh_before, earlier.T_world_body))


def same_triangles(mesh: Mesh, other: Mesh) -> bool:
    """Whether two meshes are one in two poses: equal triangles in equal order, whichever corners they share."""
    return mesh.triangle.shape == other.triangle.shape and all(
        np.array_equal(values[mesh.triangle], others[other.triangle])
        for values, others in ((mesh.material, other.material), (mesh.color, other.color), (mesh.uv, other.uv))
    )


def point_rows(
    bodies: Sequence[Reposed], view: CameraView, T_world_earlier: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(3 T, 8) corners to draw: place in clip space, earlier place in optical axes, and 1 + the body's number."""
    clip_from_world = view.clip_from_world()
    earlier_from_world = replace(view, T_world_camera=T_world_earlier).optical_from_world()
    rows = []
    for number, body in enumerate(bodies, start=1):
        now, earlier = body.now_world_m.reshape(-1, 3), body.earlier_world_m.reshape(-1, 3)
        clip = now @ clip_from_world[:, :3].T + clip_from_world[:, 3]
        optical = earlier @ earlier_from_world[:3, :3].T + earlier_from_world[:3, 3]
        rows.append(np.concatenate([clip, optical, np.full((len(now), 1), number)], axis=1))
    return np.concatenate(rows).astype(np.float32)


def _placed(mesh: Mesh, T_world_body: NDArray[np.float64]) -> NDArray[np.float64]:
    world_m = mesh.position_m @ T_world_body[:3, :3].T + T_world_body[:3, 3]
    return np.asarray(world_m[mesh.triangle])
