"""School buses: a bonnet, yellow all over with black rails, flashing lamps above both ends, an arm that says stop."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import STEEL, add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.bus_people import add_passengers
from sim.assets.vehicles.cars import AMBER, GLASS, HEADLAMP, PLATE, TAILLAMP, glass_patches
from sim.assets.vehicles.fixtures import BLACK, DARK, RED, RED_LAMP, WHITE, Color, add_arm_mirror
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch

SCHOOL_YELLOW: Final[Color] = (0.78, 0.40, 0.006)
"""National School Bus Glossy Yellow, Federal Standard 595 colour 13432, as linear light."""
_INF = float("inf")
_RAIL_M = 0.05


def add_school_bus(builder: MeshBuilder, shape: CarShape, level: int, arm_out: bool) -> None:
    """Add a school bus; its stop arm stands out to the left, or lies against the wall."""
    add_lower_body(builder, shape, _lower(shape), level)
    add_greenhouse(builder, shape, _upper(shape, level), level)
    add_running_gear(builder, shape, level, spokes=0, rim=STEEL)
    _add_warning_lamps(builder, shape, level)
    add_stop_arm(builder, shape, arm_out, level)
    hw, x = 0.5 * shape.width_m, shape.windscreen_m[0]
    for side in (1.0, -1.0):
        head = (x + 0.25, side * (hw - 0.02), 0.62 * shape.height_m)
        add_arm_mirror(builder, (x - 0.10, side * 0.9 * hw, 0.74 * shape.height_m), head, (0.05, 0.10, 0.22), level)
    if level == 0:
        add_passengers(builder, shape)
        builder.box(
            (0.5 * shape.length_m + 0.01, 0, shape.clearance_m + 0.16), (0.05, 0.94 * hw, 0.10), DARK, Material.BLACK
        )


def _lower(shape: CarShape) -> list[Patch]:
    """Rub rails, lamps, grille and the door."""
    hw, x, low = 0.5 * shape.width_m, 0.5 * shape.length_m, shape.clearance_m
    belt, nose = shape.tail_m, shape.nose_m
    cabin, side = (-_INF, shape.windscreen_m[0] - 0.25), (0.85 * hw, _INF)
    front, rear = (x - 0.30, _INF), (-_INF, -x + 0.30)
    rails = [
        Patch(cabin, side, (z, z + _RAIL_M), BLACK, Material.BLACK, coarsest=1)
        for z in (low + 0.30, low + 0.68, belt - 0.16)
    ]
    door = (shape.windscreen_m[0] - 1.15, shape.windscreen_m[0] - 0.30)
    return [
        *rails,
        Patch(door, side, (low + 0.05, _INF), BLACK, Material.BLACK, side=-1, coarsest=1),
        Patch((door[0] + 0.08, door[1] - 0.08), side, (low + 0.2, _INF), GLASS, Material.GLASS, side=-1, coarsest=0),
        Patch(front, (-1, 0.56 * hw), (low + 0.28, nose - 0.12), BLACK, Material.BLACK, coarsest=1),
        Patch(front, (0.60 * hw, 0.88 * hw), (nose - 0.42, nose - 0.18), HEADLAMP, Material.HEADLAMP),
        Patch(front, (0.62 * hw, 0.86 * hw), (nose - 0.52, nose - 0.43), AMBER, Material.INDICATOR, coarsest=0),
        Patch(front, ALL, (-1, low + 0.20), DARK, Material.BLACK, coarsest=1),
        Patch(rear, ALL, (-1, low + 0.22), DARK, Material.BLACK, coarsest=1),
        Patch(rear, (-1, 0.40), (low + 0.30, _INF), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (-1, 0.38), (low + 0.32, _INF), SCHOOL_YELLOW, Material.PAINT, coarsest=0),
        Patch(rear, (0.74 * hw, 0.94 * hw), (low + 0.50, low + 0.78), TAILLAMP, Material.TAILLAMP),
        Patch(rear, (0.74 * hw, 0.94 * hw), (low + 0.80, low + 0.98), AMBER, Material.INDICATOR, coarsest=0),
        Patch(rear, (0.45, 0.80), (low + 0.32, low + 0.45), PLATE, Material.PLATE, side=1, coarsest=1),
    ]


def _upper(shape: CarShape, level: int) -> list[Patch]:
    """Windows with wide pillars, and the emergency door's glass at the rear."""
    low, high = shape.window_rows
    return [
        *glass_patches(shape, level, one_band_from=2),
        Patch((-2, -0.7), (0.34, 0.40), (low, high + 0.1), SCHOOL_YELLOW, Material.PAINT, coarsest=1),
    ]


def _add_warning_lamps(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Red lamps in black boxes above the windscreen and above the rear windows, with the words between them."""
    hw, z = 0.5 * shape.width_m, shape.height_m - 0.33
    for x, out in ((shape.windscreen_m[1] + 0.02, 1.0), (shape.rear_screen_m[1] - 0.02, -1.0)):
        if level < 2:
            builder.box((x, 0, z), (0.05, 0.80 * hw, 0.14), SCHOOL_YELLOW, Material.PAINT)
            sign = (x + 0.052 * out, 0.0, z)
            builder.box(sign, (0.004, 0.42 * hw, 0.07), BLACK, Material.BLACK)
        for side in (1.0, -1.0):
            at = (x + 0.06 * out, side * 0.66 * hw, z)
            builder.box(at, (0.03, 0.11, 0.11), BLACK, Material.BLACK)
            builder.box((at[0] + 0.025 * out, at[1], z), (0.012, 0.085, 0.085), RED_LAMP, Material.BEACON)


def add_stop_arm(builder: MeshBuilder, shape: CarShape, out: bool, level: int) -> None:
    """Add the octagon on the left wall behind the driver's window: against the wall, or square to it."""
    radius, thick = 0.23, 0.015
    hinge = np.array([shape.windscreen_m[0] - 1.45, 0.5 * shape.width_m + 0.02, shape.tail_m + 0.06])
    along = np.array([0.0, 1.0, 0.0]) if out else np.array([-1.0, 0.0, 0.0])
    normal = np.array([1.0, 0.0, 0.0]) if out else np.array([0.0, 1.0, 0.0])
    center = hinge + along * (radius + (0.10 if out else 0.04))
    angle = np.radians(22.5 + 45.0 * np.arange(8))
    up = np.array([0.0, 0.0, 1.0])
    for scale, color, lift in ((1.0, WHITE, 0.0), (0.88, RED, 0.003)):
        ring = center + scale * radius * (np.cos(angle)[:, None] * along + np.sin(angle)[:, None] * up)
        for face in (1.0, -1.0):
            corners = ring + face * (thick + lift) * normal
            fan = np.stack([np.repeat(corners[:1], 6, 0), corners[1:-1], corners[2:]], axis=1)
            # along x up points along -normal when the arm is out, along +normal when it lies against the wall
            facing = np.cross(along, up) @ normal * face > 0
            builder.triangles(fan if facing else fan[:, ::-1], color, Material.RETRO)
    if level == 0:
        half = np.abs(along) * 0.03 + np.abs(normal) * (thick + 0.012) + up * 0.03
        for z in (0.14, -0.14):
            builder.box(center + z * up, half, RED_LAMP, Material.BEACON)
        rod = 0.5 * (hinge + center)
        builder.box(rod, np.abs(along) * 0.12 + np.abs(normal) * 0.01 + up * 0.02, BLACK, Material.BLACK)
