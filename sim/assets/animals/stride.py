"""How animals step: when each foot is on the ground, how far a stride goes, at which speed they begin to run."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.assets.animals.names import DEER, DOG, HORSE_RIDER, KANGAROO, MOOSE

LEGS: Final = ("left hind", "left fore", "right hind", "right fore")


class Footfall(NamedTuple):
    """When feet come down, as shares of a stride, in the order of `LEGS`, and how long each stays down."""

    touch: tuple[float, float, float, float]
    duty: float


WALK: Final = Footfall((0.0, 0.25, 0.5, 0.75), 0.64)
"""The lateral sequence, one foot after another (Hildebrand 1965)."""
TROT: Final = Footfall((0.0, 0.5, 0.5, 0.0), 0.42)
"""Feet across from each other together (Hildebrand 1965)."""
GALLOP: Final = Footfall((0.0, 0.42, 0.10, 0.52), 0.24)
"""Both hind feet, then both fore feet, then a moment in the air (Hildebrand 1977)."""
HOP: Final = Footfall((0.0, 0.0, 0.0, 0.0), 0.30)
"""Both feet together, two thirds of the time in the air (Alexander and Vernon 1975, of red kangaroos)."""


class Stride(NamedTuple):
    """How one kind of animal moves.

    Args:
        walk_m, run_m: way of one stride.
        run: how it runs.
        run_above_mps: speed at which it changes from walking: half the square root of twice gravity times the height
            of the hip, a Froude number of 0.5 (Alexander and Jayes 1983); a kangaroo begins to hop at 1.7 m/s (Dawson
            and Taylor 1973).
        mass_kg: of an adult.
    """

    walk_m: float
    run_m: float
    run: Footfall
    run_above_mps: float
    mass_kg: float

    def length_m(self, is_running: bool) -> float:
        """Way of one stride."""
        return self.run_m if is_running else self.walk_m


STRIDES: Final[dict[str, Stride]] = {
    MOOSE: Stride(1.9, 2.9, TROT, 2.8, 450.0),
    DEER: Stride(1.05, 3.2, GALLOP, 2.0, 60.0),
    DOG: Stride(0.75, 1.7, GALLOP, 1.6, 30.0),
    HORSE_RIDER: Stride(1.75, 2.7, TROT, 2.5, 590.0),
    KANGAROO: Stride(1.1, 2.6, HOP, 1.7, 66.0),
}
"""Strides of walking horses and of those that trot: Hildebrand; masses: usual ones of adults, the horse's with a rider
of 75 kg and the saddle."""


class Foot(NamedTuple):
    """A foot in a phase of the stride: ahead of its middle place, above the ground, and whether it bears weight."""

    ahead_m: float
    up_m: float
    is_down: bool
    swing: float
    """Share of the way through the air, 0 while it is down."""


def foot_at(phase: float, footfall: Footfall, leg: int, stride_m: float, lift_m: float) -> Foot:
    """Where a foot is at a phase (0 to 1) of the stride.

    On the ground it stays where it came down: it moves back under the body as the body goes on.
    """
    since = (phase - footfall.touch[leg]) % 1.0
    reach_m = 0.5 * footfall.duty * stride_m
    if since < footfall.duty:
        return Foot(reach_m - since * stride_m, 0.0, True, 0.0)
    swing = (since - footfall.duty) / (1.0 - footfall.duty)
    return Foot(float(-reach_m * np.cos(np.pi * swing)), float(lift_m * np.sin(np.pi * swing)), False, swing)
