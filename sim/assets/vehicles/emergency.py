"""Police cars and fire trucks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.assets.vehicles.body import add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.cars import (
    CHROME,
    add_car_details,
    front_patches,
    glass_patches,
    rear_patches,
    side_patches,
)
from sim.assets.vehicles.fixtures import (
    BLACK,
    BLUE_LAMP,
    DARK,
    RED,
    RED_LAMP,
    WHITE,
    YELLOW,
    Color,
    add_light_bar,
)
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch
from sim.assets.vehicles.trucks import TruckPlan, add_cab, add_chassis, add_rear_lamps

_INF = float("inf")
_SHUTTER: Color = (0.42, 0.42, 0.43)


def repainted(mesh: Mesh, color: Color) -> Mesh:
    """The mesh with `color` in place of the actor's paint."""
    paint = mesh.color[:, :1] < 0
    return replace(mesh, color=np.where(paint, np.array(color, dtype=np.float32), mesh.color).astype(np.float32))


def add_police_car(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a dark car with white doors and roof, a red and blue light bar, and a push bar."""
    hw = 0.5 * shape.width_m
    doors = (min(shape.doors_m), max(shape.doors_m))
    white_doors = Patch(doors, (0.8 * hw, _INF), (shape.clearance_m + 0.04, shape.tail_m + 1.0), WHITE, Material.PAINT)
    lower = [white_doors, *front_patches(shape), *rear_patches(shape), *side_patches(shape)]
    upper = [Patch((-0.75, 0.9), (0.9, _INF), ALL, WHITE, Material.PAINT), *glass_patches(shape, level)]
    add_lower_body(builder, shape, lower, level)
    add_greenhouse(builder, shape, upper, level)
    add_running_gear(builder, shape, level, spokes=10)
    add_car_details(builder, shape, level)
    middle = 0.5 * (shape.windscreen_m[1] + shape.rear_screen_m[1])
    add_light_bar(builder, (middle + 0.1, 0, shape.height_m - 0.01), 0.66 * shape.width_m, level, (RED_LAMP, BLUE_LAMP))
    if level == 0:
        x = 0.5 * shape.length_m
        for y in (0.25, -0.25):
            builder.box((x - 0.03, y, 0.5), (0.03, 0.03, 0.16), BLACK, Material.BLACK)
        builder.tube([(x - 0.01, 0.5, 0.6), (x - 0.01, -0.5, 0.6)], 0.03, BLACK, Material.BLACK, segments=6)


def add_fire_truck(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    """Add a fire truck: crew cab, lockers with shutters, ladders on the roof, light bars, chevrons at the rear."""
    body_top_m = plan.height_m - 0.55
    cab = replace(plan.cab, height_m=plan.height_m - 0.62)
    add_cab(builder, cab, plan.front_m, level)
    add_chassis(builder, plan, level)
    add_rear_lamps(builder, replace(plan, height_m=body_top_m), level)
    _add_locker_body(builder, plan, body_top_m, level)
    _add_chevrons(builder, plan, body_top_m, level)
    x = plan.front_m - 0.45 * cab.length_m
    add_light_bar(builder, (x, 0, cab.height_m), 0.8 * cab.width_m, level)
    rear = plan.box_m[0]
    for side in (1.0, -1.0):
        builder.box(
            (rear + 0.12, side * 0.40 * plan.width_m, body_top_m + 0.08), (0.1, 0.1, 0.08), BLUE_LAMP, Material.BEACON
        )
    _add_ladder(builder, plan, body_top_m, level)
    _add_waist_stripe(builder, plan, level)


def _add_locker_body(builder: MeshBuilder, plan: TruckPlan, top_m: float, level: int) -> None:
    rear, front = plan.box_m
    z0, hw = plan.deck_m, 0.5 * plan.width_m
    red = (-1.0, 0.0, 0.0)
    builder.box(
        (0.5 * (rear + front), 0, 0.5 * (z0 + top_m)),
        (0.5 * (front - rear), hw, 0.5 * (top_m - z0)),
        red,
        Material.PAINT,
    )
    axles = plan.rear_axles_m
    for side in (1.0, -1.0):
        # skirts below the deck before and behind the rear wheels
        for low, high in (
            (rear, min(axles) - plan.wheel_radius_m - 0.12),
            (max(axles) + plan.wheel_radius_m + 0.12, front),
        ):
            if high - low > 0.1:
                center = (0.5 * (low + high), side * (hw - 0.2), 0.5 * (z0 + 0.55))
                builder.box(center, (0.5 * (high - low), 0.2, 0.5 * (z0 - 0.55)), red, Material.PAINT)
        edges = np.linspace(rear + 0.15, front - 0.15, 4)
        for i in range(3):
            _add_shutter(builder, (edges[i] + 0.07, edges[i + 1] - 0.07), (z0 + 0.15, top_m - 0.28), side * hw, level)


def _add_shutter(
    builder: MeshBuilder, x_m: tuple[float, float], z_m: tuple[float, float], y_m: float, level: int
) -> None:
    """A roller shutter: light slats with dark gaps between them, and a bar to lift it."""
    slats = (12, 3, 1)[level]
    z = np.linspace(z_m[0], z_m[1], slats + 1)
    gap = 0.18 * (z[1] - z[0])
    rows = np.sort(np.concatenate([z, z[:-1] + gap])) if level < 2 else z
    side = np.sign(y_m)
    x = np.array(x_m if side < 0 else x_m[::-1])
    points = np.stack(np.broadcast_arrays(x[:, None], y_m + 0.008 * side, rows[None]), axis=-1)
    color = np.tile(np.array(_SHUTTER), (1, len(rows) - 1, 1))
    material = np.full((1, len(rows) - 1), int(Material.METAL))
    if level < 2:
        color[:, ::2] = DARK
        material[:, ::2] = Material.BLACK
    builder.grid(points, color, material)
    if level == 0:
        center = (0.5 * sum(x_m), y_m + 0.015 * side, z_m[0] + 0.06)
        builder.box(center, (0.3 * (x_m[1] - x_m[0]), 0.015, 0.02), CHROME, Material.METAL)


def _add_chevrons(builder: MeshBuilder, plan: TruckPlan, top_m: float, level: int) -> None:
    """Red and yellow retro-reflective chevrons on the rear wall, pointing up to the middle."""
    x, hw, z0 = plan.box_m[0] - 0.012, 0.5 * plan.width_m - 0.04, plan.deck_m - 0.05
    stripes = (9, 6, 4)[level]
    height, slope = top_m - z0 - 0.05, 0.9
    total = height + slope * hw
    edge = np.linspace(0.0, total, stripes + 1)
    for side in (1.0, -1.0):
        triangles, colors = [], []
        for i in range(stripes):
            # a stripe is the part of the wall with low <= z + slope * |y| <= high: clipped to the wall
            polygon = _clipped_stripe(edge[i], edge[i + 1], slope, hw, height)
            for k in range(1, len(polygon) - 1):
                triangles.append([polygon[0], polygon[k], polygon[k + 1]])
                colors.append(RED if i % 2 else YELLOW)
        flat = np.array(triangles)
        corners = np.stack([np.full(flat.shape[:2], x), side * flat[..., 0], z0 + flat[..., 1]], axis=-1)
        builder.triangles(corners if side < 0 else corners[:, ::-1], colors, Material.RETRO)


def _clipped_stripe(low: float, high: float, slope: float, half_width: float, height: float) -> np.ndarray:
    """Corners (K, 2) of {0 <= y <= half_width, 0 <= z <= height, low <= z + slope * y <= high}, counter-clockwise."""
    polygon = np.array([[0.0, 0.0], [half_width, 0.0], [half_width, height], [0.0, height]])
    for sign, limit in ((1.0, low), (-1.0, -high)):
        value = sign * (polygon[:, 1] + slope * polygon[:, 0]) - limit
        kept = []
        for i in range(len(polygon)):
            j = (i + 1) % len(polygon)
            if value[i] >= 0:
                kept.append(polygon[i])
            if value[i] * value[j] < 0:
                kept.append(polygon[i] + value[i] / (value[i] - value[j]) * (polygon[j] - polygon[i]))
        polygon = np.array(kept).reshape(-1, 2)
    return polygon


def _add_ladder(builder: MeshBuilder, plan: TruckPlan, top_m: float, level: int) -> None:
    """A ladder along the roof, from above the rear to above the cab."""
    start, end = plan.box_m[0] + 0.1, plan.front_m - 0.25 * plan.cab.length_m
    z = plan.height_m - 0.06
    rail = 0.05 if level < 2 else 0.06
    for y in (0.34, -0.34):
        builder.box((0.5 * (start + end), y, z), (0.5 * (end - start), 0.03, rail), CHROME, Material.METAL)
    rungs = (18, 8, 0)[level]
    for x in np.linspace(start + 0.15, end - 0.15, rungs):
        builder.box((x, 0, z), (0.02, 0.34, 0.02), CHROME, Material.METAL)
    for x in (start + 0.4, 0.5 * (start + end)):
        builder.box((x, 0, 0.5 * (z + top_m)), (0.06, 0.4, 0.5 * (z - top_m)), DARK, Material.BLACK)


def _add_waist_stripe(builder: MeshBuilder, plan: TruckPlan, level: int) -> None:
    rear, front = plan.box_m
    for side in (1.0, -1.0):
        center = (0.5 * (rear + front), side * 0.5 * plan.width_m, plan.deck_m + 0.06)
        builder.box(center, (0.5 * (front - rear), 0.012, 0.05), WHITE if level else YELLOW, Material.RETRO)
