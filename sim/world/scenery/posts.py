"""Posts along roads: sign posts, gantries, delineators, traffic light posts. Their fronts (+x) face the traffic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.assets.signs.faces import BLUE, WHITE, Face, face, speed_limit
from sim.assets.signs.panel import POST_RADIUS_M, UNDER_TOP_M, add_panel
from sim.world.scenery.furniture import BELOW_GROUND_M, POLE_RGB, Size

GANTRY_REACH_M = 17.0
"""From beyond the guard rail to the median of three lanes and a hard shoulder: 1.6 + 3.0 + 10.8 m, and a bit."""
POST_BEHIND_HEAD_M = 0.28


def sign_post(variant: int, size_m: Size) -> Mesh:
    """The post of a traffic sign."""
    del variant
    made = MeshBuilder()
    made.tube([[0, 0, -BELOW_GROUND_M], [0, 0, size_m[2]]], POST_RADIUS_M, POLE_RGB, Material.METAL, segments=8)
    return made.build()


def sign_panel(name: str) -> Callable[[int, Size], Mesh]:
    """What makes the panel of a sign by its face's name."""

    def make(variant: int, size_m: Size) -> Mesh:
        del variant
        return _panel(face(name), size_m)

    return make


def speed_panel(variant: int, size_m: Size) -> Mesh:
    """The panel of a speed limit; `variant` is the limit."""
    return _panel(speed_limit(variant), size_m)


def _panel(shown: Face, size_m: Size) -> Mesh:
    made = MeshBuilder()
    add_panel(made, shown, size_m[2] - UNDER_TOP_M)
    return made.build()


def gantry_frame(variant: int, size_m: Size) -> Mesh:
    """A mast beyond the guard rail with a truss over its carriageway, to the left of its traffic: towards -y."""
    del variant
    made = MeshBuilder()
    top = size_m[2]
    made.tube([[0, 0, -BELOW_GROUND_M], [0, 0, top]], 0.22, POLE_RGB, Material.METAL, segments=10)
    for x, z in ((-0.25, top - 0.2), (-0.25, top - 1.2)):
        made.box((x, -GANTRY_REACH_M / 2, z), (0.09, GANTRY_REACH_M / 2, 0.09), POLE_RGB, Material.METAL)
    for y in np.linspace(0.5, GANTRY_REACH_M - 0.1, 9):
        made.box((-0.25, -y, top - 0.7), (0.05, 0.05, 0.5), POLE_RGB, Material.METAL)
    return made.build()


def gantry_panels(variant: int, size_m: Size) -> Mesh:
    """Blue panels with white borders, lines and arrows, one a pair of lanes."""
    rng = np.random.default_rng([11, variant])
    made = MeshBuilder()
    top = size_m[2]
    for middle_y, half_y in ((-7.2, 2.6), (-13.2, 2.6)):
        half_z = float(rng.choice([1.0, 1.25]))
        z = top - 0.7
        made.box((-0.08, middle_y, z), (0.04, half_y + 0.02, half_z + 0.02), POLE_RGB, Material.METAL)
        made.box((-0.03, middle_y, z), (0.015, half_y, half_z), WHITE, Material.RETRO)
        made.box((-0.01, middle_y, z), (0.015, half_y - 0.07, half_z - 0.07), BLUE, Material.RETRO)
        for row in np.arange(z - half_z + 0.45, z + half_z - 0.3, 0.5):
            half_m = rng.uniform(0.5, 0.75) * half_y
            made.box((0.008, middle_y, row), (0.006, half_m, 0.13), WHITE, Material.RETRO)
    return made.build()


def delineator(variant: int, size_m: Size) -> Mesh:
    """A white post with a black band and a reflector."""
    del variant
    made = MeshBuilder()
    top = size_m[2]
    made.box((0, 0, top / 2 - 0.1), (0.05, 0.06, top / 2 + 0.1), WHITE, Material.PANEL)
    made.box((0, 0, top - 0.28), (0.053, 0.063, 0.12), (0.02, 0.02, 0.02), Material.MATTE)
    made.box((0.055, 0, top - 0.28), (0.004, 0.02, 0.09), (0.8, 0.8, 0.78), Material.RETRO)
    return made.build()


def signal_post(head_height_m: float) -> Mesh:
    """The post of a traffic light: the head, `head_height_m` up at x = y = 0, hangs on its front."""
    made = MeshBuilder()
    x = -POST_BEHIND_HEAD_M
    made.tube([[x, 0, -BELOW_GROUND_M], [x, 0, head_height_m + 0.55]], 0.06, POLE_RGB, Material.METAL, segments=8)
    for z in (head_height_m - 0.3, head_height_m + 0.3):
        made.box((x / 2, 0, z), (-x / 2, 0.025, 0.025), POLE_RGB, Material.METAL)
    return made.build()
