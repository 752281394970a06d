"""Calls about the level: layers, objects, debug drawing, rays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sim.server.blueprints import ActorKind
from sim.server.calls import CallError, Where, call
from sim.server.calls_lights import get_light_boxes
from sim.server.layouts import BoundingBox, Vector3
from sim.server.level import ANY_TAG, box_of, identity_of, place_of
from sim.server.poses import flip, to_carla
from sim.server.simulation import Simulation

_BODIES = (ActorKind.VEHICLE, ActorKind.WALKER, ActorKind.PROP)


@call("load_map_layer")
def load_map_layer(simulation: Simulation, layers: int) -> None:
    """Show the things of some layers again, and let bodies collide with them."""
    simulation.episode.level.set_layers(layers, loaded=True)


@call("unload_map_layer")
def unload_map_layer(simulation: Simulation, layers: int) -> None:
    """Take the things of some layers out of the world."""
    simulation.episode.level.set_layers(layers, loaded=False)


@call("get_all_level_BBs")
def get_all_level_boxes(simulation: Simulation, tag: int = ANY_TAG) -> list[BoundingBox]:
    """Boxes in the world of all things and actors with a semantic tag."""
    boxes = [box_of(thing) for thing in simulation.episode.level.loaded(tag)]
    return boxes + _actor_boxes(simulation, tag)


@call("get_environment_objects")
def get_environment_objects(simulation: Simulation, tag: int = ANY_TAG) -> list[list[Any]]:
    """The things of the map with a semantic tag: place, box in the world, id, name, tag."""
    things = simulation.episode.level.loaded(tag)
    return [[place_of(thing), box_of(thing), identity_of(thing), thing.name, thing.tag] for thing in things]


@call("enable_environment_objects")
def enable_environment_objects(simulation: Simulation, ids: list[int], enabled: bool) -> None:
    """Show or hide things, to cameras, rays and bodies alike; the client takes no notice of an error."""
    unknown = simulation.episode.level.enable(ids, enabled)
    if unknown:
        raise CallError(f"no object of this map has the id {unknown[0]}")


@call("get_names_of_all_objects")
def get_names_of_all_objects(simulation: Simulation) -> list[str]:
    """Names of the map's things."""
    return [thing.name for thing in simulation.episode.level.loaded()]


@call("set_annotations_traverse_translucency")
def set_annotations_traverse_translucency(simulation: Simulation, enabled: bool) -> None:
    """Accepted: semantic images always show the glass itself."""


@call("project_point", where=Where.SIMULATION)
def project_point(simulation: Simulation, location: Vector3, direction: Vector3, distance_m: float) -> list[Any]:
    """The first surface along a ray."""
    origin = flip(location)
    hits = simulation.cast(origin, flip(direction), distance_m)
    return [bool(hits), hits[0] if hits else [(0.0, 0.0, 0.0), 0]]


@call("cast_ray", where=Where.SIMULATION)
def cast_ray(simulation: Simulation, start: Vector3, end: Vector3) -> list[Any]:
    """All things between two points, nearest first: where the ray enters each, and its label."""
    origin = flip(start)
    way = flip(end) - origin
    return simulation.cast(origin, way, float(np.linalg.norm(way)))


def _actor_boxes(simulation: Simulation, tag: int) -> list[BoundingBox]:
    """Boxes in the world of bodies and of the heads of traffic lights."""
    boxes = []
    for actor in simulation.episode.actors.values():
        if tag not in (actor.semantic_tag, ANY_TAG):
            continue
        if actor.kind in _BODIES:
            T_world_box = simulation.episode.table.pose(actor.id)
            T_world_box[:3, 3] += T_world_box[:3, :3] @ actor.box_center_body_m
            pose, half = to_carla(T_world_box), actor.half_m
            extent = (float(half[0]), float(half[1]), float(half[2]))
            boxes.append(BoundingBox(pose.location_m, extent, pose.rotation_deg, actor.id))
        elif actor.kind is ActorKind.TRAFFIC_LIGHT:
            boxes += [replace(box, actor_id=actor.id) for box in get_light_boxes(simulation, actor.id)]
    return boxes
