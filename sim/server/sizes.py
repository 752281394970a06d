"""How large an actor is: what its blueprint's body measures, times what its attributes ask for."""

from __future__ import annotations

from sim.assets.catalog import assets
from sim.assets.laid import MARKING
from sim.assets.people.walker import stature_m
from sim.assets.scaled import AS_MADE, Scale
from sim.server.actors import Actor
from sim.server.blueprints import MESH_PROP, POSTER, STATURE, ActorKind, library
from sim.server.calls import CallError


def take_size(actor: Actor) -> None:
    """Give a new actor its scale and its box.

    A prop of a client's choice is as large as what it looks like, and physics moves it if it is given a mass.

    Raises:
        CallError: its `mesh_path` is nothing that there is.
    """
    size = library()[actor.blueprint_id].size_lwh_m
    if actor.blueprint_id == MESH_PROP:
        likeness = library().get(actor.asset)
        if actor.asset and (likeness is None or likeness.kind not in (ActorKind.PROP, ActorKind.VEHICLE)):
            raise CallError(
                f"mesh_path {actor.asset[:80]!r}: want the id of a prop or vehicle, such as static.prop.barrel"
            )
        size = likeness.size_lwh_m if likeness else (0.0, 0.0, 0.0)
        actor.collides = any(size)
        actor.simulated = actor.collides and float(actor.attribute("mass")) > 0.0
    if actor.blueprint_id == MARKING:  # paint, on which everybody walks and drives
        actor.collides = False
    actor.scale = _scale(actor)
    actor.size_lwh_m = (actor.scale[0] * size[0], actor.scale[1] * size[1], actor.scale[2] * size[2])


def _scale(actor: Actor) -> Scale:
    blueprint = library()[actor.blueprint_id]
    if blueprint.id == POSTER:
        _, width_m, height_m = blueprint.size_lwh_m
        return (1.0, float(actor.attribute("width_m")) / width_m, float(actor.attribute("height_m")) / height_m)
    if blueprint.id == MARKING:
        length_m, width_m, _ = blueprint.size_lwh_m
        return (float(actor.attribute("length_m")) / length_m, float(actor.attribute("width_m")) / width_m, 1.0)
    if blueprint.id == MESH_PROP:
        factor = float(actor.attribute("scale"))
    elif blueprint.kind is ActorKind.WALKER and any(attribute.name == STATURE for attribute in blueprint.attributes):
        factor = float(actor.attribute(STATURE)) / stature_m(assets()[blueprint.id])
    else:
        return AS_MADE
    return (factor, factor, factor)
