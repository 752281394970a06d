"""Writes convex cells as a Detour navigation mesh of one tile, in the container that CARLA's clients read.

Everything is little endian; Detour's axes are CARLA's with y and z exchanged: (x, up, y), so from the world frame
(x, z, -y). A counter-clockwise cell of the world frame then has the turning that Detour wants.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from sim.world.navigation.areas import AGENT_RADIUS_M, Area
from sim.world.navigation.cells import MAX_CORNERS, Cells

SET_MAGIC, SET_VERSION = b"TESM", 1
TILE_MAGIC, TILE_VERSION = b"VAND", 7
AGENT_HEIGHT_M = 1.8
AGENT_CLIMB_M = 0.3
MAX_CELLS = 0x7FFE
"""Neighbours are numbered from 1 in 15 bits."""
MAX_VERTICES = 0xFFFF
FLAGS = {Area.SIDE_WALK: 0x02, Area.CROSSING: 0x04, Area.ROAD: 0x08}
"""Which walkers may go there is chosen by these bits in CARLA's clients."""
TREE_RASTER_M = 0.1

POLY = np.dtype(
    [
        ("first_link", "<u4"),
        ("vertices", "<u2", (MAX_CORNERS,)),
        ("neighbors", "<u2", (MAX_CORNERS,)),
        ("flags", "<u2"),
        ("vertex_count", "u1"),
        ("area_and_type", "u1"),
    ]
)
DETAIL = np.dtype([("vertex_base", "<u4"), ("triangle_base", "<u4"), ("counts", "u1", (4,))])
NODE = np.dtype([("low", "<u2", (3,)), ("high", "<u2", (3,)), ("index", "<i4")])
LINK_BYTES = 12
_NO_LINK = 0xFFFFFFFF
_OUTER_EDGE = 0x04
"""A detail triangle's second edge lies on the cell's border; 0x01 and 0x10 say so of the first and the third."""

Floats = NDArray[np.float64]


def encode(cells: Cells, height_m: Floats) -> bytes:
    """The file of a mesh.

    Args:
        cells: in plan.
        height_m: (V,) of their corners.

    Raises:
        ValueError: more cells or corners than the format can number.
    """
    if len(cells.polygons) > MAX_CELLS or len(height_m) > MAX_VERTICES:
        found = f"{len(cells.polygons)} cells, {len(height_m)} corners"
        raise ValueError(f"navigation mesh: {found}; want <= {MAX_CELLS}, {MAX_VERTICES}")
    x, y = cells.corner_world_m.T
    vertices = np.stack([x, height_m, -y], axis=1).astype("<f4")
    low, high = vertices.min(axis=0) - 1.0, vertices.max(axis=0) + np.array([1.0, AGENT_HEIGHT_M, 1.0])
    tile = _tile(cells, vertices, low.astype("<f4"), high.astype("<f4"))
    poly_bits = max(1, (len(cells.polygons) - 1).bit_length())
    width, depth = float(high[0] - low[0]), float(high[2] - low[2])
    header = SET_MAGIC + struct.pack("<2i5f2i", SET_VERSION, 1, *low.tolist(), width, depth, 1, 1 << poly_bits)
    reference = 1 << poly_bits  # generation 1 of tile 0, which needs no bits for its number
    return header + struct.pack("<Ii", reference, len(tile)) + tile


def _tile(cells: Cells, vertices: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]) -> bytes:
    raster_m = max(TREE_RASTER_M, float((high - low).max()) / 0xFFF0)
    polys, triangles, details = _polys(cells), *_details(cells)
    links = sum(neighbor >= 0 for around in cells.neighbors for neighbor in around)
    tree = _tree(cells, vertices, low, raster_m)
    counts = len(polys), len(vertices), links, len(details), 0, len(triangles), len(tree), 0, len(polys)
    header = TILE_MAGIC + struct.pack("<5I", TILE_VERSION, 0, 0, 0, 0) + struct.pack("<9i", *counts)
    header += struct.pack("<10f", AGENT_HEIGHT_M, AGENT_RADIUS_M, AGENT_CLIMB_M, *low, *high, 1.0 / raster_m)
    parts = vertices, polys, np.zeros(links * LINK_BYTES, np.uint8), details, triangles, tree
    return header + b"".join(part.tobytes() for part in parts)


def _polys(cells: Cells) -> NDArray[np.void]:
    polys = np.zeros(len(cells.polygons), dtype=POLY)
    polys["first_link"] = _NO_LINK
    for poly, corners, around in zip(polys, cells.polygons, cells.neighbors, strict=True):
        poly["vertices"][: len(corners)] = corners
        poly["neighbors"][: len(corners)] = [neighbor + 1 for neighbor in around]
        poly["vertex_count"] = len(corners)
    polys["area_and_type"] = cells.areas
    for area, flag in FLAGS.items():
        polys["flags"][cells.areas == area] = flag
    return polys


def _details(cells: Cells) -> tuple[NDArray[np.uint8], NDArray[np.void]]:
    """Triangles of each cell, a fan from its first corner, and where they begin."""
    fans: list[list[tuple[int, int, int, int]]] = []
    for corners in cells.polygons:
        last = len(corners) - 1
        fans.append([(0, k, k + 1, _OUTER_EDGE | (k == 1) | (0x10 * (k + 1 == last))) for k in range(1, last)])
    details = np.zeros(len(fans), dtype=DETAIL)
    sizes = [len(fan) for fan in fans]
    details["triangle_base"] = np.cumsum([0, *sizes[:-1]])
    details["counts"][:, 1] = sizes
    return np.array([triangle for fan in fans for triangle in fan], dtype=np.uint8).reshape(-1, 4), details


def _tree(cells: Cells, vertices: NDArray[np.float32], low: NDArray[np.float32], raster_m: float) -> NDArray[np.void]:
    """Boxes of cells and of groups of cells in raster steps from `low`; a group tells how many nodes to skip."""
    corners = np.array([(*polygon, *[polygon[0]] * (MAX_CORNERS - len(polygon))) for polygon in cells.polygons])
    steps = (vertices[corners] - low) / raster_m
    box_low, box_high = np.floor(steps.min(axis=1)).astype("<u2"), np.ceil(steps.max(axis=1)).astype("<u2")
    nodes = np.zeros(2 * len(corners) - 1, dtype=NODE)
    pending, at = [np.arange(len(corners))], 0
    while pending:
        group = pending.pop()
        node = nodes[at]
        node["low"], node["high"] = box_low[group].min(axis=0), box_high[group].max(axis=0)
        node["index"] = group[0] if len(group) == 1 else -(2 * len(group) - 1)
        at += 1
        if len(group) > 1:
            axis = int(np.argmax(node["high"].astype(int) - node["low"]))
            ranked = group[np.argsort(box_low[group, axis], kind="stable")]
            pending += [ranked[len(ranked) // 2 :], ranked[: len(ranked) // 2]]
    return nodes
