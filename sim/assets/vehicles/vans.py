"""Panel vans, minibuses and ambulances."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.body import add_greenhouse, add_lower_body, add_running_gear
from sim.assets.vehicles.cars import (
    AMBER,
    BLACK,
    PLATE,
    TAILLAMP,
    add_mirrors,
    front_patches,
    glass_patches,
    side_patches,
)
from sim.assets.vehicles.fixtures import RED, WHITE, Color, add_light_bar
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import ALL, Patch

_INF = float("inf")
_FIRM: Color = (0.45, 0.06, 0.02)


class VanDress(NamedTuple):
    """Markings under all else on the lower body and above the belt, and whether light bars stand above both ends."""

    lower: tuple[Patch, ...] = ()
    upper: tuple[Patch, ...] = ()
    has_light_bars: bool = False


PLAIN: Final = VanDress()


def add_van(builder: MeshBuilder, shape: CarShape, level: int, dress: VanDress = PLAIN) -> None:
    """Add a van with double doors at the rear."""
    lower = [*dress.lower, *front_patches(shape), *_rear_patches(shape), *side_patches(shape), _rub_strip(shape)]
    upper = [*dress.upper, *glass_patches(shape, level), *_rear_door_glass(shape)]
    add_lower_body(builder, shape, lower, level)
    add_greenhouse(builder, shape, upper, level)
    add_running_gear(builder, shape, level, spokes=0)
    add_mirrors(builder, shape, level)
    if dress.has_light_bars:
        add_light_bar(builder, (shape.windscreen_m[1] - 0.35, 0.0, shape.height_m), 0.62 * shape.width_m, level)
        add_light_bar(builder, (shape.rear_screen_m[1] + 0.12, 0.0, shape.height_m), 0.4 * shape.width_m, level)
    if level == 0:
        _add_door_gear(builder, shape)


def add_lettered_van(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a van with its firm's name in blocks like letters on the sides and above the rear windows."""
    add_van(builder, shape, level, VanDress(upper=tuple(_letters())))


def add_striped_ambulance(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a van with red bands and light bars."""
    add_van(builder, shape, level, VanDress(tuple(_stripes(shape)), tuple(_upper_stripes()), has_light_bars=True))


def add_minibus(builder: MeshBuilder, shape: CarShape, level: int) -> None:
    """Add a minibus with windows all round and a light upper half."""
    white = Patch(ALL, ALL, (0.62 * shape.shoulder_m(0.0).item(), _INF), WHITE, Material.PAINT)
    two_tone = white._replace(row=(shape.shoulder_m(0.0).item() - 0.22, _INF))
    lower = [two_tone, *front_patches(shape), *_rear_patches(shape), *side_patches(shape)]
    upper = [Patch(ALL, ALL, (-_INF, 0.98), WHITE, Material.PAINT), *glass_patches(shape, level)]
    add_lower_body(builder, shape, lower, level)
    add_greenhouse(builder, shape, upper, level)
    add_running_gear(builder, shape, level, spokes=0)
    add_mirrors(builder, shape, level)
    if level == 0:
        _add_door_gear(builder, shape)


def _rear_patches(shape: CarShape) -> list[Patch]:
    """Tall tail lamps at the edges, double doors, plate, bumper."""
    hw, behind = 0.5 * shape.width_m, -0.5 * shape.length_m
    top, low = shape.tail_m - 0.06, shape.clearance_m
    rear = (-_INF, behind + 0.16)
    return [
        Patch(rear, (-1, 0.012), (low + 0.24, _INF), BLACK, Material.BLACK, coarsest=1),
        Patch(rear, (0.82 * hw - 0.008, 0.82 * hw + 0.008), (low + 0.24, _INF), BLACK, Material.BLACK, coarsest=0),
        Patch(rear, (0.84 * hw, 2 * hw), (top - 0.42, top), TAILLAMP, Material.TAILLAMP),
        Patch(rear, (0.84 * hw, 2 * hw), (top - 0.12, top), AMBER, Material.INDICATOR, coarsest=0),
        Patch(rear, (-1, 2 * hw), (-1, low + 0.22), BLACK, Material.BLACK, coarsest=1),
        Patch(rear, (0.10, 0.62), (top - 0.42, top - 0.31), PLATE, Material.PLATE, side=1, coarsest=1),
    ]


def _rub_strip(shape: CarShape) -> Patch:
    low = shape.clearance_m
    side = (-0.46 * shape.length_m, shape.axles_m[0] - 0.5)
    return Patch(side, (0.8 * 0.5 * shape.width_m, _INF), (low + 0.36, low + 0.44), BLACK, Material.BLACK, coarsest=1)


def _rear_door_glass(shape: CarShape) -> list[Patch]:
    """The bar between the two rear windows, and the door gap above them."""
    _, low, high = shape.rear_glass
    return [
        Patch((-2, -0.7), (-1, 0.05), (low, high), (-1, 0, 0), Material.PAINT, coarsest=1),
        Patch((-2, -0.7), (-1, 0.012), (-_INF, 0.97), BLACK, Material.BLACK, coarsest=0),
    ]


def _stripes(shape: CarShape) -> list[Patch]:
    """A retro-reflective red band round the waist behind the cab's doors, yellow below."""
    waist, behind_cab = shape.tail_m, (-_INF, shape.doors_m[1])
    return [
        Patch(behind_cab, ALL, (waist - 0.26, waist - 0.10), RED, Material.RETRO),
        Patch(behind_cab, ALL, (waist - 0.36, waist - 0.26), (0.75, 0.62, 0.03), Material.RETRO, coarsest=1),
    ]


def _upper_stripes() -> list[Patch]:
    return [
        Patch((-0.9, 0.5), (0.95, 2), (0.62, 0.72), RED, Material.RETRO),
        Patch((-2, -0.95), (0.3, 0.9), (0.62, 0.78), RED, Material.RETRO, coarsest=1),
    ]


def _letters() -> list[Patch]:
    """A coloured field on both sides with light blocks in it."""
    field = Patch((-0.78, 0.38), (0.95, 2), (0.26, 0.58), _FIRM, Material.PAINT, coarsest=1)
    blocks = [
        Patch(x, (0.95, 2), (0.34, 0.50), WHITE, Material.PAINT, coarsest=0)
        for x in ((-0.66, -0.52), (-0.44, -0.26), (-0.18, -0.04), (0.04, 0.24))
    ]
    return [field, *blocks]


def _add_door_gear(builder: MeshBuilder, shape: CarShape) -> None:
    """Handles of the front and rear doors."""
    hw, behind = 0.5 * shape.width_m, -0.5 * shape.length_m
    belt = shape.tail_m
    for side in (1.0, -1.0):
        builder.box(
            (shape.doors_m[1] + 0.16, side * 0.985 * hw, belt - 0.16), (0.09, 0.02, 0.015), BLACK, Material.BLACK
        )
    builder.box((behind + 0.012, -0.10, belt - 0.16), (0.02, 0.06, 0.015), BLACK, Material.BLACK)
