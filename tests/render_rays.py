"""What a camera ought to see, by rays: the meshes that the renderer draws, cast with Open3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.assets import library
from sim.assets.mesh import Material, Mesh
from sim.render.levels import shown_keys
from sim.render.view import SKY_TAG, CameraView, Images
from sim.world.scene import Scene, StaticScene

Float = NDArray[np.float64]
MISS = np.uint32(0xFFFFFFFF)
MOST_LAYERS = 48
"""Surfaces that a ray may pass before it must have ended: leaves with holes, and faces seen from behind."""
STEP = 1e-5
"""Share of its depth by which a ray starts anew behind a surface that it passes."""
BEND = 0.02
"""The reciprocal of depth is linear over the picture of a plane: a pixel off the mean of its neighbours by more than
this share has an edge between."""
DEPTH_M, DEPTH_SHARE = 1e-3, 2e-3
"""Corners are drawn on a grid of 1/256 px, which shifts planes seen edge on."""
NORMAL = 1.5 / 127.0
"""Normals come in steps of 1/127; half a step for corners on their grid."""


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Triangles of many meshes in one Embree scene, around an origin of their own: float32 is exact to 0.1 mm."""

    cast: Any
    origin_world_m: Float
    corner_m: NDArray[np.float32]
    corner_normal: NDArray[np.float32]
    material: NDArray[np.uint8]
    tag: NDArray[np.uint8]
    actor_id: NDArray[np.uint32]
    corner_before_m: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What each ray meets: depth along the optical axis; the surface's tag, actor, normal and whether it is leaf; where
    the point that it meets was before."""

    depth_m: Float
    tag: NDArray[np.uint8]
    actor_id: NDArray[np.uint32]
    normal_world: Float
    is_leaf: NDArray[np.bool_]
    before_world_m: Float


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """(H, W) what of a picture's truth rays confirm, and where no edge is within a pixel."""

    inner: NDArray[np.bool_]
    depth: NDArray[np.bool_]
    tag: NDArray[np.bool_]
    instance: NDArray[np.bool_]
    normal: NDArray[np.bool_]

    def share(self, name: str) -> float:
        """Of the pixels away from edges, those that agree."""
        return float(getattr(self, name)[self.inner].mean())


def agreement(images: Images, scene: Scene, view: CameraView) -> Agreement:
    """Compare a picture with rays through its pixel centres.

    Leaves have holes that a texture makes: a pixel may show what is behind them, but nothing before and nothing else.
    """
    shape = (view.height_px, view.width_px)
    first, best = met(images, (scenery_surface(scene.static), actors_surface(scene, view)), view)
    shown_m = _of(images.depth_m).reshape(-1).astype(np.float64)
    normal = _of(images.normal_world).reshape(-1, 3)
    return Agreement(
        inner=~(edges(first, shape) | edges(best, shape)),
        depth=_is_depth(shown_m, best.depth_m).reshape(shape),
        tag=_of(images.tag) == best.tag.reshape(shape),
        instance=_of(images.instance_id) == best.actor_id.reshape(shape),
        normal=(np.abs(normal - best.normal_world) <= NORMAL).all(axis=1).reshape(shape),
    )


def met(images: Images, surfaces: Sequence[Surface], view: CameraView) -> tuple[Seen, Seen]:
    """The first surface before each pixel, and the one that it shows: between leaves others than the first."""
    ray = pixel_rays(view).reshape(-1, 3)
    first = next_front(surfaces, view.eye_world_m, ray, np.full(len(ray), view.near_m), view.far_m)
    at, layer = np.arange(len(ray)), first
    best = Seen(*(np.copy(getattr(first, name)) for name in Seen.__slots__))
    shown_m = _of(images.depth_m).reshape(-1).astype(np.float64)
    for _ in range(MOST_LAYERS):
        passed = layer.is_leaf & ~_is_depth(shown_m[at], layer.depth_m)
        at, start_m = at[passed], layer.depth_m[passed] * (1.0 + STEP) + 1e-4
        if not len(at):
            break
        layer = next_front(surfaces, view.eye_world_m, ray[at], start_m, view.far_m)
        for name in Seen.__slots__:
            getattr(best, name)[at] = getattr(layer, name)
    return first, best


def _is_depth(shown_m: Float, met_m: Float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(shown_m - met_m) <= DEPTH_M + DEPTH_SHARE * met_m)


def edges(first: Seen, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels within one of an edge of tag, actor, or depth."""
    around = np.ones((3, 3), np.uint8)
    edge = np.zeros(shape, bool)
    for labels in (first.tag, first.actor_id):
        image = labels.reshape(shape).astype(np.float64)
        edge |= cv2.dilate(image, around) != cv2.erode(image, around)
    near = np.pad(1.0 / first.depth_m.reshape(shape), 1, mode="edge")
    middle = near[1:-1, 1:-1]
    across = np.abs(near[1:-1, 2:] + near[1:-1, :-2] - 2.0 * middle)
    along = np.abs(near[2:, 1:-1] + near[:-2, 1:-1] - 2.0 * middle)
    bent = np.maximum(across, along) / middle > BEND
    bent[:, [0, -1]] = bent[[0, -1]] = False  # a border has no neighbour beyond
    return edge | (cv2.dilate(bent.astype(np.uint8), around) > 0)


def _of(image: NDArray[Any] | None) -> NDArray[Any]:
    assert image is not None
    return image


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A mesh with its pose in the world, its tag and its actor; and the same triangles as they were before."""

    mesh: Mesh
    T_world_body: Float
    tag: int
    actor_id: int
    mesh_before: Mesh
    T_world_body_before: Float


def surface_of(placed: Sequence[Placed]) -> Surface:
    """One surface of many meshes."""
    import open3d

    corners, before, normals, materials, tags, actors = [], [], [], [], [], []
    for one in placed:
        mesh, pose, tag, actor_id = one.mesh, one.T_world_body, one.tag, one.actor_id
        corners.append((mesh.position_m @ pose[:3, :3].T + pose[:3, 3])[mesh.triangle])
        past, pose_before = one.mesh_before, one.T_world_body_before
        before.append((past.position_m @ pose_before[:3, :3].T + pose_before[:3, 3])[past.triangle])
        normals.append((mesh.normal @ pose[:3, :3].T)[mesh.triangle])
        materials.append(mesh.material[mesh.triangle[:, 0]])
        tags.append(np.full(len(mesh.triangle), tag, np.uint8))
        actors.append(np.full(len(mesh.triangle), actor_id, np.uint32))
    corner = np.concatenate([np.zeros((0, 3, 3)), *corners])
    origin = np.round(corner.reshape(-1, 3).mean(axis=0)) if len(corner) else np.zeros(3)
    local = (corner - origin).astype(np.float32)
    cast = open3d.t.geometry.RaycastingScene()
    if len(local):
        index = np.arange(3 * len(local), dtype=np.uint32).reshape(-1, 3)
        cast.add_triangles(*(open3d.core.Tensor.from_numpy(a) for a in (local.reshape(-1, 3).copy(), index)))
    return Surface(
        cast,
        origin,
        local,
        np.concatenate([np.zeros((0, 3, 3)), *normals]).astype(np.float32),
        np.concatenate([np.zeros(0, np.uint8), *materials]),
        np.concatenate([np.zeros(0, np.uint8), *tags]),
        np.concatenate([np.zeros(0, np.uint32), *actors]),
        (np.concatenate([np.zeros((0, 3, 3)), *before]) - origin).astype(np.float32),
    )


@lru_cache(8)
def scenery_surface(static: StaticScene) -> Surface:
    """The scenery of a map."""
    parts = [part for part in static.parts if len(part.mesh.triangle)]
    return surface_of([Placed(part.mesh, np.eye(4), part.tag, 0, part.mesh, np.eye(4)) for part in parts])


def actors_surface(scene: Scene, view: CameraView, before: Scene | None = None) -> Surface:
    """The actors of a scene, each in the mesh that the renderer shows, and where they were before: the same actors."""
    keys = shown_keys(scene.instances, library.mesh, view)
    return surface_of(
        [
            Placed(
                library.mesh(key),
                now.T_world_body,
                now.tag,
                now.actor_id,
                library.mesh(past.mesh._replace(level=key.level)),
                past.T_world_body,
            )
            for key, now, past in zip(keys, scene.instances, (before or scene).instances, strict=True)
        ]
    )


def pixel_rays(view: CameraView) -> Float:
    """(H, W, 3) directions through pixel centres, one metre long along the optical axis."""
    across = (np.arange(view.width_px) + 0.5 - view.width_px / 2.0) / view.focal_px
    down = (np.arange(view.height_px) + 0.5 - view.height_px / 2.0) / view.focal_px
    R = view.T_world_camera[:3, :3]
    return np.asarray(R[:, 0] - across[None, :, None] * R[:, 1] - down[:, None, None] * R[:, 2])


def next_front(surfaces: Sequence[Surface], eye_m: Float, ray: Float, from_m: Float, far_m: float) -> Seen:
    """The nearest surface that rays (N, 3) meet from before, not nearer than `from_m` (N,): cameras draw no backs."""
    count = len(ray)
    best = Seen(
        np.full(count, np.inf), np.full(count, SKY_TAG, np.uint8), np.zeros(count, np.uint32), np.zeros((count, 3)),
        np.zeros(count, bool), np.zeros((count, 3)),
    )  # fmt: skip
    for surface in surfaces:
        start, open_rays = from_m.copy(), np.arange(count)
        for _ in range(MOST_LAYERS):
            if not len(surface.corner_m) or not len(open_rays):
                break
            depth, triangle, seen = _first(surface, eye_m, ray[open_rays], start[open_rays])
            met = (triangle != MISS) & (depth < best.depth_m[open_rays])
            front = met & (np.einsum("ij,ij->i", seen[1], ray[open_rays]) < 0.0)
            at, k = open_rays[front], triangle[front]
            best.depth_m[at], best.tag[at], best.actor_id[at] = depth[front], surface.tag[k], surface.actor_id[k]
            best.normal_world[at], best.before_world_m[at] = seen[0][front], seen[2][front]
            best.is_leaf[at] = surface.material[k] == Material.LEAF
            back = met & ~front
            start[open_rays[back]] = depth[back] * (1.0 + STEP) + 1e-4
            open_rays = open_rays[back]
    sky = best.depth_m > far_m
    best.depth_m[sky], best.tag[sky], best.actor_id[sky], best.normal_world[sky] = 1000.0, SKY_TAG, 0, 0.0
    best.is_leaf[sky] = False
    best.before_world_m[sky] = eye_m + 1e9 * ray[sky]
    return best


def _first(surface: Surface, eye_m: Float, ray: Float, start_m: Float) -> tuple[Float, NDArray[np.uint32], list[Float]]:
    """Depth and triangle of the first surface behind a depth, its smooth normal and its flat one; where it was."""
    import open3d

    rays = np.concatenate([eye_m - surface.origin_world_m + ray * start_m[:, None], ray], axis=1).astype(np.float32)
    answer = surface.cast.cast_rays(open3d.core.Tensor.from_numpy(rays))
    triangle = answer["primitive_ids"].numpy()
    u, v = answer["primitive_uvs"].numpy().T.astype(np.float64)
    known = np.where(triangle == MISS, 0, triangle)
    corner = surface.corner_m[known].astype(np.float64)
    flat = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    weights = np.stack([1.0 - u - v, u, v], axis=1)
    smooth = np.einsum("nk,nkj->nj", weights, surface.corner_normal[known].astype(np.float64))
    smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
    before_m = np.einsum("nk,nkj->nj", weights, surface.corner_before_m[known].astype(np.float64))
    depth_m = start_m + answer["t_hit"].numpy().astype(np.float64)
    return depth_m, triangle, [smooth, flat, before_m + surface.origin_world_m]
