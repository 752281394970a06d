"""Buses: livery, doors, people behind the windows, roof units, destination in lamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import STEEL, add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.bus_people import add_passengers
from sim.assets.vehicles.cars import AMBER, BLACK, HEADLAMP, PLATE, TAILLAMP, glass_patches
from sim.assets.vehicles.fixtures import DARK, WHITE, YELLOW, Color, add_arm_mirror
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch, Range
from sim.assets.vehicles.style import BODY_COLOR

_INF = float("inf")
_SIGN_AMBER: Color = (0.75, 0.30, 0.02)
_GLASS: Color = (0.05, 0.06, 0.07)
"""Lighter than a car's: through so much glass on both sides the day is seen."""
_POSTERS: tuple[Color, ...] = ((0.55, 0.10, 0.06), (0.62, 0.55, 0.10), (0.08, 0.25, 0.45), (0.60, 0.58, 0.55))


@dataclass(frozen=True, slots=True)
class BusLook:
    """What tells one bus from another of its shape.

    Args:
        upper: colour above the stripe.
        roof_band: colour of the band over the windows.
        stripe: colour of the stripe under the windows; None: none.
        posters: x range of the pictures on both sides, as shares of the length; None: none.
        doors: x ranges of glass doors on the right side, as shares of the length.
        roof_units: middle, half length (shares of the length), half width (share), height of each.
        mirrors_out_m: how far outside the walls the mirrors hang.
        has_signs: whether lamps show a destination in front and at the rear.
        luggage: whether the sides have flaps of a luggage hold.
    """

    upper: Color = BODY_COLOR
    roof_band: Color = WHITE
    stripe: Color | None = YELLOW
    posters: Range | None = (-0.16, 0.12)
    doors: tuple[Range, ...] = ((0.353, 0.459), (-0.073, 0.073))
    roof_units: tuple[tuple[float, float, float, float], ...] = (
        (-0.10, 0.13, 0.55, 0.12),
        (0.26, 0.07, 0.5, 0.08),
        (-0.37, 0.08, 0.58, 0.10),
    )
    mirrors_out_m: float = 0.16
    has_signs: bool = True
    luggage: bool = False


CITY: Final = BusLook()


def add_bus(builder: MeshBuilder, shape: CarShape, level: int, look: BusLook = CITY) -> None:
    """Add a bus with a flat front."""
    add_lower_body(builder, shape, _livery(shape, look) + _ends(shape) + _door_patches(shape, look), level)
    add_greenhouse(builder, shape, _window_patches(shape, look, level), level)
    add_running_gear(builder, shape, level, spokes=10, rim=STEEL)
    _add_roof_units(builder, shape, look, level)
    hw, x = 0.5 * shape.width_m, 0.5 * shape.length_m
    for side in (1.0, -1.0):
        foot = (x - 0.12, side * 0.93 * hw, 0.82 * shape.height_m)
        head = (x - 0.05, side * (hw + look.mirrors_out_m), 0.66 * shape.height_m)
        add_arm_mirror(builder, foot, head, (0.06, 0.11, 0.28), level)
    if look.has_signs and level < 2:
        _add_signs(builder, shape)
    if level == 0:
        add_passengers(builder, shape)
        _add_engine_slats(builder, shape)


def _livery(shape: CarShape, look: BusLook) -> list[Patch]:
    """Upper band, coloured stripe, posters, flaps of the luggage hold."""
    belt, low, hw = shape.nose_m, shape.clearance_m, 0.5 * shape.width_m
    side = (0.9 * hw, _INF)
    patches = [Patch(ALL, side, (low + 0.30, low + 0.33), BLACK, Material.BLACK, coarsest=0)]
    if look.upper != BODY_COLOR:
        patches.append(Patch(ALL, side, (belt - 0.30, _INF), look.upper, Material.PANEL))
    if look.stripe is not None:
        patches.append(Patch(ALL, side, (belt - 0.38, belt - 0.30), look.stripe, Material.PANEL, coarsest=1))
    if look.posters is not None:
        ends = np.linspace(*look.posters, len(_POSTERS) + 1) * shape.length_m
        for i, color in enumerate(_POSTERS):
            x = (float(ends[i]), float(ends[i + 1]))
            patches.append(Patch(x, side, (low + 0.33, belt - 0.10), color, Material.PANEL, coarsest=1))
    if look.luggage:
        between = (min(shape.axles_m) + 0.7, max(shape.axles_m) - 0.7)
        for x_m in np.linspace(*between, 5):
            seam = (float(x_m) - 0.008, float(x_m) + 0.008)
            patches.append(Patch(seam, side, (low + 0.08, belt - 0.35), BLACK, Material.BLACK, coarsest=0))
        patches.append(Patch(between, side, (belt - 0.36, belt - 0.344), BLACK, Material.BLACK, coarsest=0))
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
        Patch(rear, ALL, (-1, low + 0.36), DARK, Material.BLACK, coarsest=1),
        Patch(rear, (0.76 * hw, 0.96 * hw), (low + 0.36, low + 1.15), TAILLAMP, Material.TAILLAMP),
        Patch(rear, (0.76 * hw, 0.96 * hw), (low + 0.72, low + 0.90), AMBER, Material.INDICATOR, coarsest=0),
        Patch(rear, (-1, 0.30), (low + 0.12, low + 0.25), PLATE, Material.PLATE, coarsest=1),
    ]


def _door_patches(shape: CarShape, look: BusLook) -> list[Patch]:
    """Glass doors down to the sill."""
    low, hw = shape.clearance_m, 0.5 * shape.width_m
    patches = []
    for start, end in look.doors:
        x0, x1 = start * shape.length_m, end * shape.length_m
        middle = 0.5 * (x0 + x1)
        patches.append(
            Patch((x0, x1), (0.8 * hw, _INF), (low + 0.05, _INF), BLACK, Material.BLACK, side=-1, coarsest=1)
        )
        for a, b in ((x0 + 0.06, middle - 0.03), (middle + 0.03, x1 - 0.06)):
            patches.append(
                Patch((a, b), (0.8 * hw, _INF), (low + 0.14, _INF), _GLASS, Material.GLASS, side=-1, coarsest=0)
            )
    return patches


def _window_patches(shape: CarShape, look: BusLook, level: int) -> list[Patch]:
    """Windows all round, under a roof band."""
    high = shape.window_rows[1]
    below, above = (-_INF, high + 0.03), (high + 0.03, _INF)
    walls = [] if look.upper == BODY_COLOR else [Patch(ALL, ALL, below, look.upper, Material.PANEL)]
    if look.roof_band != BODY_COLOR:
        walls.append(Patch(ALL, ALL, above, look.roof_band, Material.PANEL, coarsest=1))
    windows = glass_patches(shape, level, one_band_from=1)
    return walls + [p._replace(color=_GLASS) if p.material == Material.GLASS else p for p in windows]


def _add_signs(builder: MeshBuilder, shape: CarShape) -> None:
    """In lamps, the destination in front, and the line at the rear."""
    hw, height = 0.5 * shape.width_m, shape.height_m
    for top, out, below_m, share in (
        (shape.windscreen_m[1], 1.0, 0.42, 0.66),
        (shape.rear_screen_m[1], -1.0, 0.36, 0.36),
    ):
        x = top + 0.05 * out
        builder.box((x, 0, height - below_m), (0.05, share * hw, 0.16), BLACK, Material.BLACK)
        lamps = (0.004, (share - 0.10) * hw, 0.10)
        builder.box((x + 0.052 * out, 0, height - below_m), lamps, _SIGN_AMBER, Material.MATTE)


def _add_engine_slats(builder: MeshBuilder, shape: CarShape) -> None:
    """The slats of the engine's air outlet at the rear."""
    hw, x = 0.5 * shape.width_m, 0.5 * shape.length_m
    for z in np.arange(shape.clearance_m + 0.42, shape.tail_m - 0.10, 0.14):
        builder.box((-x + 0.02, 0, z), (0.03, 0.55 * hw, 0.035), DARK, Material.BLACK)


def _add_roof_units(builder: MeshBuilder, shape: CarShape, look: BusLook, level: int) -> None:
    """Air conditioning and hatches on the roof."""
    z, hw = shape.height_m - 0.02, 0.5 * shape.width_m
    for x, half, share, tall in look.roof_units[: 3 if level < 2 else 1]:
        center = (x * shape.length_m, 0, z + tall * 0.5)
        builder.box(center, (half * shape.length_m, share * hw, 0.5 * tall), (0.62, 0.62, 0.62), Material.PANEL)
