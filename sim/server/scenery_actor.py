"""What sensors call a piece of the map, which is no actor: CARLA's id 0 and a name by its label."""

from __future__ import annotations

from functools import cache

from sim.server.actors import Actor
from sim.server.blueprints import ActorKind
from sim.server.layouts import ActorDescription

_NAMES = {
    1: "road",
    2: "sidewalk",
    3: "building",
    4: "wall",
    5: "fence",
    6: "pole",
    7: "trafficlight",
    8: "trafficsign",
    9: "vegetation",
    10: "terrain",
    14: "car",
    20: "static",
    21: "dynamic",
    23: "water",
    24: "roadline",
    25: "ground",
    26: "bridge",
    27: "railtrack",
    28: "guardrail",
}
"""By CityObjectLabel: the label in small letters without the plural's s, as CARLA spells them."""


@cache
def scenery_actor(tag: int) -> Actor:
    """An actor that stands for scenery of that CityObjectLabel."""
    description = ActorDescription(0, f"static.{_NAMES.get(tag, 'unknown')}", [])
    return Actor(id=0, description=description, kind=ActorKind.OTHER, semantic_tag=tag)
