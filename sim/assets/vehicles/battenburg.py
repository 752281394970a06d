"""Police cars and ambulances in Battenburg markings: squares of retro-reflective sheeting along the sides."""

from __future__ import annotations

from typing import Final

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.cars import add_car_details, front_patches, glass_patches, rear_patches, side_patches
from sim.assets.vehicles.fixtures import RED, YELLOW, Color, add_light_bar
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch, Range
from sim.assets.vehicles.vans import VanDress, add_van

_INF = float("inf")
_POLICE_BLUE: Final[Color] = (0.01, 0.05, 0.42)
_AMBULANCE_GREEN: Final[Color] = (0.01, 0.26, 0.07)
_LAMP_YELLOW: Final[Color] = (0.66, 0.66, 0.03)


def add_checkered_police_car(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add an estate car with blue and yellow squares and a blue light bar."""
    hw, low = 0.5 * shape.width_m, shape.clearance_m
    belt = float(shape.shoulder_m(0.0))
    sides = checkers(
        (-0.44 * shape.length_m, 0.40 * shape.length_m),
        (0.8 * hw, _INF),
        (low + 0.16, 0.5 * (low + 0.16 + belt - 0.14), belt - 0.14),
        8,
        (_LAMP_YELLOW, _POLICE_BLUE),
    )
    behind = (-_INF, -0.5 * shape.length_m + 0.25)
    rear = rear_stripes(behind, 0.74 * hw, (shape.tail_m - 0.20, _INF), (YELLOW, RED))
    add_lower_body(
        builder, shape, [*sides, *rear, *front_patches(shape), *rear_patches(shape), *side_patches(shape)], level
    )
    add_greenhouse(builder, shape, glass_patches(shape, level), level)
    add_running_gear(builder, shape, level, spokes=10)
    add_car_details(builder, shape, level)
    middle = 0.5 * (shape.windscreen_m[1] + shape.rear_screen_m[1])
    add_light_bar(builder, (middle + 0.35, 0, shape.height_m - 0.01), 0.68 * shape.width_m, level)


def add_checkered_ambulance(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a high van with green and yellow squares, and blue light bars above both ends."""
    hw, low = 0.5 * shape.width_m, shape.clearance_m
    belt = shape.tail_m
    squares = checkers(
        (-0.48 * shape.length_m, 0.36 * shape.length_m),
        (0.8 * hw, _INF),
        (belt - 0.62, belt - 0.33, belt - 0.04),
        7,
        (_LAMP_YELLOW, _AMBULANCE_GREEN),
    )
    behind = (-_INF, -0.5 * shape.length_m + 0.14)
    stripes = rear_stripes(behind, hw, (low + 0.24, _INF), (YELLOW, RED))
    upper = Patch((-0.9, 0.55), (0.95, 2), (0.72, 0.84), _AMBULANCE_GREEN, Material.RETRO, coarsest=1)
    add_van(builder, shape, level, VanDress((*squares, *stripes), (upper,), has_light_bars=True))


def checkers(
    x_m: Range, side_y_m: Range, rows_m: tuple[float, float, float], cells: int, colors: tuple[Color, Color]
) -> list[Patch]:
    """Two rows of squares along both sides: Battenburg markings (Home Office PSDB 14/04).

    Args:
        x_m: from rear to front.
        side_y_m: range of |y| that is the side.
        rows_m: lower edge, middle and upper edge.
        cells: squares a row.
        colors: of the squares in turn.
    """
    low, middle, high = rows_m
    step = (x_m[1] - x_m[0]) / cells
    patches = [Patch(x_m, side_y_m, (low, high), colors[0], Material.RETRO)]
    for i in range(cells):
        x = (x_m[0] + i * step, x_m[0] + (i + 1) * step)
        row = (low, middle) if i % 2 else (middle, high)
        patches.append(Patch(x, side_y_m, row, colors[1], Material.RETRO, coarsest=1))
    return patches


def rear_stripes(x_m: Range, half_width_m: float, rows_m: Range, colors: tuple[Color, Color]) -> list[Patch]:
    """Upright stripes across the rear, in turn."""
    edges = [half_width_m * share for share in (0.0, 0.14, 0.38, 0.62, 0.86)]
    patches = [Patch(x_m, ALL, rows_m, colors[0], Material.RETRO)]
    for low, high in (edges[0:2], edges[2:4]):
        patches.append(Patch(x_m, (low or -1.0, high), rows_m, colors[1], Material.RETRO, coarsest=0))
    return patches
