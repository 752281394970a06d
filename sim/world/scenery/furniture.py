"""What stands behind side walks: benches, bins, boxes, hydrants, planters, street lamps. Fronts look along +x."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh

Size = tuple[float, float, float]

POLE_RGB = (0.22, 0.23, 0.24)
WOOD_RGB = (0.24, 0.13, 0.06)
DARK_RGB = (0.05, 0.055, 0.06)
_BIN_RGB = ((0.05, 0.08, 0.05), (0.16, 0.06, 0.03), (0.09, 0.095, 0.10))
LAMP_ARM_M = 2.6
"""From the mast behind a 3 m side walk to just before the kerb."""
BELOW_GROUND_M = 0.3


def lamp_head_m(size_m: Size) -> tuple[float, float, float]:
    """Where the light of a street lamp comes from, in its own axes."""
    return LAMP_ARM_M, 0.0, size_m[2] - 0.12


def lamp(variant: int, size_m: Size) -> Mesh:
    """A mast with an arm over the side walk and a flat head."""
    del variant  # lamps of a street are all alike
    made = MeshBuilder()
    top = size_m[2]
    bend = [
        [0, 0, -BELOW_GROUND_M],
        [0, 0, 0.8 * top],
        [0.35, 0, top - 0.25],
        [1.0, 0, top],
        [LAMP_ARM_M - 0.3, 0, top],
    ]
    made.tube(bend, np.array([0.085, 0.06, 0.045, 0.04, 0.04]), POLE_RGB, Material.METAL, segments=8)
    made.tube([[0, 0, -BELOW_GROUND_M], [0, 0, 1.1]], 0.1, POLE_RGB, Material.METAL, segments=8)
    x, _, z = lamp_head_m(size_m)
    made.box((x, 0, top), (0.38, 0.15, 0.06), POLE_RGB, Material.METAL)
    made.box((x, 0, z + 0.03), (0.30, 0.12, 0.03), (0.9, 0.88, 0.8), Material.STREET_LAMP)
    return made.build()


def bench(variant: int, size_m: Size) -> Mesh:
    """Slats on two frames; sitters look to the road."""
    del variant
    made = MeshBuilder()
    x, y = size_m[0] / 2, size_m[1] / 2
    for at in (-0.24, -0.08, 0.08, 0.24):
        made.box((at * size_m[0] / 0.6, 0, 0.45), (0.07, y, 0.02), WOOD_RGB, Material.MATTE)
    for at in (0.58, 0.74):
        made.box((-x + 0.04, 0, at), (0.02, y, 0.07), WOOD_RGB, Material.MATTE)
    for side in (-0.8, 0.8):
        made.box((0.0, side * y, 0.43), (x - 0.02, 0.03, 0.02), DARK_RGB, Material.METAL)
        made.box((-x + 0.06, side * y, 0.3), (0.03, 0.03, 0.55), DARK_RGB, Material.METAL)
        made.box((x - 0.06, side * y, 0.1), (0.03, 0.03, 0.34), DARK_RGB, Material.METAL)
    return made.build()


def waste_bin(variant: int, size_m: Size) -> Mesh:
    """One of the three that towns put up: a basket on a post, a case with slats, a case under a roof."""
    return (_basket_on_post, _slatted_case, _roofed_case)[variant % 3](variant // 3, size_m)


def _basket_on_post(variant: int, size_m: Size) -> Mesh:
    """50 l on a post, open below its hood, well above the ground so that one can sweep under it."""
    made = MeshBuilder()
    x, top = size_m[0] / 2, size_m[2]
    paint = _BIN_RGB[variant % len(_BIN_RGB)]
    made.tube([[0.06 - x, 0, -BELOW_GROUND_M], [0.06 - x, 0, top]], 0.03, POLE_RGB, Material.METAL, segments=6)
    made.box((0.0, 0, top - 0.42), (0.15, 0.21, 0.27), paint, Material.PANEL)
    made.box((0.0, 0, top - 0.14), (0.12, 0.18, 0.02), DARK_RGB, Material.MATTE)
    made.box((0.0, 0, top - 0.11), (0.17, 0.23, 0.02), paint, Material.PANEL)
    return made.build()


def _slatted_case(variant: int, size_m: Size) -> Mesh:
    """Wooden slats round a dark bag, as high as a table."""
    del variant
    made = MeshBuilder()
    half, top = 0.48 * size_m[0], 0.75 * size_m[2]
    made.box((0, 0, top / 2), (half - 0.03, half - 0.03, top / 2 - 0.04), DARK_RGB, Material.MATTE)
    slats = 5
    for along in np.linspace(-0.8, 0.8, slats) * half:
        for out in (half - 0.015, 0.015 - half):
            made.box((out, along, top / 2), (0.015, 0.8 * half / slats, top / 2 - 0.04), WOOD_RGB, Material.MATTE)
            made.box((along, out, top / 2), (0.8 * half / slats, 0.015, top / 2 - 0.04), WOOD_RGB, Material.MATTE)
    made.box((0, 0, top - 0.02), (half + 0.02, half + 0.02, 0.02), DARK_RGB, Material.PANEL)
    return made.build()


def _roofed_case(variant: int, size_m: Size) -> Mesh:
    """A painted steel case; rubbish goes in on all sides between it and its roof."""
    made = MeshBuilder()
    x, y, top = 0.46 * size_m[0], 0.49 * size_m[1], size_m[2]
    paint = _BIN_RGB[variant % len(_BIN_RGB)]
    sill = top - 0.24
    made.box((0, 0, sill / 2 - 0.02), (x, y, sill / 2 + 0.02), paint, Material.PANEL)
    made.box((0, 0, top - 0.15), (x - 0.03, y - 0.03, 0.09), DARK_RGB, Material.MATTE)
    for along in (0.03 - x, x - 0.03):
        for across in (0.03 - y, y - 0.03):
            made.box((along, across, top - 0.15), (0.03, 0.03, 0.1), paint, Material.PANEL)
    made.box((0, 0, top - 0.03), (x + 0.01, y + 0.01, 0.03), paint, Material.PANEL)
    return made.build()


def hydrant(variant: int, size_m: Size) -> Mesh:
    """A stout red post hydrant: two outlets at its sides, the large one to the road."""
    del variant
    made = MeshBuilder()
    top, reach = size_m[2], size_m[1] / 2
    paint = (0.34, 0.025, 0.02)  # baked on: it mirrors little, unlike bare metal
    made.tube([[0, 0, -0.1], [0, 0, top - 0.14]], 0.16, paint, Material.PANEL, segments=10)
    made.ellipsoid((0, 0, top - 0.14), (0.17, 0.17, 0.14), paint, Material.PANEL, 6, 10)
    made.tube([[0, -reach, top - 0.30], [0, reach, top - 0.30]], 0.075, paint, Material.PANEL, segments=8)
    made.tube([[0, 0, top - 0.32], [reach, 0, top - 0.32]], 0.095, paint, Material.PANEL, segments=8)
    made.tube([[0, 0, -0.1], [0, 0, 0.06]], 0.22, paint, Material.PANEL, segments=10)
    return made.build()


def letter_box(variant: int, size_m: Size) -> Mesh:
    """A yellow box on a foot, with a slot and a white plate of its hours."""
    del variant
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    made.box((0, 0, top - 0.42), (x, y, 0.42), (0.62, 0.40, 0.02), Material.PANEL)
    made.box((x + 0.005, 0, top - 0.14), (0.012, 0.2, 0.02), DARK_RGB, Material.MATTE)
    made.box((x + 0.005, 0, top - 0.50), (0.004, 0.12, 0.16), (0.70, 0.70, 0.68), Material.PANEL)
    foot_m = (top - 0.8 + BELOW_GROUND_M) / 2
    made.box((0, 0, foot_m - BELOW_GROUND_M), (0.04, 0.10, foot_m), POLE_RGB, Material.METAL)
    return made.build()


def cabinet(variant: int, size_m: Size) -> Mesh:
    """A switch cabinet with two doors."""
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    shade = 0.30 + 0.06 * (variant % 3)
    made.box((0, 0, (top - 0.2) / 2), (x, y, (top + 0.2) / 2), (shade, shade, shade * 0.97), Material.PANEL)
    made.box((0, 0, top), (x + 0.03, y + 0.03, 0.03), (0.25, 0.25, 0.24), Material.PANEL)
    made.box((x + 0.004, 0, top / 2), (0.004, 0.008, top / 2 - 0.1), DARK_RGB, Material.MATTE)
    return made.build()


def planter(variant: int, size_m: Size) -> Mesh:
    """A concrete trough with a low bush."""
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    made.box((0, 0, 0.2), (x, y, 0.3), (0.40, 0.39, 0.37), Material.CONCRETE)
    green = ((0.07, 0.13, 0.03), (0.10, 0.14, 0.05), (0.12, 0.07, 0.07))[variant % 3]
    for at in (-0.45, 0.0, 0.45):
        made.ellipsoid((0, at * size_m[1] * 0.62, 0.5), (0.8 * x, 0.33 * y, top - 0.5), green, Material.LEAF, 6, 8)
    return made.build()


def bus_shelter(variant: int, size_m: Size) -> Mesh:
    """A roof on four posts with a back wall, a poster at one end and a bench; open towards the road."""
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    made.box((0, 0, top - 0.06), (x, y, 0.06), (0.10, 0.11, 0.12), Material.PANEL)
    for across in (-y + 0.06, y - 0.06):
        for along in (-x + 0.06, x - 0.35):
            half_m = (top - 0.1 + BELOW_GROUND_M) / 2
            made.box((along, across, half_m - BELOW_GROUND_M), (0.04, 0.04, half_m), POLE_RGB, Material.METAL)
    made.box((-x + 0.06, 0, 1.1), (0.02, y - 0.12, 0.85), (0.30, 0.32, 0.33), Material.PANEL)
    poster = ((0.35, 0.06, 0.05), (0.05, 0.14, 0.35), (0.40, 0.30, 0.05))[variant % 3]
    made.box((-0.14, y - 0.06, 1.15), (x - 0.24, 0.05, 0.85), (0.55, 0.55, 0.53), Material.PANEL)
    made.box((-0.14, y - 0.115, 1.15), (x - 0.32, 0.008, 0.75), poster, Material.PANEL)
    made.box((-x + 0.32, -0.3, 0.45), (0.18, 0.6 * y, 0.025), WOOD_RGB, Material.MATTE)
    for across in (-0.75 * y, 0.35 * y - 0.3):
        made.box((-x + 0.32, across, 0.1), (0.03, 0.03, 0.33), DARK_RGB, Material.METAL)
    return made.build()


def forecourt(variant: int, size_m: Size) -> Mesh:
    """A slab of paving that is as good as flush with the ground round it."""
    del variant
    made = MeshBuilder()
    x, y, top = size_m[0] / 2, size_m[1] / 2, size_m[2]
    return made.box((0, 0, top - 0.15), (x, y, 0.15), (0.27, 0.26, 0.245), Material.PAVING).build()
