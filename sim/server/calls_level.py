"""Calls about the level: layers, objects, debug drawing, rays."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.server.calls import CallError, Where, call
from sim.server.layouts import BoundingBox, CarlaTransform, Vector3
from sim.server.poses import flip
from sim.server.simulation import Simulation

_ANY_TAG = 255


@call("load_map_layer", "unload_map_layer")
def change_map_layer(simulation: Simulation, layers: int) -> None:
    """Accepted: all layers are always there."""


@call("get_all_level_BBs")
def get_all_level_boxes(simulation: Simulation, tag: int = _ANY_TAG) -> list[BoundingBox]:
    """Boxes of the scenery with a semantic tag, in the world."""
    return [box for _, _, box, part_tag in _parts(simulation) if tag in (part_tag, _ANY_TAG)]


@call("get_environment_objects")
def get_environment_objects(simulation: Simulation, tag: int = _ANY_TAG) -> list[list[Any]]:
    """The scenery's parts with a semantic tag."""
    return [
        [CarlaTransform(box.location_m), box, number, name, part_tag]
        for number, name, box, part_tag in _parts(simulation)
        if tag in (part_tag, _ANY_TAG)
    ]


@call("enable_environment_objects")
def enable_environment_objects(simulation: Simulation, ids: list[int], enabled: bool) -> None:
    """Accepted: the scenery cannot be hidden."""


@call("get_names_of_all_objects")
def get_names_of_all_objects(simulation: Simulation) -> list[str]:
    """Names of the scenery's parts."""
    return [name for _, name, _, _ in _parts(simulation)]


@call("apply_color_texture_to_objects", "apply_float_color_texture_to_objects")
def apply_texture_to_objects(_: Simulation) -> None:
    """Surfaces are procedural."""
    raise CallError("replacing textures is not supported")


@call("set_annotations_traverse_translucency")
def set_annotations_traverse_translucency(simulation: Simulation, enabled: bool) -> None:
    """Accepted: semantic images always show the glass itself."""


@call("draw_debug_shape", "clear_debug_shape", "clear_debug_string")
def draw_debug_shape(simulation: Simulation) -> None:
    """Accepted: there is no screen to draw on."""


@call("project_point", where=Where.SIMULATION)
def project_point(simulation: Simulation, location: Vector3, direction: Vector3, distance_m: float) -> list[Any]:
    """The first surface along a ray."""
    origin = flip(location)
    hits = simulation.cast(origin, flip(direction), distance_m)
    return [bool(hits), hits[0] if hits else [(0.0, 0.0, 0.0), 0]]


@call("cast_ray", where=Where.SIMULATION)
def cast_ray(simulation: Simulation, start: Vector3, end: Vector3) -> list[Any]:
    """The first surface between two points; stock CARLA tells those behind it, too."""
    origin = flip(start)
    way = flip(end) - origin
    return simulation.cast(origin, way, float(np.linalg.norm(way)))


def _parts(simulation: Simulation) -> list[tuple[int, str, BoundingBox, int]]:
    """Number, name, box and tag of each part of the scenery."""
    parts = []
    for number, part in enumerate(simulation.episode.map.data.scenery().parts, start=1):
        low, high = part.mesh.position_m.min(axis=0), part.mesh.position_m.max(axis=0)
        x, y, z = (float(v) for v in (low + high) / 2)
        half_x, half_y, half_z = (float(v) for v in (high - low) / 2)
        parts.append((number, part.name, BoundingBox((x, -y, z), (half_x, half_y, half_z)), part.tag))
    return parts
