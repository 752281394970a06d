"""The maps by name, and how a map is made of any OpenDRIVE text."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from importlib import import_module

import numpy as np

from sim.world.maps.data import MapData, SignalHead, UnknownMapError
from sim.world.maps.network import Network, RoadRecord, read_network
from sim.world.scenery import make_scenery

CATALOG = {
    "grid": ("sim.world.maps.grid:grid", "train"),
    "junction": ("sim.world.maps.junction:junction", "train"),
    "motorway": ("sim.world.maps.motorway:motorway", "train"),
    "roundabout": ("sim.world.maps.roundabout:roundabout", "nominal"),
    "rural": ("sim.world.maps.rural:rural", "train"),
    "urban_avenue": ("sim.world.maps.urban:urban_avenue", "nominal"),
    "urban_bend": ("sim.world.maps.urban:urban_bend", "nominal"),
    "urban_street": ("sim.world.maps.urban:urban_street", "train"),
}
"""Map name -> function that writes its OpenDRIVE, and its split; read when first asked for, to start quickly."""
SPAWN_STEP_M = 25.0
SPAWN_MARGIN_M = 10.0
"""Spawn points keep this from the ends of their lane, so that a lorry stands on the map."""
HEAD_REACH_M = 40.0
"""A stop line belongs to the signal that comes this soon after it."""


def map_names() -> list[str]:
    """Names that `load_map` knows, sorted."""
    return sorted(CATALOG)


@cache
def load_map(name: str) -> MapData:
    """The map of that name; `UnknownMapError` names the nearest map when there is none."""
    if name not in CATALOG:
        near = get_close_matches(name, CATALOG, n=1, cutoff=0.0)[0]
        raise UnknownMapError(f"map {name!r}: unknown, the nearest name is {near!r} (maps: {', '.join(map_names())})")
    where, split = CATALOG[name]
    module, function = where.split(":")
    write: Callable[[str], str] = getattr(import_module(module), function)
    return _map(name, write(name), split)


def map_from_xodr(name: str, xodr: str) -> MapData:
    """A map of any OpenDRIVE text, with whatever scenery its road types suggest; ValueError when it is none."""
    return _map(name, xodr, "edge")


def _map(name: str, xodr: str, split: str) -> MapData:
    network = read_network(xodr)
    heads = signal_heads(network)
    scenery = make_scenery(name, network, xodr, heads)
    return MapData(
        name=name,
        xodr=xodr,
        split=split,
        scenery=lambda: scenery.scene,
        spawn_points=tuple(_spawn_points(network)),
        origin_lat_deg=network.origin_deg[0],
        origin_lon_deg=network.origin_deg[1],
        solids=lambda: scenery.solids,
        signal_heads=heads,
        ground_z_m=scenery.ground_z_m,
    )


def _spawn_points(network: Network) -> list[tuple[float, float, float, float]]:
    points = []
    for road, _, section, lane in network.lanes():
        if road.junction >= 0 or lane.kind != "driving":
            continue
        s_m = np.arange(section.start_m + SPAWN_MARGIN_M, section.end_m - SPAWN_MARGIN_M + 1e-6, SPAWN_STEP_M)
        if not len(s_m):
            continue
        inner, outer = road.lane_edges(section, lane.lane_id, s_m)
        yaw = road.headings(s_m) + (np.pi if lane.lane_id > 0 else 0.0)
        yaw = np.remainder(yaw + np.pi, 2 * np.pi) - np.pi
        rows = np.column_stack([road.points(s_m, (inner + outer) / 2), yaw]).tolist()
        points += [(x, y, z, h) for x, y, z, h in rows]
    return points


def signal_heads(network: Network) -> tuple[SignalHead, ...]:
    """Poses of all traffic lights."""
    return tuple(
        _head(road, index, network)
        for road in network.roads
        for index, signal in enumerate(road.signals)
        if signal.kind == "1000001"
    )


def _head(road: RoadRecord, index: int, network: Network) -> SignalHead:
    signal = road.signals[index]
    ahead = 1.0 if signal.along else -1.0
    facing_rad = float(road.headings(signal.s_m)[0]) + (np.pi if signal.along else 0.0)
    cos, sin = np.cos(facing_rad), np.sin(facing_rad)
    pose = np.eye(4)
    pose[:2, :2] = [[cos, -sin], [sin, cos]]
    pose[:3, 3] = road.points(signal.s_m, signal.t_m, signal.z_m)[0]
    lines = [thing for thing in road.objects if thing.name == "StopLine"]
    lines = [thing for thing in lines if 0.0 <= ahead * (signal.s_m - thing.s_m) <= HEAD_REACH_M]
    if lines:
        line = min(lines, key=lambda thing: abs(signal.s_m - thing.s_m))
        s_m, edge_t = line.s_m, (line.t_m + line.size_m[1] / 2, line.t_m - line.size_m[1] / 2)
    else:
        s_m, edge_t = signal.s_m, _driven_side(road, signal.s_m, signal.along)
    ends = road.points(np.full(2, s_m), np.array(edge_t if signal.along else edge_t[::-1]))
    return SignalHead(signal.number, pose, ends, network.signal_groups.get(signal.number, 0))


def _driven_side(road: RoadRecord, s_m: float, along: bool) -> tuple[float, float]:
    """Lateral offsets (left, right looking along +s) between which one direction drives."""
    section = next(part for part in reversed(road.sections) if s_m >= part.start_m - 1e-6 or part is road.sections[0])
    at = np.array([s_m])
    sign = -1 if along else 1
    edges = [0.0]
    for lane_id, lane in section.lanes.items():
        if lane.kind == "driving" and lane_id * sign > 0:
            edges += [float(edge[0]) for edge in road.lane_edges(section, lane_id, at)]
    return max(edges), min(edges)
