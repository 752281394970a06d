"""Scenery in graphics memory: baked by family into square chunks of ground that are culled and sorted as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material, Mesh
from sim.render.covers import covered_mesh
from sim.render.culling import visible_in
from sim.render.families import CASTS_SHADOW, FAMILY_OF_MATERIAL, Family
from sim.render.geometry import Commands, GeometryStore, vertex_rows
from sim.render.lamps import TUNNEL_HEAD
from sim.render.tunnels import is_inside
from sim.world.covers import NO_COVERS, Covers
from sim.world.scene import StaticPart, StaticScene

CHUNK_M = 16.0
"""Side of a chunk: small enough to cull and to sort by, large enough that draws stay few."""
_CHUNK_OF_FAMILY_M = {Family.GROUND: 32.0, Family.FACADE: 8.0}
"""Ground hides nothing, so its order does not matter; walls hide each other, and are few triangles."""
_SIDE_M = np.array([_CHUNK_OF_FAMILY_M.get(family, CHUNK_M) for family in Family])


@dataclass(frozen=True, slots=True, eq=False)
class ChunkTable:
    """One row a chunk and family: where its triangles lie and its bounding box in the world."""

    family: NDArray[np.int64]
    casts: NDArray[np.bool_]
    under: NDArray[np.bool_]
    first_index: NDArray[np.int64]
    index_count: NDArray[np.int64]
    low_world_m: NDArray[np.float64]
    high_world_m: NDArray[np.float64]


class StaticGeometry:
    """The baked scenery of one map, with clients' pictures on it.

    Index 0 of the id image is the sky; part k of the scene has index k + 1.
    """

    def __init__(self, context: Any, scene: StaticScene, covers: Covers = NO_COVERS) -> None:
        self.key = key_of(scene, covers)
        self.tags: NDArray[np.uint8] = np.array([part.tag for part in scene.parts], dtype=np.uint8)
        rows, triangles, labels = _merged(scene, covers)
        _number_lamps(rows, scene)
        order = np.lexsort(labels.T[::-1])
        labels, triangles = labels[order], triangles[order]
        self.store = GeometryStore(context, vertex_capacity=max(len(rows), 2 * triangles.size // 3, 16))
        if len(triangles):
            self.store.append(rows, triangles)
        self.chunks = _chunk_table(rows, triangles, labels)

    def __len__(self) -> int:
        """Number of parts."""
        return len(self.tags)

    def commands(
        self, planes: NDArray[np.float64], eye_world_m: NDArray[np.float64], reach_m: float = np.inf
    ) -> dict[Family, Commands]:
        """Draws of the chunks that touch the view, by family, nearest first; beyond `reach_m` only flat ground."""
        table = self.chunks
        seen = np.flatnonzero(visible_in(planes, table.low_world_m, table.high_world_m))
        nearest = np.clip(eye_world_m, table.low_world_m[seen], table.high_world_m[seen])
        away_m = np.linalg.norm(nearest - eye_world_m, axis=1)
        order = np.lexsort((away_m, table.under[seen]))
        seen = seen[order[(away_m[order] <= reach_m) | ~table.casts[seen[order]]]]
        return {family: self._rows(seen[table.family[seen] == family]) for family in Family}

    def shadow_commands(self, planes: NDArray[np.float64]) -> Commands:
        """Draws of the chunks that cast shadows into a light's volume."""
        table = self.chunks
        return self._rows(np.flatnonzero(visible_in(planes, table.low_world_m, table.high_world_m) & table.casts))

    def _rows(self, chosen: NDArray[np.int64]) -> Commands:
        rows = np.zeros((len(chosen), 5), dtype=np.uint32)
        rows[:, 0] = self.chunks.index_count[chosen]
        rows[:, 1] = 1
        rows[:, 2] = self.chunks.first_index[chosen]
        return rows


def key_of(scene: StaticScene, covers: Covers) -> str:
    """Names scenery with the places of pictures on it, for caches."""
    return f"{scene.key} {covers.places_key}" if covers.places_key else scene.key


def _merged(scene: StaticScene, covers: Covers) -> tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.int64]]:
    """All parts in one: vertex rows, triangles, and (T, 5) labels: family, casts, lies under others, chunk x, y."""
    rows: list[NDArray[np.float32]] = [np.empty((0, 14), dtype=np.float32)]
    triangles: list[NDArray[np.uint32]] = [np.empty((0, 3), dtype=np.uint32)]
    labels: list[NDArray[np.int64]] = [np.empty((0, 5), dtype=np.int64)]
    base = 0
    for index, part in enumerate(scene.parts):
        for part_rows, part_triangles, part_labels in _baked(part, index + 1, scene, covers):
            takes_paint = part_rows[:, 6] < 0.0
            part_rows[takes_paint, 6:9] = part.paint_rgb
            rows.append(part_rows)
            triangles.append(part_triangles + np.uint32(base))
            labels.append(part_labels)
            base += len(part_rows)
    return np.concatenate(rows), np.concatenate(triangles), np.concatenate(labels)


def _baked(
    part: StaticPart, index: int, scene: StaticScene, covers: Covers
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.int64]]]:
    """Vertex rows, triangles and labels of a part: of what looks as it is made, then of what shows a picture."""
    is_covered = np.zeros(len(part.mesh.triangle), bool)
    if covers.places_key and part.owner is not None:
        is_covered = np.isin(part.owner, covers.objects)
    bare = replace(part.mesh, triangle=part.mesh.triangle[~is_covered])
    yield vertex_rows(bare, part.seed, index), bare.triangle, _labels(bare)
    if is_covered.any():
        mesh, codes = covered_mesh(part, is_covered, scene.objects, covers)
        rows, labels = vertex_rows(mesh, index=index), _labels(mesh)
        rows[:, 12], labels[:, 0] = codes, Family.COVER
        yield rows, mesh.triangle, labels


def _number_lamps(rows: NDArray[np.float32], scene: StaticScene) -> None:
    """Write into the glass of street lamps which lamp it belongs to, as its u: the nearest, or a tunnel's."""
    glass = np.flatnonzero(rows[:, 9] == Material.STREET_LAMP)
    in_tunnel = np.array([is_inside(scene.tubes, at) for at in rows[glass, :3].astype(np.float64)], bool)
    rows[glass[in_tunnel], 10] = TUNNEL_HEAD
    glass = glass[~in_tunnel]
    if len(glass) and scene.lamps:
        lamp_m = np.array([lamp.position_world_m for lamp in scene.lamps])
        offset = rows[glass, None, :3].astype(np.float64) - lamp_m
        rows[glass, 10] = np.einsum("ijk,ijk->ij", offset, offset).argmin(axis=1)


def _labels(mesh: Mesh) -> NDArray[np.int64]:
    corners = mesh.position_m[mesh.triangle][:, :, :2].astype(np.float64)
    material = mesh.material[mesh.triangle[:, 0]]
    cell = np.floor(corners.mean(axis=1) / _SIDE_M[FAMILY_OF_MATERIAL[material], None]).astype(np.int64)
    # terrain runs on under roads: drawn after them it costs nothing there
    head = np.stack([FAMILY_OF_MATERIAL[material], CASTS_SHADOW[material], material == Material.GRASS], axis=1)
    return np.concatenate([head.astype(np.int64), cell], axis=1)


def _chunk_table(rows: NDArray[np.float32], triangles: NDArray[np.uint32], labels: NDArray[np.int64]) -> ChunkTable:
    if len(triangles) == 0:
        none = np.zeros(0, dtype=np.int64)
        return ChunkTable(none, none.astype(bool), none.astype(bool), none, none, np.zeros((0, 3)), np.zeros((0, 3)))
    starts = np.flatnonzero(np.r_[True, (labels[1:] != labels[:-1]).any(axis=1)])
    counts = np.diff(np.r_[starts, len(labels)])
    corners = rows[triangles, :3].astype(np.float64)
    low = np.minimum.reduceat(corners.min(axis=1), starts)
    high = np.maximum.reduceat(corners.max(axis=1), starts)
    casts, under = labels[starts, 1].astype(bool), labels[starts, 2].astype(bool)
    return ChunkTable(labels[starts, 0], casts, under, 3 * starts, 3 * counts, low, high)
