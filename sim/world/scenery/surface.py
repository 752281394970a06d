"""Carriageways, side walks and kerbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.assets.mesh import Material
from sim.world.scenery.chunks import ROAD, SIDE_WALK, Chunks, quads
from sim.world.scenery.islands import add_islands
from sim.world.scenery.kerbs import KERB_RGB, beside_kerb, kerb_face, sheet
from sim.world.scenery.strips import Strip, footprint

ASPHALT_RGB = (0.085, 0.085, 0.088)  # aged asphalt reflects 8 to 12 % of light
PAVING_RGB = (0.32, 0.31, 0.29)
FLAT_M = 0.02
"""Junctions that are level within this get one plate, others the overlapping strips of their roads."""
MOUTH_M2 = 150.0
"""Larger holes between a junction and its roads are islands: the middle of the smallest roundabout has more."""
MOUTH_SEAM_M = 0.01
SLIVER_M2 = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plate:
    """The level surface of a junction: strips that lie in each other would fight for the same depth."""

    outline: shapely.Geometry
    z_m: float


def junction_plates(strips: list[Strip]) -> dict[int, Plate]:
    """The plates of those junctions that are level, by the junction's id."""
    crossing: dict[int, list[Strip]] = {}
    for strip in strips:
        if not strip.is_walk and strip.road.junction >= 0:
            crossing.setdefault(strip.road.junction, []).append(strip)
    boxes = _boxes(strips)
    plates = {}
    for junction, mine in sorted(crossing.items()):
        heights_m = np.concatenate([strip.quads()[..., 2].ravel() for strip in mine])
        if np.ptp(heights_m) <= FLAT_M:
            own = _without_holes(footprint(mine))
            near = boxes.query(own.convex_hull, predicate="intersects")
            others = [strips[k] for k in near if strips[k].road.junction != junction]
            outline = _without_holes(shapely.union_all([own, *mouths(own, footprint(others))]))
            plates[junction] = Plate(shapely.remove_repeated_points(outline, 0.02), float(heights_m.mean()))
    return plates


def _boxes(strips: list[Strip]) -> shapely.STRtree:
    corners = [strip.quads()[..., :2].reshape(-1, 2) for strip in strips]
    return shapely.STRtree([shapely.box(*xy.min(axis=0), *xy.max(axis=0)) for xy in corners])


def mouths(junction: shapely.Geometry, roads: shapely.Geometry) -> list[shapely.Geometry]:
    """Bare ground where the ways through a junction spread at the end of a road's median."""
    grown = shapely.union_all([junction, roads]).buffer(MOUTH_SEAM_M, join_style="mitre")
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(grown) for ring in part.interiors]
    reached = junction.buffer(2 * MOUTH_SEAM_M)
    bare = [
        hole.buffer(MOUTH_SEAM_M, join_style="mitre") - roads
        for hole in holes
        if hole.area < MOUTH_M2 and reached.intersects(hole)
    ]
    return [part for mouth in bare for part in shapely.get_parts(mouth) if part.area > SLIVER_M2]


def add_surfaces(chunks: Chunks, strips: list[Strip], plates: dict[int, Plate]) -> None:
    """All road and side walk surfaces of a map."""
    add_islands(chunks, [strip for strip in strips if strip.is_island])
    carriageways = [strip for strip in strips if not strip.is_walk and not strip.is_island]
    # roads before junctions: the order of a chunk's triangles is part of its bytes
    for strip in sorted(carriageways, key=lambda strip: strip.road.junction):
        if strip.road.junction not in plates:
            chunks.triangles(ROAD, quads(strip.quads()), ASPHALT_RGB, Material.ASPHALT)
    for plate in plates.values():
        chunks.triangles(ROAD, plate_triangles(plate.outline, plate.z_m), ASPHALT_RGB, Material.ASPHALT)
    driven = footprint(carriageways).buffer(-0.05)
    shapely.prepare(driven)
    for strip in strips:
        if strip.is_walk:
            _add_walk(chunks, strip, driven)


def _without_holes(plate: shapely.Geometry) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(plate)])


def plate_triangles(plate: shapely.Geometry, z_m: float) -> Floats:
    """A level polygon as triangles (T, 3, 3), counter-clockwise from above."""
    cut = [shapely.constrained_delaunay_triangles(part) for part in shapely.get_parts(plate)]
    flat = [triangle for parts in cut for triangle in shapely.get_parts(parts)]
    if not flat:
        return np.zeros((0, 3, 3))
    xy = np.array([shapely.get_coordinates(triangle)[:3] for triangle in flat])
    edge_a, edge_b = xy[:, 1] - xy[:, 0], xy[:, 2] - xy[:, 0]
    clockwise = edge_a[:, 0] * edge_b[:, 1] - edge_a[:, 1] * edge_b[:, 0] < 0
    xy[clockwise] = xy[clockwise][:, ::-1]
    return np.concatenate([xy, np.full((*xy.shape[:2], 1), z_m)], axis=-1)


def _add_walk(chunks: Chunks, strip: Strip, driven: shapely.Geometry) -> None:
    """Paving with a kerb stone along the inner edge; cells that a carriageway crosses are left out."""
    middle = strip.quads()[..., :2].mean(axis=1)
    keep = ~shapely.contains_xy(driven, middle[:, 0], middle[:, 1])
    if not np.any(keep):
        return
    inner, outer = strip.inner_world_m, strip.outer_world_m
    stone = beside_kerb(inner, outer)
    top, paving = sheet(strip, inner, stone)[keep], sheet(strip, stone, outer)[keep]
    chunks.triangles(SIDE_WALK, quads(top), KERB_RGB, Material.CONCRETE)
    chunks.triangles(SIDE_WALK, quads(paving), PAVING_RGB, Material.PAVING)
    if strip.step_m > 0.0:
        chunks.triangles(SIDE_WALK, quads(kerb_face(strip, strip.step_m)[keep]), KERB_RGB, Material.CONCRETE)
