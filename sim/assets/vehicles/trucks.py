"""Trucks: a cab over the axle, a chassis, rear lamps; and the box truck that they make with a cargo box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_arch_liners, add_greenhouse, add_lower_body
from sim.assets.vehicles.cargo_box import CargoBox, add_cargo_box
from sim.assets.vehicles.cars import AMBER, CHROME, HEADLAMP, PLATE, TAILLAMP, glass_patches, side_patches
from sim.assets.vehicles.fixtures import (
    BLACK,
    DARK,
    RED,
    WHITE,
    Color,
    add_arm_mirror,
    add_mud_flap,
)
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import Patch
from sim.assets.vehicles.wheels import add_wheel

_INF = float("inf")
_GAP_M = 0.10
"""Between cab and box."""
_FLAP_FOOT_M = 0.30
"""So far the flap behind the wheels ends above the road."""


@dataclass(frozen=True, slots=True)
class TruckPlan:
    """Where the parts of a truck are.

    Args:
        length_m: bumper to bumper.
        width_m: of the box, without mirrors.
        height_m: of the box.
        cab: shape of the cab, with its own length and height.
        deck_m: height of the box's floor.
        wheel_radius_m: of all wheels.
        rear_axles_m: x of the axles under the box.
        mirrors_out_m: how far outside the cab's walls the mirrors hang.
        band: colour of the stripe and logo on the box.
        box: colour of the box.
    """

    length_m: float
    width_m: float
    height_m: float
    cab: CarShape
    deck_m: float
    wheel_radius_m: float
    rear_axles_m: tuple[float, ...]
    mirrors_out_m: float = 0.12
    band: Color = (0.45, 0.03, 0.03)
    box: Color = WHITE

    @property
    def front_m(self) -> float:
        """Where the bumper is (x)."""
        return 0.5 * self.length_m

    @property
    def box_m(self) -> tuple[float, float]:
        """Where rear and front wall of the box are (x)."""
        return -0.5 * self.length_m + 0.06, self.front_m - self.cab.length_m - _GAP_M


def add_box_truck(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add a complete box truck."""
    add_cab(builder, plan.cab, plan.front_m, level, plan.mirrors_out_m)
    add_chassis(builder, plan, level)
    box = CargoBox(plan.box_m, plan.width_m, (plan.deck_m, plan.height_m), plan.band, plan.box, has_shutter=True)
    add_cargo_box(builder, box, level)
    add_rear_lamps(builder, plan, level)
    if level < 2:
        add_roof_deflector(builder, plan.cab, (plan.box_m[1] + _GAP_M + 0.05, plan.height_m), level)


def add_cab(builder: MeshBuilder, shape: CarShape, front_m: float, level: int, mirrors_out_m: float = 0.12) -> None:
    """Add a cab whose front stands at `front_m`, with bumper, lamps, grille, steps and mirrors."""
    cab = MeshBuilder()
    add_lower_body(cab, shape, _cab_patches(shape), level)
    add_greenhouse(cab, shape, [*glass_patches(shape, level), _sun_visor(level)], level)
    x, hw = 0.5 * shape.length_m, 0.5 * shape.width_m
    for side in (1.0, -1.0):
        y = side * (hw - 0.5 * shape.wheel_width_m - 0.02)
        axle = (shape.axles_m[0], y, shape.wheel_radius_m)
        add_wheel(cab, axle, shape.wheel_radius_m, shape.wheel_width_m, level, spokes=0, rim_share=0.58)
        foot = (shape.windscreen_m[0] - 0.12, side * hw * 0.97, shape.height_m - 0.35)
        head = (shape.windscreen_m[0] - 0.02, side * (hw + mirrors_out_m), shape.height_m - 0.62)
        add_arm_mirror(cab, foot, head, (0.05, 0.11, 0.24), level)
    add_arch_liners(cab, shape, level)
    cab.box((shape.axles_m[0], 0, 0.72), (0.46 * shape.length_m, hw - 0.36, 0.2), BLACK, Material.BLACK)
    if level == 0:
        for side in (1.0, -1.0):
            for z in (0.0, 0.3):
                step = (x - 0.42, side * (hw - 0.03), shape.clearance_m + 0.06 + z)
                cab.box(step, (0.16, 0.04, 0.02), CHROME, Material.METAL)
            cab.box((shape.doors_m[-1] + 0.2, side * hw, 1.42), (0.08, 0.02, 0.018), BLACK, Material.BLACK)
    builder.add(cab.build(), t_m=(front_m - x, 0.0, 0.0))


def _cab_patches(shape: CarShape) -> list[Patch]:
    hw, ahead = 0.5 * shape.width_m, 0.5 * shape.length_m
    low, belt = shape.clearance_m, shape.nose_m
    front = (ahead - 0.26, _INF)
    slats = [
        Patch(front, (-1, 0.60 * hw), (z, z + 0.05), DARK, Material.BLACK, coarsest=0)
        for z in np.arange(low + 0.62, belt - 0.12, 0.10)
    ]
    return [
        Patch(front, (-1, 0.60 * hw), (low + 0.56, belt - 0.10), (0.06, 0.06, 0.062), Material.MATTE, coarsest=1),
        *slats,
        Patch(front, (-1, 2 * hw), (-1, low + 0.42), (0.09, 0.09, 0.092), Material.MATTE),
        Patch(front, (0.58 * hw, 2 * hw), (low + 0.18, low + 0.36), HEADLAMP, Material.HEADLAMP),
        Patch(front, (0.86 * hw, 2 * hw), (low + 0.18, low + 0.36), AMBER, Material.INDICATOR, coarsest=0),
        Patch(front, (-1, 0.27), (low + 0.18, low + 0.30), PLATE, Material.PLATE, coarsest=1),
        *side_patches(shape),
    ]


def _sun_visor(level: int) -> Patch:
    return Patch((0.8, 2), (-1, 0.95), (0.86, 0.97), BLACK, Material.BLACK, coarsest=0 if level else 1)


def add_chassis(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add frame rails, rear wheels in pairs, mud flaps, side guards, tank, under-run bar."""
    rear, front = plan.box_m
    r, hw = plan.wheel_radius_m, 0.5 * plan.width_m
    builder.box(
        (0.5 * (rear + front) + 0.2, 0, plan.deck_m - 0.16),
        (0.5 * (front - rear) + 0.3, 0.42, 0.12),
        DARK,
        Material.BLACK,
    )
    add_twin_wheels(builder, plan.rear_axles_m, hw, r, level)
    builder.box((rear - 0.0, 0, 0.58), (0.05, hw * 0.92, 0.06), (0.10, 0.10, 0.10), Material.METAL)
    low = min(plan.rear_axles_m) - r
    span = (max(plan.rear_axles_m) + r + 0.15, front - 0.25)
    add_side_guards(builder, span, hw)
    # one flap from side to side: it hides cab and wheels, which under a bright box look like a car
    add_mud_flap(
        builder, (low - 0.10, 0, 0.5 * (plan.deck_m + _FLAP_FOOT_M)), hw - 0.06, 0.5 * (plan.deck_m - _FLAP_FOOT_M)
    )
    if level == 0:
        tank = [(span[1] - 1.0, hw - 0.42, 0.72), (span[1] - 0.1, hw - 0.42, 0.72)]
        builder.tube(tank, 0.24, (0.45, 0.45, 0.46), Material.METAL, segments=10)


def add_twin_wheels(
    builder: MeshBuilder, axles_m: tuple[float, ...], half_width_m: float, radius_m: float, level: int
) -> None:
    """Add wheels in pairs at both ends of axles (x), inside a body of that half width."""
    for x in axles_m:
        for side in (1.0, -1.0):
            center = (x, side * (half_width_m - 0.26), radius_m)
            add_wheel(builder, center, radius_m, 0.46, level, rim=(0.33, 0.33, 0.34), spokes=0, rim_share=0.56)


def add_side_guards(builder: MeshBuilder, span_m: tuple[float, float], half_width_m: float) -> None:
    """Add the boards that keep others from under the load, along `span_m` (x)."""
    for side in (1.0, -1.0):
        builder.box(
            (0.5 * sum(span_m), side * (half_width_m - 0.08), 0.72),
            (0.5 * (span_m[1] - span_m[0]), 0.03, 0.17),
            (0.08, 0.08, 0.08),
            Material.METAL,
        )


def add_rear_lamps(builder: MeshBuilder, plan: TruckPlan, level: int, lamps_top_m: float | None = None) -> None:
    """Add tail lamps, plate, and marker lamps below `lamps_top_m`: the top of the box, unless told."""
    top_m = plan.height_m if lamps_top_m is None else lamps_top_m
    x, hw = plan.box_m[0], 0.5 * plan.width_m
    for side in (1.0, -1.0):
        builder.box((x - 0.05, side * 0.91 * hw, 0.78), (0.02, 0.08, 0.06), TAILLAMP, Material.TAILLAMP)
        if level == 2:
            continue
        builder.box((x - 0.05, side * 0.80 * hw, 0.78), (0.021, 0.03, 0.05), AMBER, Material.INDICATOR)
        builder.box((x - 0.02, side * 0.90 * hw, top_m - 0.05), (0.02, 0.07, 0.025), RED, Material.TAILLAMP)
        builder.box((x - 0.02, side * 0.15 * hw, top_m - 0.05), (0.02, 0.06, 0.02), RED, Material.TAILLAMP)
    if level < 2:
        builder.box((x - 0.055, 0.45 * hw, 0.78), (0.008, 0.26, 0.06), PLATE, Material.PLATE)


def add_roof_deflector(builder: MeshBuilder, cab: CarShape, box_m: tuple[float, float], level: int) -> None:
    """Add a wind deflector that rises from the cab to the box: `box_m` is where it ends (x), and its top (z)."""
    back, top = box_m
    rise = top - cab.height_m
    if rise < 0.25:
        return
    hw, z0 = 0.44 * cab.width_m, cab.height_m - 0.04
    front = back + 0.6 * cab.length_m
    share = np.linspace(0.0, 1.0, (6, 4)[level])
    rows = []
    for y in np.linspace(-1.0, 1.0, (7, 5)[level]):
        x = front + (back - front) * share - 0.12 * y**2 * (1 - share)
        z = z0 + 0.92 * rise * np.sin(0.5 * np.pi * share) * (1.0 - 0.10 * y**4)
        rows.append(np.stack([x, np.full(len(share), y * hw), z], axis=1))
    sheet = np.array(rows)
    builder.grid(sheet, (-1, 0, 0), Material.PAINT)
    for i, outward in ((0, False), (-1, True)):
        edge = sheet[i]
        foot = edge * [1, 1, 0] + [0, 0, z0]
        wall = np.stack([foot, edge], axis=1)
        builder.grid(wall[::-1] if not outward else wall, (-1, 0, 0), Material.PAINT)
