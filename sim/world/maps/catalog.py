"""The maps by name, and how a map is made of any OpenDRIVE text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from sim.world.maps.cubics import Floats
from sim.world.maps.data import MapData, RoadSign, SignalHead, UnknownMapError
from sim.world.maps.network import Network, Section, read_network
from sim.world.maps.signs import read_signs
from sim.world.maps.trial import check_client_reads
from sim.world.scenery import make_scenery

CATALOG = {
    "artery": ("sim.world.maps.artery:artery", "nominal"),
    "country_road": ("sim.world.maps.country:country_road", "nominal"),
    "grid": ("sim.world.maps.grid:grid", "train"),
    "junction": ("sim.world.maps.junction:junction", "train"),
    "motorway": ("sim.world.maps.motorway:motorway", "train"),
    "motorway_exit": ("sim.world.maps.motorway_exit:motorway_exit", "nominal"),
    "roundabout": ("sim.world.maps.roundabout:roundabout", "nominal"),
    "rural": ("sim.world.maps.rural:rural", "train"),
    "t_junction": ("sim.world.maps.t_junction:t_junction", "train"),
    "tunnel": ("sim.world.maps.tunnel:tunnel", "nominal"),
    "urban_avenue": ("sim.world.maps.urban:urban_avenue", "nominal"),
    "urban_bend": ("sim.world.maps.urban:urban_bend", "nominal"),
    "urban_boulevard": ("sim.world.maps.urban:urban_boulevard", "nominal"),
    "urban_crescent": ("sim.world.maps.urban:urban_crescent", "nominal"),
    "urban_street": ("sim.world.maps.urban:urban_street", "train"),
}
"""Map name -> function that writes its OpenDRIVE, and its split; read when first asked for, to start quickly."""
SPAWN_STEP_M = 25.0
SPAWN_MARGIN_M = 10.0
"""Spawn points keep this from the ends of their lane, so that a lorry stands on the map."""
MAX_SPAWN_POINTS = 400
"""On long roads they are further apart: CARLA's largest towns have a few hundred."""
SPAWN_WIDTH_M = 2.5
"""§ 32 StVZO: no car or lorry is wider than 2.55 m; the mirrors stand over."""

SPAWN_TAPER = 0.03
"""Lanes that begin or end widen faster; those of CARLA's towns and of roundabouts' mouths vary less."""


def map_names() -> list[str]:
    """Names that `load_map` knows, sorted."""
    return sorted(CATALOG)


@cache
def load_map(name: str) -> MapData:
    """The map of that name; `UnknownMapError` names the nearest map when there is none."""
    if name not in CATALOG:
        raise unknown_map(name, map_names())
    where, split = CATALOG[name]
    module, function = where.split(":")
    write: Callable[[str], str] = getattr(import_module(module), function)
    return _map(name, write(name), split)


def unknown_map(name: str, names: Sequence[str]) -> UnknownMapError:
    """The error for a name that is none of `names`."""
    near = get_close_matches(name, names, n=1, cutoff=0.0)[0]
    return UnknownMapError(f"map {name!r}: unknown, the nearest name is {near!r} (maps: {', '.join(names)})")


def map_from_xodr(name: str, xodr: str) -> MapData:
    """A map of any OpenDRIVE text, with whatever scenery its road types suggest; ValueError when it is none."""
    read_network(xodr)
    check_client_reads(xodr)
    data = _map(name, xodr, "edge")
    data.ground_z_m(np.array(data.spawn_points[:1]).reshape(-1, 4)[:, :2])  # what cannot be built is refused now
    return data


def _map(name: str, xodr: str, split: str) -> MapData:
    network = read_network(xodr)
    heads, signs = _signs(xodr, network)
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
        signs=signs,
        lamps=lambda: scenery.lamps,
    )


def _signs(xodr: str, network: Network) -> tuple[tuple[SignalHead, ...], tuple[RoadSign, ...]]:
    """Lights and signs; a map without any does not wait for CARLA to read it."""
    named = (thing.name.lower().startswith("speed_") for road in network.roads for thing in road.objects)
    if not any(road.signals for road in network.roads) and not any(named):
        return (), ()
    import carla

    try:
        lanes = carla.Map("signs", xodr)
    except (RuntimeError, ValueError, IndexError) as error:
        raise ValueError(f"OpenDRIVE: CARLA cannot read it ({str(error).splitlines()[0]})") from None
    return read_signs(network, lanes)


def _is_wide_enough(section: Section, lane_id: int, s_m: Floats) -> NDArray[np.bool_]:
    """Whether a car has room there, and the lane neither begins nor ends there."""
    before_m, behind_m = (section.width_m(lane_id, s_m + way_m) for way_m in (-1.0, 1.0))
    return (section.width_m(lane_id, s_m) >= SPAWN_WIDTH_M) & (np.abs(behind_m - before_m) / 2.0 < SPAWN_TAPER)


def _spawn_points(network: Network) -> list[tuple[float, float, float, float]]:
    """Where a car has room: on driving lanes outside junctions, wide enough for it."""
    lanes = [found for found in network.lanes() if found[0].junction < 0 and found[3].kind == "driving"]
    length_m = sum(section.end_m - section.start_m for _, _, section, _ in lanes)
    step_m = max(SPAWN_STEP_M, length_m / MAX_SPAWN_POINTS)
    points = []
    for road, _, section, lane in lanes:
        s_m = np.arange(section.start_m + SPAWN_MARGIN_M, section.end_m - SPAWN_MARGIN_M + 1e-6, step_m)
        s_m = s_m[_is_wide_enough(section, lane.lane_id, s_m)]
        if not len(s_m):
            continue
        inner, outer = road.lane_edges(section, lane.lane_id, s_m)
        yaw = road.headings(s_m) + (np.pi if lane.lane_id > 0 else 0.0)
        yaw = np.remainder(yaw + np.pi, 2 * np.pi) - np.pi
        rows = np.column_stack([road.points(s_m, (inner + outer) / 2), yaw]).tolist()
        points += [(x, y, z, h) for x, y, z, h in rows]
    return points
