"""Divides the ground of a map into what people walk on: side walks, crossings, and roads."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import shapely

from sim.world.maps.data import OrientedBoxArrays
from sim.world.maps.network import Network, RoadObject, RoadRecord
from sim.world.navigation.levels import highest_level
from sim.world.scenery.strips import Floats, Strip, footprint

AGENT_RADIUS_M = 0.3
"""Of CARLA's clients' walkers: their middle keeps so far from walls, posts, kerbs and the end of the paving."""
STORE_GAP_M = 0.15
"""Narrower gaps between lanes, as rounded files have them, are walked over."""
SIMPLIFY_M = 0.05
"""So far may an outline leave the lanes' edges; a sixth of what walkers keep from them."""
CROSSING_REACH_M = 2.5
"""A crossing that ends this near to a side walk leads onto it: files end them at the kerb, or at the gutter."""
HEAD_ROOM_M = 2.2
"""What hangs higher is no obstacle to people (DIN 18040-3: 2.20 m over side walks)."""
FALLBACK_KINDS = frozenset({"shoulder", "border"})
"""Lanes that people walk on where a map has no side walk."""


class Area(IntEnum):
    """What CARLA's clients call the kinds of ground; the numbers are theirs."""

    SIDE_WALK = 1
    CROSSING = 2
    ROAD = 3


def walkable_areas(network: Network, strips: list[Strip], solids: OrientedBoxArrays) -> dict[Area, shapely.Geometry]:
    """The ground of each kind that the middle of a person may be over, in plan, without overlap.

    Args:
        network: roads, for their crossings.
        strips: surfaces of all lanes.
        solids: what people cannot walk through.

    Returns:
        Kind -> polygons; empty when the map has nowhere to walk.
    """
    strips = highest_level(strips) if strips else []
    paths = [strip for strip in strips if strip.is_walk] or [strip for strip in strips if _is_fallback(strip)]
    if not paths:
        return {}
    others = [strip for strip in strips if strip not in paths]
    path = footprint(paths).simplify(SIMPLIFY_M)
    road = footprint(others).simplify(SIMPLIFY_M)
    zebras = _crossings(network)
    paved = _closed(shapely.union_all([path, road, *zebras]))  # zebras may lie where no lane does, within junctions
    clear = paved.buffer(-AGENT_RADIUS_M, join_style="mitre") - _obstacles(solids, paved)
    side_walk = path.buffer(-AGENT_RADIUS_M, join_style="mitre") & clear
    crossing = shapely.union_all([_led_onto(zebra, path) for zebra in zebras]) & clear - side_walk
    return {Area.SIDE_WALK: side_walk, Area.CROSSING: crossing, Area.ROAD: clear - side_walk - crossing}


def _is_fallback(strip: Strip) -> bool:
    return strip.lane.kind in FALLBACK_KINDS and strip.road.kind != "motorway"


def _closed(ground: shapely.Geometry) -> shapely.Geometry:
    wide = ground.buffer(STORE_GAP_M, join_style="mitre")
    return wide.buffer(-STORE_GAP_M, join_style="mitre")


def _obstacles(solids: OrientedBoxArrays, ground: shapely.Geometry) -> shapely.Geometry:
    """What stands on the ground, with the room that people keep from it."""
    low = solids.center_world_m[:, 2] - solids.half_m[:, 2] < HEAD_ROOM_M
    if not low.any():
        return shapely.Polygon()
    half = solids.half_m[low, None, :2] * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    cos, sin = np.cos(solids.yaw_rad[low])[:, None], np.sin(solids.yaw_rad[low])[:, None]
    turned = np.stack([cos * half[..., 0] - sin * half[..., 1], sin * half[..., 0] + cos * half[..., 1]], axis=-1)
    boxes = shapely.polygons(turned + solids.center_world_m[low, None, :2])
    shapely.prepare(ground)
    near = boxes[shapely.dwithin(ground, boxes, AGENT_RADIUS_M)]
    return shapely.union_all(shapely.buffer(near, AGENT_RADIUS_M, join_style="mitre"))


def _crossings(network: Network) -> list[shapely.Polygon]:
    return [
        shapely.make_valid(shapely.Polygon(outline_world_m(road, thing)[:, :2]))
        for road in network.roads
        for thing in road.objects
        if thing.kind == "crosswalk"
    ]


def outline_world_m(road: RoadRecord, thing: RoadObject) -> Floats:
    """(K, 3) corners of an object's outline, of its rectangle when the file gives none, in the world."""
    corners = thing.corners_m
    if len(corners) < 3:
        u, v = np.array(thing.size_m[:2]) / 2
        corners = np.array([[-u, -v, 0.0], [u, -v, 0.0], [u, v, 0.0], [-u, v, 0.0]])
    origin = road.points(thing.s_m, thing.t_m, thing.z_m)[0]
    angle = float(road.headings(thing.s_m)[0]) + thing.heading_rad
    cos, sin = np.cos(angle), np.sin(angle)
    u, v, z = corners.T
    return origin + np.stack([cos * u - sin * v, sin * u + cos * v, z], axis=-1)


def _led_onto(zebra: shapely.Polygon, path: shapely.Geometry) -> shapely.Geometry:
    """A crossing, made longer towards the side walks at its ends: along the one of its axes that meets more of them."""
    corners = np.array(zebra.minimum_rotated_rectangle.exterior.coords)[:4, :2]
    longer = [_stretched(zebra, corners[1] - corners[0]), _stretched(zebra, corners[2] - corners[1])]
    met = [min(shapely.area(path & end) for end in ends) for ends in longer]
    return shapely.union_all([zebra, *longer[int(np.argmax(met))]])


def _stretched(zebra: shapely.Polygon, axis_m: Floats) -> list[shapely.Geometry]:
    """What a polygon sweeps over when it is moved by `CROSSING_REACH_M` along an axis, and what it does against it."""
    step_m = axis_m / (np.hypot(*axis_m) + 1e-9) * CROSSING_REACH_M
    rings = np.array(zebra.convex_hull.exterior.coords)[:, :2]
    return [shapely.MultiPoint(np.concatenate([rings, rings + way * step_m])).convex_hull for way in (1.0, -1.0)]
