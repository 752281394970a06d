"""Electric kick scooters: a deck between two small wheels, a stem with a bar, on which somebody stands."""

from __future__ import annotations

from dataclasses import dataclass

from sim.assets.builder import MeshBuilder
from sim.assets.cycles.rider import Point
from sim.assets.cycles.rings import RingWheel, add_ring_wheel
from sim.assets.mesh import Material

_BLACK = (0.02, 0.02, 0.022)
_PAINT = (-1.0, 0.0, 0.0)
_WHITE = (0.75, 0.75, 0.74)
_RED = (0.45, 0.012, 0.010)
_ANKLE_M = 0.09
"""Above the sole."""


@dataclass(frozen=True, slots=True)
class KickScooterPlan:
    """Where the parts are: length over the wheels, half the distance of the grips, height of the standing hips."""

    length_m: float
    grip_half_m: float
    hip_up_m: float
    radius_m: float = 0.115
    deck_m: float = 0.17
    bar_m: float = 1.10

    @property
    def axle_m(self) -> float:
        """X of the front axle; the rear one mirrors it."""
        return 0.5 * self.length_m - self.radius_m

    @property
    def grip_m(self) -> Point:
        """Left grip: the stem leans back."""
        return (self.axle_m - 0.20, self.grip_half_m, self.bar_m)

    @property
    def hip_m(self) -> Point:
        """Middle of the rider's hips."""
        return (-0.12, 0.0, self.hip_up_m)

    @property
    def feet_m(self) -> tuple[Point, Point]:
        """Left ankle before the right one."""
        return (0.06, 0.06, self.deck_m + _ANKLE_M), (-0.24, -0.06, self.deck_m + _ANKLE_M)


def add_kick_scooter(builder: MeshBuilder, plan: KickScooterPlan, level: int) -> None:
    """Add the scooter."""
    for x in (plan.axle_m, -plan.axle_m):
        add_ring_wheel(builder, RingWheel(x, plan.radius_m, 0.055, 5, 0.012, _BLACK), level)
    builder.box((-0.06, 0, plan.deck_m - 0.035), (plan.axle_m - 0.16, 0.075, 0.035), _BLACK, Material.BLACK)
    head, foot = (plan.grip_m[0], 0.0, plan.bar_m), (plan.axle_m - 0.03, 0.0, 0.24)
    segments = (8, 6, 3)[level]
    builder.tube([foot, head], 0.026, _PAINT, Material.PAINT, segments=segments)
    builder.tube([(plan.axle_m, 0, plan.radius_m), foot], 0.03, _BLACK, Material.BLACK, segments=segments)
    neck = (plan.axle_m - 0.22, 0.0, plan.deck_m - 0.02)
    builder.tube([foot, neck], 0.03, _PAINT, Material.PAINT, segments=segments)
    x, y, z = plan.grip_m
    builder.tube([(x, y + 0.05, z), (x, -y - 0.05, z)], 0.018, _BLACK, Material.RUBBER, segments=segments)
    lamp = (0.2 * foot[0] + 0.8 * head[0] + 0.04, 0.0, 0.2 * foot[2] + 0.8 * head[2])
    builder.box(lamp, (0.03, 0.035, 0.035), _WHITE, Material.HEADLAMP)
    fender = (-plan.axle_m, 0.0, 2.0 * plan.radius_m + 0.03)
    builder.box(fender, (0.12, 0.045, 0.012), _BLACK, Material.BLACK)
    builder.box((fender[0] - 0.10, 0, fender[2] - 0.03), (0.02, 0.045, 0.03), _RED, Material.TAILLAMP)
