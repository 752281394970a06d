"""Triangle soup -> shared vertices: normals smoothed up to a crease angle, equal corners merged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Mesh

FloatArray = NDArray[np.float64]

_POSITION_STEP_M = 2e-4
"""Corners nearer than this are the same point of a surface."""
_HASH_PRIMES = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64
)


def crease_normals(corner_m: FloatArray, part: NDArray[np.intp], crease_cos: FloatArray) -> FloatArray:
    """Unit normals (T, 3, 3) of triangles (T, 3, 3).

    Each corner takes the area-weighted mean of the faces of its `part` that meet in its point and bend from its own
    face by less than the crease angle.
    """
    face = np.cross(corner_m[:, 1] - corner_m[:, 0], corner_m[:, 2] - corner_m[:, 0])
    unit = face / np.linalg.norm(face, axis=1, keepdims=True)
    point = _point_ids(corner_m.reshape(-1, 3), np.repeat(part, 3))
    mine, other = _pairs_of_same_point(point)
    face_mine, face_other = mine // 3, other // 3
    smooth = np.einsum("ij,ij->i", unit[face_mine], unit[face_other]) > crease_cos[face_mine]
    smooth |= face_mine == face_other
    mine, face_other = mine[smooth], face_other[smooth]
    normal: FloatArray = np.stack(
        [np.bincount(mine, weights=face[face_other, axis], minlength=3 * len(face)) for axis in range(3)], axis=1
    )
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return normal.reshape(-1, 3, 3)


def weld(
    corner_m: FloatArray, normal: FloatArray, color: FloatArray, material: NDArray[np.uint8], uv: FloatArray
) -> Mesh:
    """Indexed mesh of triangles (T, 3, 3); corners that agree in everything become one vertex."""
    rows = np.concatenate(
        [
            corner_m.reshape(-1, 3),
            normal.reshape(-1, 3),
            np.repeat(color, 3, axis=0),
            uv.reshape(-1, 2),
            np.repeat(material, 3)[:, None],
        ],
        axis=1,
    ).astype(np.float32)
    first, inverse = _unique_rows(rows)
    vertex = rows[first]
    return Mesh(
        position_m=vertex[:, 0:3].copy(),
        normal=vertex[:, 3:6].copy(),
        color=vertex[:, 6:9].copy(),
        uv=vertex[:, 9:11].copy(),
        material=vertex[:, 11].astype(np.uint8),
        triangle=inverse.reshape(-1, 3).astype(np.uint32),
    )


def _point_ids(position_m: FloatArray, part: NDArray[np.intp]) -> NDArray[np.intp]:
    quantised = np.round(position_m / _POSITION_STEP_M).astype(np.int64).view(np.uint64)
    key = _mixed([quantised[:, 0], quantised[:, 1], quantised[:, 2], part.astype(np.uint64)])
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _mixed(columns: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """One well-mixed 64-bit key a row: two different rows share one with a chance of about 1e-19."""
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for i, column in enumerate(columns):
        key = (key ^ column) * _HASH_PRIMES[i % len(_HASH_PRIMES)]
        key ^= key >> np.uint64(29)
    return key


def _pairs_of_same_point(point: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All ordered pairs (also with itself) of corners that share a point."""
    order = np.argsort(point, kind="stable")
    size = np.bincount(point)
    start = np.cumsum(size) - size
    partners = size[point[order]]
    mine = np.repeat(order, partners)
    step = np.arange(len(mine)) - np.repeat(np.cumsum(partners) - partners, partners)
    return mine, order[np.repeat(start[point[order]], partners) + step]


def _unique_rows(rows: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First row index of each distinct row in order of appearance, and each row's place among them."""
    bits = (rows + np.float32(0.0)).view(np.uint32).astype(np.uint64)
    key = _mixed([bits[:, i] for i in range(bits.shape[1])])
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return first[order], place[inverse.reshape(-1)]
