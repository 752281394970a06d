"""Articulated trucks: a tractor and the trailer that rests on it, as one rigid thing."""

from __future__ import annotations

from dataclasses import dataclass

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.assets.vehicles.cargo_box import CargoBox, add_cargo_box
from sim.assets.vehicles.cars import CHROME
from sim.assets.vehicles.fixtures import BLACK, DARK, Color, add_mud_flap
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.trucks import (
    TruckPlan,
    add_cab,
    add_rear_lamps,
    add_roof_deflector,
    add_side_guards,
    add_twin_wheels,
)


@dataclass(frozen=True, slots=True)
class SemitrailerPlan:
    """Where the parts are.

    Args:
        length_m: from the tractor's bumper to the trailer's doors.
        width_m: of the trailer.
        height_m: of the trailer.
        cab: shape of the tractor's cab.
        trailer_m: length of the trailer.
        deck_m: height of its floor.
        wheel_radius_m: of all wheels.
        drive_axle_m: x of the tractor's rear axle.
        trailer_axles_m: x of the trailer's axles.
        band: colour of stripe and logo.
        wall: colour of the trailer.
    """

    length_m: float
    width_m: float
    height_m: float
    cab: CarShape
    trailer_m: float
    deck_m: float
    wheel_radius_m: float
    drive_axle_m: float
    trailer_axles_m: tuple[float, ...]
    band: Color
    wall: Color

    @property
    def box_m(self) -> tuple[float, float]:
        """Where rear and front wall of the trailer are (x)."""
        return -0.5 * self.length_m + 0.06, -0.5 * self.length_m + self.trailer_m


def add_articulated_truck(builder: MeshBuilder, plan: SemitrailerPlan, level: int) -> None:
    """Add tractor and trailer."""
    front = 0.5 * plan.length_m
    add_cab(builder, plan.cab, front, level, mirrors_out_m=0.02)
    _add_tractor_frame(builder, plan, level)
    box = CargoBox(plan.box_m, plan.width_m, (plan.deck_m, plan.height_m), plan.band, plan.wall)
    add_cargo_box(builder, box, level)
    _add_trailer_frame(builder, plan, level)
    whole = TruckPlan(
        plan.length_m, plan.width_m, plan.height_m, plan.cab, plan.deck_m, plan.wheel_radius_m, plan.trailer_axles_m
    )
    add_rear_lamps(builder, whole, level)
    if level < 2:
        add_roof_deflector(builder, plan.cab, (front - plan.cab.length_m + 0.08, plan.height_m), level)


def _add_tractor_frame(builder: MeshBuilder, plan: SemitrailerPlan, level: int) -> None:
    """Frame rails, drive axle with mudguards, tanks and steps between the axles."""
    rear, front = plan.drive_axle_m - 0.75, 0.5 * plan.length_m - 0.6
    hw, r = 0.5 * plan.width_m, plan.wheel_radius_m
    builder.box((0.5 * (rear + front), 0, 0.86), (0.5 * (front - rear), 0.42, 0.14), DARK, Material.BLACK)
    add_twin_wheels(builder, (plan.drive_axle_m,), hw, r, level)
    behind_cab = 0.5 * plan.length_m - plan.cab.length_m
    middle = 0.5 * (plan.drive_axle_m + r + 0.1 + behind_cab)
    half = 0.5 * (behind_cab - plan.drive_axle_m - r - 0.1)
    for side in (1.0, -1.0):
        builder.box((middle, side * (hw - 0.40), 0.66), (half, 0.32, 0.30), (0.22, 0.22, 0.23), Material.METAL)
        if level < 2:
            add_mud_flap(builder, (plan.drive_axle_m - r - 0.12, side * (hw - 0.28), 0.55), 0.25, 0.28)
    if level < 2:
        # hoses and the air tank behind the cab
        builder.box((behind_cab - 0.12, 0, 1.9), (0.05, 0.5, 0.55), BLACK, Material.BLACK)
        builder.tube(
            [(behind_cab - 0.1, hw - 0.2, 0.9), (behind_cab - 0.1, hw - 0.2, 3.1)], 0.07, CHROME, Material.METAL, 6
        )


def _add_trailer_frame(builder: MeshBuilder, plan: SemitrailerPlan, level: int) -> None:
    """Trailer rails, axles, landing legs, side guards, flaps and the under-run bar."""
    rear, front = plan.box_m
    hw, r = 0.5 * plan.width_m, plan.wheel_radius_m
    builder.box(
        (0.5 * (rear + front), 0, plan.deck_m - 0.10), (0.5 * (front - rear) - 0.1, 0.50, 0.10), DARK, Material.BLACK
    )
    add_twin_wheels(builder, plan.trailer_axles_m, hw, r, level)
    builder.box((rear + 0.02, 0, 0.58), (0.05, hw * 0.92, 0.07), (0.10, 0.10, 0.10), Material.METAL)
    legs = plan.drive_axle_m - 1.9
    add_side_guards(builder, (max(plan.trailer_axles_m) + r + 0.15, legs - 0.2), hw)
    for side in (1.0, -1.0):
        builder.box((legs, side * (hw - 0.45), 0.62), (0.08, 0.08, plan.deck_m - 0.72), DARK, Material.BLACK)
        if level < 2:
            add_mud_flap(builder, (min(plan.trailer_axles_m) - r - 0.1, side * (hw - 0.28), 0.52), 0.25, 0.26)
