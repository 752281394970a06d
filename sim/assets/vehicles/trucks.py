"""Box trucks: a cab over the axle, a chassis, and a box with doors, bars, tape and lamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_arch_liners, add_greenhouse, add_lower_body
from sim.assets.vehicles.cars import AMBER, CHROME, HEADLAMP, PLATE, TAILLAMP, glass_patches, side_patches
from sim.assets.vehicles.fixtures import (
    BLACK,
    DARK,
    RED,
    WHITE,
    Color,
    add_arm_mirror,
    add_lock_bars,
    add_mud_flap,
    add_tape,
)
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import Patch
from sim.assets.vehicles.wheels import add_wheel

_INF = float("inf")
_GAP_M = 0.10
"""Between cab and box."""


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
    add_cab(builder, plan.cab, plan.front_m, level)
    add_chassis(builder, plan, level)
    _add_box(builder, plan, level)
    add_rear_lamps(builder, plan, level)
    if level == 0:
        _add_doors(builder, plan)
        _add_side_details(builder, plan)
    if level < 2:
        _add_deflector(builder, plan, level)


def add_cab(builder: MeshBuilder, shape: CarShape, front_m: float, level: int) -> None:
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
        head = (shape.windscreen_m[0] - 0.02, side * (hw + 0.12), shape.height_m - 0.62)
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
    for x in plan.rear_axles_m:
        for side in (1.0, -1.0):
            y = side * (hw - 0.26)
            add_wheel(builder, (x, y, r), r, 0.46, level, rim=(0.33, 0.33, 0.34), spokes=0, rim_share=0.56)
    builder.box((rear - 0.0, 0, 0.58), (0.05, hw * 0.92, 0.06), (0.10, 0.10, 0.10), Material.METAL)
    low = min(plan.rear_axles_m) - r
    span = (max(plan.rear_axles_m) + r + 0.15, front - 0.25)
    for side in (1.0, -1.0):
        builder.box(
            (0.5 * sum(span), side * (hw - 0.08), 0.72),
            (0.5 * (span[1] - span[0]), 0.03, 0.17),
            (0.08, 0.08, 0.08),
            Material.METAL,
        )
        if level < 2:
            add_mud_flap(builder, (low - 0.08, side * (hw - 0.28), 0.52), 0.25, 0.26)
    if level == 0:
        tank = [(span[1] - 1.0, hw - 0.42, 0.72), (span[1] - 0.1, hw - 0.42, 0.72)]
        builder.tube(tank, 0.24, (0.45, 0.45, 0.46), Material.METAL, segments=10)


def _add_box(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """The cargo box: painted side walls, plain roof, front and rear."""
    rear, front = plan.box_m
    hw, z0, z1 = 0.5 * plan.width_m, plan.deck_m, plan.height_m
    for side in (1.0, -1.0):
        # stations along the wall, from the rear, and up: the band, and a logo of blocks
        x = rear + (front - rear) * np.array([0.0, 0.18, 0.28, 0.36, 0.44, 0.54, 0.62, 0.72, 1.0])
        z = z0 + (z1 - z0) * np.array([0.0, 0.05, 0.16, 0.26, 0.46, 0.72, 0.97, 1.0])
        if level == 2:
            x, z = x[[0, 1, 7, 8]], z[[0, 2, 3, 4, 5, 7]]
        elif level == 1:
            x, z = x[[0, 1, 4, 5, 7, 8]], z[[0, 2, 3, 4, 5, 7]]
        color = _livery(plan, (x - rear) / (front - rear), (z - z0) / (z1 - z0))
        wall = np.stack([*np.meshgrid(x, z, indexing="ij")], axis=-1)
        points = np.stack([wall[..., 0], np.full(wall.shape[:2], side * hw), wall[..., 1]], axis=-1)
        # along x the outside of a wall is -y; the left wall runs the other way
        if side > 0:
            points, color = points[::-1], color[::-1]
        builder.grid(points, color, Material.PANEL)
    middle, half = (
        np.array([0.5 * (rear + front), 0.0, 0.5 * (z0 + z1)]),
        np.array([0.5 * (front - rear), hw, 0.5 * (z1 - z0)]),
    )
    faces = [((1, 0, 0), (0, 1, 0)), ((-1, 0, 0), (0, -1, 0)), ((0, 0, 1), (1, 0, 0)), ((0, 0, -1), (0, 1, 0))]
    for normal, across in faces:
        n, u = np.array(normal, dtype=float), np.array(across, dtype=float)
        v = np.cross(n, u)
        corners = [[middle + half * (n + a * u + b * v) for b in (-1, 1)] for a in (-1, 1)]
        builder.grid(corners, plan.box if normal[2] >= 0 else DARK, Material.PANEL)


def _livery(plan: TruckPlan, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Colour of each wall cell, from the shares along and up: a band below, blocks like letters in the middle."""
    cx, cz = 0.5 * (x[:-1] + x[1:]), 0.5 * (z[:-1] + z[1:])
    color = np.tile(np.asarray(plan.box), (len(cx), len(cz), 1))
    color[:, (cz > 0.16) & (cz < 0.26)] = plan.band
    letters = (cx > 0.18) & (cx < 0.72) & (np.arange(len(cx)) % 2 == 1)
    color[np.ix_(letters, (cz > 0.46) & (cz < 0.72))] = plan.band
    color[:, (cz < 0.05) | (cz > 0.97)] = np.array([0.33, 0.33, 0.34])
    return color


def add_rear_lamps(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add tail lamps, marker lamps and plate at the rear."""
    x, hw = plan.box_m[0], 0.5 * plan.width_m
    for side in (1.0, -1.0):
        builder.box((x - 0.03, side * 0.76 * hw, 0.78), (0.02, 0.13, 0.07), TAILLAMP, Material.TAILLAMP)
        if level == 2:
            continue
        builder.box((x - 0.03, side * 0.90 * hw, 0.78), (0.021, 0.05, 0.07), AMBER, Material.INDICATOR)
        builder.box((x - 0.02, side * 0.90 * hw, plan.height_m - 0.05), (0.02, 0.07, 0.025), RED, Material.TAILLAMP)
        builder.box((x - 0.02, side * 0.15 * hw, plan.height_m - 0.05), (0.02, 0.06, 0.02), RED, Material.TAILLAMP)
    if level < 2:
        builder.box((x - 0.055, 0, 0.66), (0.008, 0.26, 0.06), PLATE, Material.PLATE)


def _add_doors(builder: MeshBuilder, plan: TruckPlan) -> None:
    """Frame, centre gap, lock bars and tape of the rear doors."""
    x, hw = plan.box_m[0], 0.5 * plan.width_m
    z0, z1 = plan.deck_m, plan.height_m
    frame = (0.26, 0.26, 0.27)
    for side in (1.0, -1.0):
        builder.box(
            (x - 0.008, side * (hw - 0.045), 0.5 * (z0 + z1)), (0.012, 0.045, 0.5 * (z1 - z0)), frame, Material.METAL
        )
        for z in np.linspace(z0 + 0.25, z1 - 0.25, 4):
            builder.box((x - 0.018, side * (hw - 0.06), z), (0.014, 0.06, 0.035), DARK, Material.BLACK)
        start = (x - 0.004, side * (hw - 0.12), z0 + 0.14)
        add_tape(builder, start, (x - 0.004, side * 0.04, z0 + 0.14), (-1, 0, 0), 8)
    for z in (z0 + 0.03, z1 - 0.03):
        builder.box((x - 0.008, 0, z), (0.012, hw, 0.03), frame, Material.METAL)
    builder.box((x - 0.004, 0, 0.5 * (z0 + z1)), (0.008, 0.012, 0.48 * (z1 - z0)), BLACK, Material.BLACK)
    add_lock_bars(builder, x - 0.024, (0.30 * hw, -0.30 * hw, 0.68 * hw, -0.68 * hw), (z0 + 0.04, z1 - 0.04))


def _add_side_details(builder: MeshBuilder, plan: TruckPlan) -> None:
    """Amber side markers and reflective tape along the lower edge of the box."""
    rear, front = plan.box_m
    hw = 0.5 * plan.width_m
    for side in (1.0, -1.0):
        for x in np.linspace(rear + 0.3, front - 0.3, 4):
            builder.box((x, side * hw, plan.deck_m + 0.03), (0.05, 0.012, 0.02), AMBER, Material.INDICATOR)
        ends = ((rear + 0.1, side * hw, plan.deck_m + 0.09), (front - 0.1, side * hw, plan.deck_m + 0.09))
        start, end = ends if side < 0 else ends[::-1]
        add_tape(builder, start, end, (0, side, 0), 16, 0.05)


def _add_deflector(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """The wind deflector on the cab's roof, where the box stands higher than the cab."""
    rise = plan.height_m - plan.cab.height_m
    if rise < 0.25:
        return
    back, hw, z0 = plan.box_m[1] + _GAP_M + 0.05, 0.44 * plan.cab.width_m, plan.cab.height_m - 0.04
    front = back + 0.6 * plan.cab.length_m
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
