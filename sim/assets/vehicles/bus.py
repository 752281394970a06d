"""Buses: livery, doors, seats and passengers behind the windows, roof units, a small rear window."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import STEEL, add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.cars import AMBER, BLACK, GLASS, HEADLAMP, PLATE, TAILLAMP, glass_patches
from sim.assets.vehicles.fixtures import DARK, WHITE, YELLOW, Color, add_arm_mirror
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch

_INF = float("inf")
_SEAT: Color = (0.028, 0.032, 0.045)
_POSTER: tuple[Color, ...] = ((0.55, 0.10, 0.06), (0.62, 0.55, 0.10), (0.08, 0.25, 0.45), (0.60, 0.58, 0.55))
# dim, as behind tinted glass: bright ones are found as pedestrians by a detector, and the bus is not
_SHIRTS: tuple[Color, ...] = ((0.06, 0.025, 0.025), (0.03, 0.04, 0.07), (0.07, 0.065, 0.06), (0.03, 0.05, 0.035))
_FACE: Color = (0.075, 0.055, 0.045)


def add_bus(builder: MeshBuilder, shape: CarShape, level: int, mirror_out_m: float = 0.16) -> None:
    """Add a city bus whose mirrors hang `mirror_out_m` outside its walls."""
    add_lower_body(builder, shape, _livery(shape) + _ends(shape) + _door_patches(shape), level)
    add_greenhouse(builder, shape, _window_patches(shape, level), level)
    add_running_gear(builder, shape, level, spokes=10, rim=STEEL)
    _add_roof_units(builder, shape, level)
    hw, x = 0.5 * shape.width_m, 0.5 * shape.length_m
    for side in (1.0, -1.0):
        foot = (x - 0.12, side * 0.93 * hw, 0.82 * shape.height_m)
        head = (x - 0.05, side * (hw + mirror_out_m), 0.66 * shape.height_m)
        add_arm_mirror(builder, foot, head, (0.06, 0.11, 0.28), level)
    if level == 0:
        _add_passengers(builder, shape)
        _add_end_details(builder, shape)


def _livery(shape: CarShape) -> list[Patch]:
    """Light upper band, coloured stripe, and a poster on the left side."""
    belt, low, hw = shape.nose_m, shape.clearance_m, 0.5 * shape.width_m
    side = (0.9 * hw, _INF)
    patches = [
        Patch(ALL, side, (belt - 0.30, _INF), WHITE, Material.PANEL),
        Patch(ALL, side, (belt - 0.38, belt - 0.30), YELLOW, Material.PANEL, coarsest=1),
        Patch(ALL, side, (low + 0.30, low + 0.33), BLACK, Material.BLACK, coarsest=0),
    ]
    ends = np.linspace(-0.16, 0.12, len(_POSTER) + 1) * shape.length_m
    for i, color in enumerate(_POSTER):
        x = (float(ends[i]), float(ends[i + 1]))
        patches.append(Patch(x, side, (low + 0.33, belt - 0.10), color, Material.PANEL, side=1, coarsest=1))
    return patches


def _ends(shape: CarShape) -> list[Patch]:
    """Lamps, plates, grilles and bumpers of front and rear."""
    hw, x = 0.5 * shape.width_m, 0.5 * shape.length_m
    low, belt = shape.clearance_m, shape.nose_m
    front, rear = (x - 0.40, _INF), (-_INF, -x + 0.32)
    return [
        Patch(front, ALL, (-1, low + 0.26), DARK, Material.BLACK, coarsest=1),
        Patch(front, (0.50 * hw, 2 * hw), (low + 0.26, low + 0.60), BLACK, Material.BLACK, coarsest=1),
        Patch(front, (0.54 * hw, 0.88 * hw), (low + 0.31, low + 0.56), HEADLAMP, Material.HEADLAMP),
        Patch(front, (0.88 * hw, 0.98 * hw), (low + 0.31, low + 0.56), AMBER, Material.INDICATOR, coarsest=0),
        Patch(front, (-1, 0.46 * hw), (low + 0.40, low + 0.52), BLACK, Material.BLACK, coarsest=1),
        Patch(front, (-1, 0.80 * hw), (belt - 0.16, _INF), BLACK, Material.BLACK, coarsest=1),
        Patch(front, (-1, 0.30), (low + 0.12, low + 0.25), PLATE, Material.PLATE, coarsest=1),
        Patch(ALL, ALL, (-1, low + 0.08), DARK, Material.BLACK, coarsest=0),
        Patch(rear, (0.76 * hw, 0.96 * hw), (low + 0.36, low + 0.90), TAILLAMP, Material.TAILLAMP),
        Patch(rear, (0.76 * hw, 0.96 * hw), (low + 0.72, low + 0.90), AMBER, Material.INDICATOR, coarsest=0),
        Patch(rear, (-1, 0.30), (low + 0.12, low + 0.25), PLATE, Material.PLATE, coarsest=1),
    ]


def _doors(shape: CarShape) -> tuple[tuple[float, float], ...]:
    """X ranges of the doors on the right: before the front axle, and amidships."""
    ahead = shape.axles_m[0] + shape.arch_radius_m
    return (ahead + 0.25, 0.5 * shape.length_m - 0.42), (-0.75, 0.75)


def _door_patches(shape: CarShape) -> list[Patch]:
    """Glass doors down to the sill."""
    low, hw = shape.clearance_m, 0.5 * shape.width_m
    patches = []
    for x0, x1 in _doors(shape):
        middle = 0.5 * (x0 + x1)
        patches.append(
            Patch((x0, x1), (0.8 * hw, _INF), (low + 0.05, _INF), BLACK, Material.BLACK, side=-1, coarsest=1)
        )
        for a, b in ((x0 + 0.06, middle - 0.03), (middle + 0.03, x1 - 0.06)):
            patches.append(
                Patch((a, b), (0.8 * hw, _INF), (low + 0.14, _INF), GLASS, Material.GLASS, side=-1, coarsest=0)
            )
    return patches


def _window_patches(shape: CarShape, level: int) -> list[Patch]:
    """Windows all round, a small one at the rear, under a light roof band."""
    high = shape.window_rows[1]
    return [
        Patch(ALL, ALL, (high + 0.03, _INF), WHITE, Material.PANEL, coarsest=1),
        *glass_patches(shape, level, one_band_from=1),
    ]


def _add_end_details(builder: MeshBuilder, shape: CarShape) -> None:
    """Destination signs in front and at the rear, and the slats of the engine's air outlet."""
    hw, x, height = 0.5 * shape.width_m, 0.5 * shape.length_m, shape.height_m
    front = shape.windscreen_m[1] + 0.05
    builder.box((front, 0, height - 0.42), (0.05, 0.66 * hw, 0.17), BLACK, Material.BLACK)
    builder.box((front + 0.052, 0, height - 0.42), (0.004, 0.56 * hw, 0.10), (0.75, 0.30, 0.02), Material.MATTE)
    for z in np.arange(shape.clearance_m + 0.42, shape.nose_m - 0.10, 0.14):
        builder.box((-x + 0.02, 0, z), (0.03, 0.55 * hw, 0.035), DARK, Material.BLACK)


def _add_roof_units(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Air conditioning and hatches on the roof."""
    z, hw = shape.height_m - 0.02, 0.5 * shape.width_m
    units = (((-0.10, 0.13), (0.55, 0.12)), ((0.26, 0.07), (0.5, 0.08)), ((-0.37, 0.08), (0.58, 0.10)))
    for (x, half), (share, tall) in units[: 3 if level < 2 else 1]:
        center = (x * shape.length_m, 0, z + tall * 0.5)
        builder.box(center, (half * shape.length_m, share * hw, tall), (0.62, 0.62, 0.62), Material.PANEL)


def _add_passengers(builder: MeshBuilder, shape: CarShape) -> None:
    """Seat backs and people behind the windows, as flat shapes just before the glass."""
    low, high = shape.window_rows
    back, span = shape.rear_screen_m[0], shape.windscreen_m[0] - shape.rear_screen_m[0]
    # the first and the last window bend round the corners
    for i, (start, end) in enumerate(shape.windows[1:-1]):
        for side in (1.0, -1.0):
            for k, share in enumerate((0.30, 0.76)):
                at = (back + span * (start + share * (end - start)), low + 0.36 * (high - low), side)
                _add_silhouette(builder, shape, at, (-0.24, 0.24, 0.36), _SEAT)
                if (i * 5 + k * 3 + (side > 0) * 2) % 3 == 0:
                    shirt = _SHIRTS[(i + 2 * k + (side > 0)) % len(_SHIRTS)]
                    _add_silhouette(builder, shape, at, (-0.30, 0.22, 0.24), shirt)
                    _add_silhouette(builder, shape, at, (0.06, 0.12, 0.15), _FACE)


def _add_silhouette(
    builder: MeshBuilder,
    shape: CarShape,
    at: tuple[float, float, float],
    ellipse_m: tuple[float, float, float],
    color: Color,
) -> None:
    """An eight-sided flat shape (height above `at`, half width, half height); `at` is x, row share, side."""
    angle = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
    x, row, side = at
    lift, rx, rz = ellipse_m
    rise = shape.height_m - shape.roof_crown_m - shape.edge_radius_m - shape.nose_m
    v = row + (lift + np.sin(angle) * rz) / rise
    width = 0.5 * shape.width_m * (shape.foot_share + (shape.roof_share - shape.foot_share) * v)
    # the nearer layer stands a little further out, so that a face hides the seat
    y = side * (
        width + shape.bulge_m * np.sin(np.pi * v) + 0.008 + 0.006 * (color is not _SEAT) + 0.006 * (color is _FACE)
    )
    # rounder than a box, squarer than an ellipse
    along = rx * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.5
    ring = np.stack([x - side * along, y, shape.nose_m + rise * v], axis=1)
    fan = np.stack([np.repeat(ring[:1], 6, 0), ring[1:-1], ring[2:]], axis=1)
    builder.triangles(fan, color, Material.GLASS)
