"""Passenger cars: lamps, grille, plates, shut lines, glass, mirrors and handles on a lofted body."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, PAINT, Patch, Range

BLACK = (0.015, 0.015, 0.016)
GLASS = (0.018, 0.022, 0.026)
HEADLAMP = (0.72, 0.75, 0.78)
TAILLAMP = (0.42, 0.012, 0.010)
AMBER = (0.75, 0.26, 0.015)
REVERSE = (0.70, 0.70, 0.70)
PLATE = (0.78, 0.78, 0.74)
CHROME = (0.60, 0.60, 0.62)

_INF = float("inf")
_SEAM_M = 0.007
"""Half the width of a shut line: wider than real (2 mm), so that it survives at a camera's distance."""


def add_car(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a complete car of `shape`."""
    add_lower_body(builder, shape, front_patches(shape) + rear_patches(shape) + side_patches(shape), level)
    add_greenhouse(builder, shape, glass_patches(shape, level), level)
    add_running_gear(builder, shape, level)
    add_car_details(builder, shape, level)


def add_car_details(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add what stands out of a car's body: mirrors, handles, wipers."""
    add_mirrors(builder, shape, level)
    if shape.rails and level < 2:
        _add_roof_rails(builder, shape, level)
    if level == 0:
        _add_handles(builder, shape)
        _add_wipers(builder, shape)


def front_patches(shape: CarShape) -> list[Patch]:
    """Headlamps, indicators, grille, air intake and plate."""
    hw, ahead, style = 0.5 * shape.width_m, 0.5 * shape.length_m, shape.style
    top, low = shape.nose_m - 0.055, shape.clearance_m
    front: Range = (ahead - 0.34, _INF)
    lamp_x: Range = (ahead - 0.46, _INF)
    lamp: Range = (style.headlamp_from * hw, 2 * hw)
    grille: Range = (-1, style.grille_to * hw)
    lamp_low, grille_low = top - style.headlamp_tall_m, top - style.grille_tall_m
    bar = top - 0.5 * style.grille_tall_m
    return [
        Patch(lamp_x, lamp, (lamp_low, top), HEADLAMP, Material.HEADLAMP),
        Patch(lamp_x, lamp, (lamp_low - 0.03, lamp_low), AMBER, Material.INDICATOR, coarsest=0),
        Patch(front, grille, (grille_low, top), BLACK, Material.BLACK, coarsest=1),
        Patch(front, grille, (bar - 0.0075, bar + 0.0075), CHROME, Material.METAL, coarsest=0),
        Patch(front, (-1, 0.74 * hw), (low + 0.04, low + 0.14), BLACK, Material.BLACK, coarsest=0),
        Patch(front, (-1, 0.26), (top - 0.28, top - 0.17), PLATE, Material.PLATE, coarsest=1),
        Patch(ALL, ALL, (-1, low + 0.04), BLACK, Material.BLACK, coarsest=0),
    ]


def rear_patches(shape: CarShape) -> list[Patch]:
    """Tail lamps with indicator and reversing lamp, plate, boot seams, reflectors, diffuser."""
    hw, behind, style = 0.5 * shape.width_m, -0.5 * shape.length_m, shape.style
    top, low = shape.tail_m - 0.055, shape.clearance_m
    rear: Range = (-_INF, behind + 0.30)
    lamp_x: Range = (-_INF, behind + 0.34)
    inner = style.tail_from * hw
    lamp_low, middle = top - style.tail_tall_m, top - 0.45 * style.tail_tall_m
    seam = (0.735 * hw - _SEAM_M, 0.735 * hw + _SEAM_M)
    patches = [
        Patch(rear, seam, (top - 0.38, _INF), BLACK, Material.BLACK, coarsest=0),
        Patch(lamp_x, (inner, 2 * hw), (lamp_low, top), TAILLAMP, Material.TAILLAMP),
        Patch(lamp_x, (0.80 * hw, 2 * hw), (middle, top), AMBER, Material.INDICATOR, coarsest=0),
        Patch(lamp_x, (inner, inner + 0.12 * hw), (lamp_low, middle), REVERSE, Material.REVERSE_LAMP, coarsest=0),
        Patch(rear, (-1, 0.34), (top - 0.33, top - 0.19), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (-1, 0.26), (top - 0.33, top - 0.22), PLATE, Material.PLATE, coarsest=1),
        Patch(rear, (-1, 0.735 * hw), (top - 0.38, top - 0.38 + 2 * _SEAM_M), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (0.62 * hw, 0.80 * hw), (low + 0.20, low + 0.235), TAILLAMP, Material.RETRO, coarsest=0),
        Patch(rear, (-1, 0.74 * hw), (-1, low + 0.14), BLACK, Material.BLACK, coarsest=0),
    ]
    if style.tail_band:
        patches.append(Patch(rear, (-1, inner), (top - 0.03, top), TAILLAMP, Material.TAILLAMP, coarsest=0))
    return patches


def side_patches(shape: CarShape) -> list[Patch]:
    """Door shut lines, sills, and cladding where the shape has it."""
    hw = 0.5 * shape.width_m
    low = shape.clearance_m
    patches = [
        Patch((x - _SEAM_M, x + _SEAM_M), (0.8 * hw, _INF), (low + 0.12, _INF), BLACK, Material.BLACK, coarsest=0)
        for x in shape.doors_m
    ]
    doors: Range = (min(shape.doors_m), max(shape.doors_m))
    line = low + 0.12
    patches.append(Patch(doors, (0.8 * hw, _INF), (line - _SEAM_M, line + _SEAM_M), BLACK, Material.BLACK, 0, 0))
    if shape.cladding:
        patches.append(Patch(ALL, (0.8 * hw, _INF), (-1, low + 0.10), BLACK, Material.BLACK, coarsest=1))
        reach = shape.arch_radius_m + 0.035
        # a rounded arch in two steps
        for x in shape.axles_m:
            for across, up in ((1.0, 0.45), (0.66, 1.0)):
                arch, rows = (x - across * reach, x + across * reach), (-1, shape.wheel_radius_m + up * reach)
                patches.append(Patch(arch, (0.8 * hw, _INF), rows, BLACK, Material.BLACK, coarsest=1))
    return patches


def glass_patches(shape: CarShape, level: int, one_band_from: int = 2) -> list[Patch]:
    """Windscreen, rear screen and side windows, with a black frame round the side glass.

    From level `one_band_from` on, the side windows are one band without pillars.
    """
    low, high = shape.window_rows
    width, rear_low, rear_high = shape.rear_glass
    frame: Range = (2 * shape.windows[0][0] - 1 - 0.03, 2 * shape.windows[-1][1] - 1 + 0.03)
    windows = shape.windows
    if level:
        # far away all glass shares its edges
        rear_low, rear_high = low, high
        windows = windows if level < one_band_from else ((windows[0][0], windows[-1][1]),)
    patches = [
        Patch((0.7, 2), (-1, 0.885), (low, high) if level else (0.05, 0.93), GLASS, Material.GLASS),
        Patch((-2, -0.7), (-1, width), (rear_low, rear_high), GLASS, Material.GLASS),
        Patch(frame, (0.95, 2), (low - 0.035, high + 0.03), BLACK, Material.BLACK, coarsest=0),
    ]
    for start, end in windows:
        patches.append(Patch((2 * start - 1, 2 * end - 1), (0.95, 2), (low, high), GLASS, Material.GLASS))
    return patches


def add_mirrors(builder: MeshBuilder, shape: CarShape, level: int, reach_m: float = 0.10) -> None:
    """Add door mirrors that stand out by `reach_m`."""
    x = shape.windscreen_m[0] - 0.42
    z = float(shape.shoulder_m(x)) + 0.10
    hw = 0.5 * shape.width_m
    polar, azimuth = ((6, 8), (4, 6), (3, 4))[level]
    for side in (1.0, -1.0):
        center = (x, side * (hw + reach_m - 0.10), z)
        builder.ellipsoid(center, (0.07, 0.10, 0.075), PAINT, Material.PAINT, polar, azimuth)
        if level == 0:
            glass = (x - 0.062, side * (hw + reach_m - 0.10), z)
            builder.box(glass, (0.012, 0.075, 0.05), GLASS, Material.GLASS)


def _add_handles(builder: MeshBuilder, shape: CarShape) -> None:
    for x in shape.doors_m[1:]:
        z = float(shape.shoulder_m(x)) - 0.15
        for side in (1.0, -1.0):
            builder.box((x + 0.15, side * 0.5 * shape.width_m * 0.98, z), (0.09, 0.022, 0.013), CHROME, Material.METAL)


def _add_roof_rails(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """A rail on each side of the roof, which falls towards both ends as the roof does."""
    share = np.linspace(0.85, -0.85, (5, 3)[level])
    front, back = shape.windscreen_m[1], shape.rear_screen_m[1]
    x = 0.5 * (front + back) + 0.5 * (front - back) * share
    z = shape.height_m - shape.roof_crown_m * (1.0 + share**2) + 0.02
    for side in (1.0, -1.0):
        y = np.full(len(x), side * (0.5 * shape.width_m * shape.roof_share - 0.09))
        builder.tube(np.stack([x, y, z], axis=1), 0.018, BLACK, Material.BLACK, segments=4)


def _add_wipers(builder: MeshBuilder, shape: CarShape) -> None:
    """Two wipers at the foot of the windscreen, which bows back towards the sides."""
    foot_m = 0.5 * shape.width_m * shape.foot_share
    depth_m = 0.05 * (shape.windscreen_m[0] - shape.rear_screen_m[0])
    for start, end in ((0.46, -0.04), (-0.12, -0.62)):
        path = []
        for share, lift in ((start, 0.030), (end, 0.055)):
            x = shape.windscreen_m[0] - depth_m * share**2 - 0.6 * lift
            path.append((x, share * foot_m, float(shape.shoulder_m(x)) + lift))
        builder.tube(path, 0.009, BLACK, Material.BLACK, segments=4, cap=False)
