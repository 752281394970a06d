"""A signalised junction of four arms."""

from __future__ import annotations

from math import cos, pi, sin

from scenariogeneration import xodr

from sim.world.maps import opendrive as od
from sim.world.maps.crossing import CORNER_M, Arm, Crossing, Rule, furnish, street, turns
from sim.world.maps.urban import ORIGIN_DEG

ARM_M = 160.0
JUNCTION_ID = 100


def _arm(number: int) -> xodr.Road:
    """Arm `number` runs towards the middle; it comes from bearing `number` quarter turns."""
    bearing_rad = number * pi / 2
    far_m = CORNER_M + ARM_M
    start = far_m * cos(bearing_rad), far_m * sin(bearing_rad), bearing_rad + pi
    arm = street(number + 1, [xodr.Line(ARM_M)], start)
    arm.add_successor(xodr.ElementType.junction, JUNCTION_ID)
    furnish(arm, ARM_M, Arm(number + 1), number, Rule.LIGHT)
    return arm


def junction(name: str) -> str:
    """Four arms of 160 m at right angles round the origin, one lane a direction, zebras, a signal and a turn an arm."""
    arms = [_arm(number) for number in range(4)]
    connecting, meeting = turns(Crossing(JUNCTION_ID, {number: Arm(number + 1) for number in range(4)}), 10)
    # One arm at a time, as in CARLA's towns: on so narrow a crossing those who turn left would wait in the others' way.
    controllers = [od.Controller(signal, JUNCTION_ID, signal - 1, (signal,)) for signal in (1, 2, 3, 4)]
    return od.text(name, arms + connecting, [meeting], controllers, origin_deg=ORIGIN_DEG)
