"""From a placed thing to its mesh, its tag and its light, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from sim.assets.mesh import Mesh
from sim.assets.signs.faces import FACES
from sim.world.scene import StreetLamp
from sim.world.scenery import bridges, cushions, furniture, posts, trees, tunnels
from sim.world.scenery.chunks import (
    BRIDGE,
    BUILDING,
    FORECOURT,
    GUARD_RAIL,
    HILL,
    POLE,
    STATIC,
    TRAFFIC_SIGN,
    TUNNEL,
    VEGETATION,
    Chunks,
    Kind,
)
from sim.world.scenery.objects import Objects
from sim.world.scenery.roadside import Placed

Maker = Callable[[int, tuple[float, float, float]], Mesh]

HEIGHT_STEPS_M = 1.0
"""Trees come in steps of height, so that few meshes are made and copied often."""


def _tree(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    return trees.tree(variant % trees.SHAPES, _stepped(size_m[2]))


def _far_tree(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    return trees.far_tree(variant % trees.FAR_SHAPES, _stepped(size_m[2]))


def _stepped(height_m: float) -> float:
    return round(height_m / HEIGHT_STEPS_M) * HEIGHT_STEPS_M


def _signal_post(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    del variant
    return posts.signal_post(size_m[2])


MESHES: dict[str, tuple[tuple[Kind, Maker], ...]] = {
    "abutment": ((BRIDGE, bridges.abutment),),
    "bridge_deck": ((BRIDGE, bridges.deck),),
    "forecourt": ((FORECOURT, furniture.forecourt),),
    "bush": ((VEGETATION, trees.bush),),
    "bench": ((STATIC, furniture.bench),),
    "bin": ((STATIC, furniture.waste_bin),),
    "hydrant": ((STATIC, furniture.hydrant),),
    "letter_box": ((STATIC, furniture.letter_box),),
    "cabinet": ((STATIC, furniture.cabinet),),
    "planter": ((STATIC, furniture.planter),),
    "bus_shelter": ((STATIC, furniture.bus_shelter),),
    "crash_cushion": ((GUARD_RAIL, cushions.crash_cushion),),
    "tunnel_wall": ((TUNNEL, tunnels.wall),),
    "tunnel_roof": ((TUNNEL, tunnels.ceiling), (HILL, tunnels.hill)),
    "tunnel_portal": ((TUNNEL, tunnels.portal),),
    "lamp": ((POLE, furniture.lamp),),
    "delineator": ((POLE, posts.delineator),),
    "zebra_sign": ((POLE, posts.sign_post), (TRAFFIC_SIGN, posts.sign_panel("crossing"))),
    "gantry": ((POLE, posts.gantry_frame), (TRAFFIC_SIGN, posts.gantry_panels)),
    "speed_sign": ((POLE, posts.sign_post), (TRAFFIC_SIGN, posts.speed_panel)),
    **{
        f"{name}_sign": ((POLE, posts.sign_post), (TRAFFIC_SIGN, posts.sign_panel(name)))
        for name in FACES
        if not name.startswith("speed_limit")
    },
    "signal_post": ((POLE, _signal_post),),
    "tree": ((VEGETATION, _tree),),
    "far_tree": ((VEGETATION, _far_tree),),
}
"""What each kind is made of, part by part."""
NOT_SOLID = frozenset({"tunnel_roof", "tunnel_portal", "forecourt", "bush", "bridge_deck"})
"""What bodies go over, through or under."""
VARIANTS = 12
EXACT_VARIANT = frozenset({"speed_sign"})
"""Things whose variant says something."""
FREE_TURN = frozenset({"tree", "far_tree"})
SOLID_RADIUS_M = {
    "tree": 0.18,
    "far_tree": 0.18,
    "lamp": 0.09,
    **{kind: 0.04 for kind in MESHES if kind.endswith("_sign")},
    "gantry": 0.22,
    "signal_post": 0.07,
}
"""Half extents of things that are thinner than the room they take."""


def solid_tag(kind: str) -> int:
    """The CityObjectLabel of a solid thing: that of its first part, of a house or of a barrier."""
    if kind in MESHES:
        return MESHES[kind][0][0].tag
    return {"building": BUILDING, "barrier": GUARD_RAIL}[kind].tag


def add_thing(chunks: Chunks, thing: Placed, objects: Objects, solid: int = -1) -> None:
    """Puts the meshes of a thing in their chunks; each is an object, and the first takes the thing's solid box."""
    few = thing.variant if thing.kind in EXACT_VARIANT else thing.variant % VARIANTS
    yaw_rad = thing.yaw_rad
    if thing.kind in FREE_TURN:
        yaw_rad += 2 * np.pi * (thing.variant % 1013) / 1013
    pieces = [(kind, _mesh(make, few, thing.size_m)) for kind, make in MESHES[thing.kind]]
    owners = objects.add(
        thing.kind, [(kind.tag, mesh) for kind, mesh in pieces], thing.position_world_m, yaw_rad, solid
    )
    for (kind, mesh), owner in zip(pieces, owners, strict=True):
        chunks.mesh(kind, mesh, thing.position_world_m, yaw_rad, owner)


@cache
def _mesh(make: Maker, variant: int, size_m: tuple[float, float, float]) -> Mesh:
    return make(variant, size_m)


def lamps_of(things: Iterable[Placed]) -> tuple[StreetLamp, ...]:
    """The lights of all street lamps."""
    found = []
    for thing in things:
        if thing.kind == "lamp":
            out, _, up = furniture.lamp_head_m(thing.size_m)
            x, y, z = thing.position_world_m
            head = x + out * np.cos(thing.yaw_rad), y + out * np.sin(thing.yaw_rad), z + up
            found.append(StreetLamp((float(head[0]), float(head[1]), float(head[2]))))
    return tuple(found)
