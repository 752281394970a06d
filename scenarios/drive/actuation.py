"""From what the stack asks to what the car is told: at once, late, or exactly."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Protocol

from moosetest.motion import VehicleControl
from moosetest.timing import TICK_NS, ns_from_s, s_from_ns
from scenarios.drive.stack import StackOutput
from sim.session import Session
from sim.truth import GroundTruth

HOLD_MPS = 0.1
"""Slower than this a car that is asked to brake stands, with its brakes on."""


class Actuation(Protocol):
    """Acts on the car once a tick."""

    def act(self, session: Session, truth: GroundTruth, output: StackOutput) -> None:
        """Have the car do what `output` asks, from where it is by `truth`."""
        ...


class Pedals:
    """The car's own pedals and steering; its brakes answer `brake_delay_s` late, to the nearest tick."""

    def __init__(self, brake_delay_s: float = 0.0) -> None:
        ticks = round(ns_from_s(brake_delay_s) / TICK_NS)
        self._brakes = deque([0.0] * ticks)

    def act(self, session: Session, truth: GroundTruth, output: StackOutput) -> None:
        """Throttle and steering now, the brake when its time has come."""
        session.control_ego(self.delayed(output.control))

    def delayed(self, control: VehicleControl) -> VehicleControl:
        """What of `control`, and of those before it, reaches the wheels now."""
        self._brakes.append(control.brake)
        return replace(control, brake=self._brakes.popleft())


class ExactActuation:
    """The acceleration asked for is that of the car, from this tick on: no delay, no pedal, no tyre in between."""

    def act(self, session: Session, truth: GroundTruth, output: StackOutput) -> None:
        """Give the car the speed that it has at the tick's end; it is steered as ever."""
        speed_mps = max(0.0, truth.ego.speed_mps + output.command.accel_mps2 * s_from_ns(TICK_NS))
        stands = speed_mps < HOLD_MPS and output.command.accel_mps2 <= 0.0
        session.control_ego(VehicleControl(throttle=0.0, brake=1.0 if stands else 0.0, steer=output.control.steer))
        session.drive_ego(truth.ego, 0.0 if stands else speed_mps)
