"""Motorcycles: sport bike, cruiser, scooter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.cycles.rider import Point
from sim.assets.cycles.rings import RingWheel, add_ring_wheel
from sim.assets.mesh import Material

_PAINT = (-1.0, 0.0, 0.0)
_BLACK = (0.02, 0.02, 0.022)
_GREY = (0.16, 0.16, 0.17)
_CHROME = (0.5, 0.5, 0.52)
_AMBER = (0.75, 0.26, 0.015)
_RED = (0.45, 0.012, 0.010)
_GLASS = (0.02, 0.025, 0.03)


@dataclass(frozen=True, slots=True)
class MotorcyclePlan:
    """Where the parts are.

    Args:
        length_m: over all.
        grip_half_m: half the distance of the grips.
        seat_m: height of the seat.
        kind: sport, cruiser or scooter.
    """

    length_m: float
    grip_half_m: float
    seat_m: float
    kind: str

    @property
    def radius_m(self) -> float:
        """Of the wheels."""
        return 0.23 if self.kind == "scooter" else 0.31

    @property
    def front_m(self) -> float:
        """X of the front axle."""
        return 0.5 * self.length_m - self.radius_m - 0.01

    @property
    def rear_m(self) -> float:
        """X of the rear axle: the tail overhangs a little."""
        return -0.5 * self.length_m + self.radius_m + 0.10

    @property
    def grip_m(self) -> Point:
        """Left grip."""
        x = self.front_m - (0.52 if self.kind == "cruiser" else 0.42)
        lift = {"sport": 0.12, "cruiser": 0.36, "scooter": 0.30}[self.kind]
        return (x, self.grip_half_m, self.seat_m + lift)

    @property
    def hip_m(self) -> Point:
        """Middle of the rider's hips."""
        x = {"sport": -0.28, "cruiser": -0.34, "scooter": -0.26}[self.kind]
        return (x, 0.0, self.seat_m + 0.09)

    @property
    def feet_m(self) -> tuple[Point, Point]:
        """Ankles of the rider."""
        x, z = {"sport": (-0.24, 0.40), "cruiser": (0.22, 0.33), "scooter": (0.18, 0.33)}[self.kind]
        y = 0.13 if self.kind == "scooter" else 0.20
        return (x, y, z), (x, -y, z)


def add_motorcycle(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    """Add a motorcycle that stands on z = 0."""
    for x, tyre in ((plan.front_m, 0.11), (plan.rear_m, 0.15)):
        add_ring_wheel(builder, RingWheel(x, plan.radius_m, tyre, 6, 0.016, (0.22, 0.22, 0.23)), level)
    if plan.kind == "scooter":
        _add_scooter_body(builder, plan, level)
    else:
        _add_engine(builder, plan, level)
        _add_tank_and_seat(builder, plan, level)
    if plan.kind == "sport":
        _add_fairing(builder, plan, level)
    if plan.kind == "cruiser":
        _add_panniers(builder, plan, level)
    _add_fork_and_bar(builder, plan, level)
    _add_lamps(builder, plan, level)
    _add_plate_and_guards(builder, plan, level)


def _hull(
    builder: MeshBuilder,
    path: Sequence[Point],
    radius_m: Sequence[tuple[float, float]],
    color: tuple[float, float, float],
    material: Material,
    level: int,
) -> None:
    """A closed body along a path: rounded ends near by, flat ones further off."""
    if level == 0:
        builder.tube(path, radius_m, color, material, segments=10)
        return
    points = np.array(path, dtype=np.float64)
    step = 0.004
    first = points[0] - step * (points[1] - points[0])
    last = points[-1] + step * (points[-1] - points[-2])
    radii = np.array([(0.001, 0.001), *radius_m, (0.001, 0.001)])
    builder.tube([first, *points, last], radii, color, material, segments=(6, 4)[level - 1], cap=False)


def _add_fork_and_bar(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    x, half, z = plan.grip_m
    head_x = plan.front_m - 0.30
    thin = (7, 4, 3)[level]
    fork = _GREY if plan.kind == "scooter" else _CHROME
    for side in (1.0, -1.0):
        path = [(plan.front_m, side * 0.09, plan.radius_m), (head_x, side * 0.10, z - 0.10)]
        builder.tube(path, 0.028, fork, Material.METAL, segments=thin, cap=level < 2)
        bar = [(head_x, side * 0.05, z - 0.06), (x + 0.08, side * half * 0.6, z), (x, side * half, z)]
        builder.tube(bar, 0.018, _BLACK, Material.METAL, segments=thin, cap=level == 0)
        if level < 2:
            mirror = (x + 0.06, side * (half + 0.01), z + 0.17)
            builder.tube([(x + 0.06, side * half * 0.85, z), mirror], 0.007, _BLACK, Material.METAL, 3, cap=False)
            builder.ellipsoid(
                mirror, (0.022, 0.062, 0.045), _BLACK, Material.BLACK, *((6, 8) if level == 0 else (4, 5))
            )


def _add_engine(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    builder.box((0.02, 0, 0.42), (0.24, 0.15, 0.16), (0.20, 0.20, 0.21), Material.METAL)
    if level == 0:
        for i in range(5):
            builder.box((0.10 + 0.012 * i, 0, 0.54 + 0.03 * i), (0.13, 0.13, 0.006), (0.35, 0.35, 0.36), Material.METAL)
    pipe = [(0.12, -0.17, 0.26), (-0.25, -0.19, 0.27), (plan.rear_m - 0.12, -0.20, 0.36)]
    builder.tube(pipe, [0.03, 0.05, 0.06], (0.55, 0.55, 0.57), Material.METAL, segments=(8, 5, 3)[level])
    for side in (1.0, -1.0):
        arm = [(plan.rear_m, side * 0.11, plan.radius_m), (-0.10, side * 0.11, 0.38)]
        builder.tube(arm, 0.03, _GREY, Material.METAL, segments=(7, 4, 3)[level], cap=False)


def _add_tank_and_seat(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    z = plan.seat_m
    tank = [(-0.16, 0, z + 0.02), (0.02, 0, z + 0.10), (0.22, 0, z + 0.10), (0.40, 0, z + 0.0)]
    _hull(builder, tank, [(0.09, 0.10), (0.13, 0.15), (0.12, 0.145), (0.06, 0.09)], _PAINT, Material.PAINT, level)
    builder.box((0.08, 0, z - 0.12), (0.30, 0.10, 0.10), _BLACK, Material.BLACK)
    tail = -0.5 * plan.length_m
    seat = [(tail + 0.16, 0, z + 0.09), (tail + 0.42, 0, z + 0.03), (-0.30, 0, z - 0.02), (-0.08, 0, z + 0.02)]
    _hull(builder, seat, [(0.03, 0.08), (0.05, 0.13), (0.06, 0.14), (0.05, 0.10)], _BLACK, Material.MATTE, level)
    under = [(tail + 0.05, 0, z + 0.03), (tail + 0.30, 0, z - 0.06), (-0.35, 0, z - 0.14)]
    _hull(builder, under, [(0.04, 0.06), (0.07, 0.11), (0.08, 0.12)], _PAINT, Material.PAINT, level)


def _add_fairing(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    x, z = plan.front_m, plan.grip_m[2]
    nose = [(x - 0.30, 0, z + 0.02), (x - 0.16, 0, z - 0.10), (x - 0.18, 0, z - 0.26)]
    _hull(builder, nose, [(0.07, 0.15), (0.10, 0.20), (0.05, 0.13)], _PAINT, Material.PAINT, level)
    for side in (1.0, -1.0):
        belly = [(x - 0.22, side * 0.13, 0.72), (0.12, side * 0.17, 0.55), (-0.10, side * 0.15, 0.32)]
        _hull(builder, belly, [(0.10, 0.05), (0.20, 0.05), (0.10, 0.04)], _PAINT, Material.PAINT, level)
    screen = [(x - 0.18, 0, z + 0.02), (x - 0.26, 0, z + 0.14), (x - 0.36, 0, z + 0.22)]
    builder.tube(screen, [(0.02, 0.13), (0.02, 0.13), (0.01, 0.08)], _GLASS, Material.GLASS, segments=(8, 5, 4)[level])


def _add_panniers(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    for side in (1.0, -1.0):
        path = [(plan.rear_m - 0.24, side * 0.25, 0.60), (plan.rear_m + 0.22, side * 0.25, 0.60)]
        _hull(builder, path, [(0.16, 0.10), (0.16, 0.10)], _BLACK, Material.MATTE, level)
    wide = [(plan.front_m - 0.30, 0, plan.grip_m[2] - 0.02), (plan.front_m - 0.42, 0, plan.grip_m[2] + 0.20)]
    builder.tube(wide, [(0.015, 0.20), (0.012, 0.14)], _GLASS, Material.GLASS, segments=(8, 5, 4)[level])


def _add_scooter_body(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    z = plan.seat_m
    front, rear = plan.front_m, plan.rear_m
    shield = [(front - 0.24, 0, z + 0.22), (front - 0.20, 0, 0.62), (front - 0.30, 0, 0.32)]
    _hull(builder, shield, [(0.04, 0.10), (0.06, 0.23), (0.05, 0.19)], _PAINT, Material.PAINT, level)
    builder.box((0.10, 0, 0.27), (0.28, 0.17, 0.035), _PAINT, Material.PAINT)
    builder.box((0.10, 0, 0.31), (0.24, 0.14, 0.008), _BLACK, Material.MATTE)
    body = [(-0.12, 0, 0.40), (-0.35, 0, 0.45), (rear - 0.10, 0, 0.50), (rear - 0.28, 0, 0.56)]
    _hull(builder, body, [(0.16, 0.14), (0.20, 0.21), (0.17, 0.19), (0.06, 0.08)], _PAINT, Material.PAINT, level)
    seat = [(rear - 0.18, 0, z + 0.01), (-0.40, 0, z), (-0.12, 0, z - 0.02)]
    _hull(builder, seat, [(0.05, 0.11), (0.06, 0.15), (0.05, 0.11)], _BLACK, Material.MATTE, level)
    builder.ellipsoid(
        (front - 0.24, 0, z + 0.26), (0.11, 0.15, 0.10), _PAINT, Material.PAINT, *((8, 10), (5, 7), (4, 5))[level]
    )


def _add_lamps(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    x, z = plan.front_m - (0.16 if plan.kind != "sport" else 0.05), plan.grip_m[2] - 0.12
    tail = -0.5 * plan.length_m
    rings = ((8, 10), (5, 7), (4, 5))[level]
    if plan.kind != "sport":
        builder.ellipsoid((x - 0.06, 0, z), (0.09, 0.10, 0.10), _BLACK, Material.BLACK, *rings)
    builder.ellipsoid((x, 0, z), (0.055, 0.095, 0.085), (0.75, 0.75, 0.76), Material.HEADLAMP, *rings)
    lamp_z = plan.seat_m + (0.0 if plan.kind != "scooter" else -0.14)
    builder.box((tail + 0.035, 0, lamp_z), (0.02, 0.085, 0.04), _RED, Material.TAILLAMP)
    if level < 2:
        small = (6, 8) if level == 0 else (4, 4)
        for side in (1.0, -1.0):
            builder.ellipsoid(
                (x - 0.03, side * 0.21, z - 0.03), (0.03, 0.045, 0.03), _AMBER, Material.INDICATOR, *small
            )
            builder.ellipsoid(
                (tail + 0.06, side * 0.17, lamp_z - 0.06), (0.03, 0.042, 0.03), _AMBER, Material.INDICATOR, *small
            )


def _add_plate_and_guards(builder: MeshBuilder, plan: MotorcyclePlan, level: int) -> None:
    tail, r = -0.5 * plan.length_m, plan.radius_m
    builder.box((tail + 0.045, 0, plan.seat_m - 0.20), (0.008, 0.09, 0.07), (0.78, 0.78, 0.74), Material.PLATE)
    if level == 2:
        return
    n = (7, 5)[level]
    for x, color, material in ((plan.front_m, _PAINT, Material.PAINT), (plan.rear_m, _BLACK, Material.BLACK)):
        arc = [(x - 0.9 * r, 0, r + 0.78 * r), (x - 0.35 * r, 0, r + 1.10 * r), (x + 0.3 * r, 0, r + 1.10 * r)]
        arc.append((x + 0.8 * r, 0, r + 0.86 * r))
        builder.tube(arc, [(0.012, 0.075)] * 4, color, material, segments=n)
