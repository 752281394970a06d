"""A bicycle: two spoked wheels, a diamond or low frame, handlebar, saddle, pedals, lamps."""

from __future__ import annotations

from dataclasses import dataclass

from sim.assets.builder import MeshBuilder
from sim.assets.cycles.rider import Point
from sim.assets.cycles.rings import RingWheel, add_ring_wheel
from sim.assets.mesh import Material

_PAINT = (-1.0, 0.0, 0.0)
_BLACK = (0.03, 0.03, 0.032)
_CHROME = (0.5, 0.5, 0.52)
PEDAL_M = 0.14
"""Middle of a pedal from the middle of the bicycle: cranks 0.16 m apart and half a pedal beyond each."""


@dataclass(frozen=True, slots=True)
class BicyclePlan:
    """Where the parts are: length, half the distance of the grips, saddle height, whether it is a city bike."""

    length_m: float
    grip_half_m: float
    saddle_m: float
    upright: bool

    @property
    def radius_m(self) -> float:
        """Of the wheels."""
        return 0.34

    @property
    def axle_m(self) -> float:
        """X of the front axle; the rear one mirrors it."""
        return 0.5 * self.length_m - self.radius_m

    @property
    def crank_m(self) -> Point:
        """Where the pedals turn."""
        return (-0.06, 0.0, 0.29)

    @property
    def seat_m(self) -> Point:
        """Top of the seat post."""
        return (-0.26, 0.0, self.saddle_m - 0.03)

    @property
    def grip_m(self) -> Point:
        """Left grip."""
        if self.upright:
            return (0.16, self.grip_half_m, self.saddle_m + 0.14)
        return (self.axle_m - 0.20, self.grip_half_m, self.saddle_m + 0.07)

    @property
    def hip_m(self) -> Point:
        """Middle of the rider's hips."""
        return (self.seat_m[0] + 0.02, 0.0, self.saddle_m + 0.05)

    @property
    def feet_m(self) -> tuple[Point, Point]:
        """Ankles of the rider, left pedal up and forward."""
        x, _, z = self.crank_m
        return (x - 0.02, PEDAL_M, z + 0.24), (x + 0.04, -PEDAL_M, z - 0.08)


def add_bicycle(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    """Add a bicycle that stands on z = 0."""
    for x in (plan.axle_m, -plan.axle_m):
        add_ring_wheel(builder, RingWheel(x, plan.radius_m, 0.052, 16, 0.0030), level)
    _add_frame(builder, plan, level)
    _add_handlebar(builder, plan, level)
    _add_saddle(builder, plan, level)
    if level < 2:
        _add_drive(builder, plan, level)
        _add_mudguards_and_lamps(builder, plan, level)


def _rod(
    builder: MeshBuilder,
    points: list[Point],
    radius_m: float,
    level: int,
    color: tuple[float, float, float] = _PAINT,
) -> None:
    material = Material.PAINT if color == _PAINT else Material.METAL
    builder.tube(points, radius_m, color, material, segments=(7, 4, 3)[level], cap=False)


def _add_frame(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    crank, seat, axle, r = plan.crank_m, plan.seat_m, plan.axle_m, plan.radius_m
    head_top = (axle - 0.19, 0.0, 0.83)
    head_low = (axle - 0.14, 0.0, 0.68)
    joint = (seat[0] + 0.05, 0.0, 0.74 if not plan.upright else 0.48)
    _rod(builder, [crank, (joint[0], 0.0, joint[2])], 0.020, level)
    _rod(builder, [joint, seat], 0.016, level, _CHROME)
    _rod(builder, [joint if not plan.upright else (crank[0] - 0.06, 0.0, 0.42), head_top], 0.020, level)
    _rod(builder, [head_low, crank], 0.023, level)
    _rod(builder, [head_top, head_low], 0.024, level)
    for side in (1.0, -1.0):
        _rod(builder, [(-axle, side * 0.05, r), (crank[0], side * 0.025, crank[2])], 0.011, level)
        _rod(builder, [(-axle, side * 0.05, r), (joint[0], side * 0.02, joint[2])], 0.010, level)
        _rod(builder, [(axle, side * 0.05, r), (head_low[0], side * 0.04, head_low[2])], 0.014, level, _BLACK)


def _add_handlebar(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    x, half, z = plan.grip_m
    top = (plan.axle_m - 0.19, 0.0, 0.83)
    stem = (top[0] - 0.03, 0.0, z - 0.01)
    _rod(builder, [top, stem], 0.016, level, _CHROME)
    if plan.upright:
        bar = [
            (x - 0.06, half, z),
            (x + 0.12, half * 0.92, z + 0.01),
            (stem[0], half * 0.35, z),
            (stem[0], -half * 0.35, z),
        ]
        bar += [(x + 0.12, -half * 0.92, z + 0.01), (x - 0.06, -half, z)]
    else:
        bar = [(x - 0.03, half, z), (stem[0], half * 0.7, z), (stem[0], -half * 0.7, z), (x - 0.03, -half, z)]
    _rod(builder, bar, 0.016, level, _BLACK)


def _add_saddle(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    x, _, z = plan.seat_m
    path = [(x - 0.13, 0.0, z + 0.02), (x - 0.02, 0.0, z + 0.03), (x + 0.14, 0.0, z + 0.02)]
    radius = [(0.028, 0.085), (0.03, 0.065), (0.02, 0.022)]
    builder.tube(path, radius, _BLACK, Material.MATTE, segments=(8, 5, 4)[level])


def _add_drive(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    x, _, z = plan.crank_m
    for side, sign in ((1.0, 1.0), (-1.0, -1.0)):
        end = (x - 0.02 * sign, side * 0.08, z + 0.16 * sign)
        _rod(builder, [(x, side * 0.08, z), end], 0.013, level, _CHROME)
        builder.box((end[0], side * PEDAL_M, end[2]), (0.05, 0.045, 0.012), _BLACK, Material.MATTE)
    if level == 0:
        builder.tube([(x, -0.055, z), (x, -0.045, z)], 0.095, _CHROME, Material.METAL, segments=14)
        for dz in (0.085, -0.085):
            _rod(builder, [(x, -0.05, z + dz), (-plan.axle_m, -0.05, plan.radius_m + 0.4 * dz)], 0.006, 1, _BLACK)


def _add_mudguards_and_lamps(builder: MeshBuilder, plan: BicyclePlan, level: int) -> None:
    axle, r = plan.axle_m, plan.radius_m
    builder.box((-axle - 0.20, 0, r + 0.28), (0.018, 0.035, 0.03), (0.5, 0.015, 0.012), Material.TAILLAMP)
    builder.box((axle - 0.12, 0, 0.86), (0.03, 0.035, 0.035), (0.75, 0.75, 0.76), Material.HEADLAMP)
    if level:
        return
    guard = [(-axle - 0.27, 0.0, r + 0.25), (-axle - 0.05, 0.0, r + 0.365), (-axle + 0.17, 0.0, r + 0.33)]
    builder.tube(guard, [(0.006, 0.03)] * 3, _BLACK, Material.MATTE, segments=6)
    builder.box((-axle - 0.02, 0, r + 0.42), (0.20, 0.07, 0.012), _BLACK, Material.METAL)
    if plan.upright:
        front = [(axle - 0.12, 0.0, r + 0.345), (axle + 0.08, 0.0, r + 0.36), (axle + 0.25, 0.0, r + 0.26)]
        builder.tube(front, [(0.006, 0.03)] * 3, _PAINT, Material.PAINT, segments=6)
