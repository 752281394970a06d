"""Pickups: a cab, and a bed under a soft cover."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.cars import (
    BLACK,
    PLATE,
    REVERSE,
    TAILLAMP,
    add_car_details,
    front_patches,
    glass_patches,
    side_patches,
)
from sim.assets.vehicles.fixtures import DARK
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import Patch

_INF = float("inf")


def add_pickup(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a pickup with four doors."""
    add_lower_body(builder, shape, front_patches(shape) + _rear_patches(shape) + _bed_gap(shape), level)
    add_greenhouse(builder, shape, glass_patches(shape, level), level)
    add_running_gear(builder, shape, level)
    add_car_details(builder, shape, level)
    _add_bed_cover(builder, shape, level)
    if level < 2:
        bumper = (-0.5 * shape.length_m - 0.01, 0, shape.clearance_m + 0.10)
        builder.box(bumper, (0.06, 0.86 * 0.5 * shape.width_m, 0.09), DARK, Material.METAL)


def _rear_patches(shape: CarShape) -> list[Patch]:
    """Upright lamps at the edges of a tailgate with its gap and handle."""
    hw, behind = 0.5 * shape.width_m, -0.5 * shape.length_m
    top, low = shape.tail_m - 0.05, shape.clearance_m
    rear, lamp = (-_INF, behind + 0.12), (0.80 * hw, 2 * hw)
    gate = 0.78 * hw
    return [
        Patch(rear, (gate - 0.008, gate + 0.008), (low + 0.2, _INF), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (-1, gate), (low + 0.19, low + 0.21), BLACK, Material.BLACK, coarsest=0),
        Patch((-_INF, behind + 0.16), lamp, (top - 0.38, top), TAILLAMP, Material.TAILLAMP),
        Patch(rear, lamp, (top - 0.20, top - 0.12), REVERSE, Material.REVERSE_LAMP, coarsest=0),
        Patch(rear, (-1, 0.16), (top - 0.20, top - 0.10), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (-1, 0.26), (low + 0.03, low + 0.14), PLATE, Material.PLATE, coarsest=1),
        Patch(rear, (-1, 2 * hw), (-1, low + 0.18), DARK, Material.BLACK, coarsest=1),
    ]


def _bed_gap(shape: CarShape) -> list[Patch]:
    """Shut lines, and the gap between cab and bed."""
    x = shape.rear_screen_m[0] - 0.05
    low, hw = shape.clearance_m, 0.5 * shape.width_m
    gap = Patch((x - 0.012, x + 0.012), (0.8 * hw, _INF), (low + 0.05, _INF), BLACK, Material.BLACK, coarsest=0)
    return [gap, *side_patches(shape)]


def _add_bed_cover(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """A black cover over the bed, a little above its edges, and rails beside it."""
    rear, front = -0.5 * shape.length_m + 0.10, shape.rear_screen_m[0] - 0.10
    hw = 0.5 * shape.width_m
    x = np.array([rear, front])
    z = np.asarray(shape.shoulder_m(x)) + shape.edge_radius_m + 0.03
    center, half = (0.5 * float(x.sum()), 0.0, float(z.mean())), (0.5 * (front - rear), 0.80 * hw, 0.018)
    builder.box(center, half, (0.02, 0.02, 0.022), Material.CLOTH if level == 0 else Material.MATTE)
