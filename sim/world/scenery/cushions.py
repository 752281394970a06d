"""Crash cushions: what a car runs into where a ramp parts from its motorway, instead of the end of a rail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.world.maps.network import Network
from sim.world.maps.object_names import CRASH_CUSHION
from sim.world.scenery.ground import Heights
from sim.world.scenery.roadside import Placed

BAYS = 4
STEEL_RGB = (0.42, 0.43, 0.44)
YELLOW_RGB, BLACK_RGB = (0.70, 0.46, 0.02), (0.015, 0.015, 0.015)
WALL_M = 0.06
NOSE_FACES = 8


def crash_cushions(network: Network, height_m: Heights) -> Iterator[Placed]:
    """Every crash cushion of a map, its nose to its traffic."""
    for road in network.roads:
        for thing in road.objects:
            if thing.name == CRASH_CUSHION:
                x, y, _ = road.points(thing.s_m, thing.t_m)[0].tolist()
                z = float(height_m(np.array([[x, y]]))[0])
                yaw_rad = float(road.headings(thing.s_m)[0]) + np.pi
                yield Placed("crash_cushion", (x, y, z), yaw_rad, thing.size_m)


def crash_cushion(variant: int, size_m: tuple[float, float, float]) -> Mesh:
    """Bays of steel that slide into each other, the first one smaller, before them a round striped nose."""
    del variant
    made = MeshBuilder()
    half_x, half_y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    bay_m = (size_m[0] - half_y) / BAYS
    for bay in range(BAYS):
        middle_x = -half_x + (bay + 0.5) * bay_m
        aside_m = half_y - 0.02 * bay
        for side in (-1, 1):
            for z in (0.3 * top, 0.62 * top):
                beam = (middle_x, side * (aside_m - WALL_M / 2), z)
                made.box(beam, (bay_m / 2 + 0.05, WALL_M / 2, 0.13 * top), STEEL_RGB, Material.METAL)
        made.box(
            (middle_x - bay_m / 2 + 0.04, 0, top / 2 - 0.1), (0.03, aside_m, top / 2 - 0.05), STEEL_RGB, Material.METAL
        )
    angle = np.linspace(-np.pi / 2, np.pi / 2, NOSE_FACES + 1)
    rim = np.stack([half_x - half_y + half_y * np.cos(angle), half_y * np.sin(angle)], axis=1)
    for number, (a, b) in enumerate(pairwise(rim)):
        face = [[*a, -0.2], [*b, -0.2], [*b, top], [*a, top]]
        color = BLACK_RGB if number % 2 else YELLOW_RGB
        made.triangles([[face[0], face[1], face[2]], [face[0], face[2], face[3]]], color, Material.RETRO)
        made.triangles([[[*a, top], [*b, top], [half_x - half_y, 0, top]]], STEEL_RGB, Material.METAL)
    return made.build()
