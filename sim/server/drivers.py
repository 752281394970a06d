"""What drives a vehicle other than its own pedals: Ackermann control, a held velocity."""

from __future__ import annotations

import math

import numpy as np

from sim.server.actors import Actor, ActorTable
from sim.server.bodies import Bodies
from sim.server.layouts import AckermannControl, VehicleControl
from sim.server.poses import rotations
from sim.world.vehicle_spec import VehicleSpec

_SETTLE_S = 0.5
"""A speed error is to be gone after so long, within the acceleration asked for."""
_DEFAULT_ACCEL_MPS2 = 3.0
"""Where the client names no acceleration: brisk but not an emergency (comfort limit of ISO 15622)."""
_HOLD_BELOW_MPS = 0.1


def ackermann_control(wanted: AckermannControl, speed_mps: float, spec: VehicleSpec) -> VehicleControl:
    """Pedals and steering that bring a vehicle to a speed and a steering angle.

    Args:
        wanted: right-handed is left +, CARLA's steering is right +; a negative speed drives backwards.
        speed_mps: along the vehicle's axis, forward +.
        spec: turns accelerations into pedals.
    """
    backwards = wanted.speed_mps < 0
    target, speed = abs(wanted.speed_mps), -speed_mps if backwards else speed_mps
    limit = abs(wanted.acceleration_mps2) or _DEFAULT_ACCEL_MPS2
    accel = min(max((target - speed) / _SETTLE_S, -limit), limit)
    rolling = spec.rolling_resistance * 9.81 + 0.6 * spec.drag_area_m2 * speed * speed / spec.mass_kg
    push = accel + rolling if target > 0 else accel
    throttle = min(max(push * spec.mass_kg / spec.max_drive_force_n, 0.0), 1.0)
    brake = min(max(-push * spec.mass_kg / spec.max_brake_force_n, 0.0), 1.0)
    if target == 0 and abs(speed) < _HOLD_BELOW_MPS:
        throttle, brake = 0.0, 1.0
    steer = min(max(wanted.steer_rad / spec.max_steer_rad, -1.0), 1.0)
    return VehicleControl(throttle, steer, brake, reverse=backwards)


class Drivers:
    """The vehicles of an episode that do not follow their own pedals."""

    def __init__(self, table: ActorTable, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies

    def driven(self) -> list[Actor]:
        """Vehicles under Ackermann control."""
        return [a for a in self._table.actors.values() if a.vehicle is not None and a.vehicle.ackermann is not None]

    def pedals(self, actor: Actor, wanted: AckermannControl) -> VehicleControl:
        """What the Ackermann controller does now."""
        row = self._table.row(actor.id)
        yaw = float(self._table.rpy_rad[row, 2])
        velocity = self._table.velocity_world_mps[row]
        speed_mps = float(velocity[0]) * math.cos(yaw) + float(velocity[1]) * math.sin(yaw)
        return ackermann_control(wanted, speed_mps, self._bodies.spec(actor))

    def hold_velocities(self) -> None:
        """Give vehicles with a constant velocity just that."""
        for actor in self._table.actors.values():
            if actor.vehicle is not None and actor.vehicle.constant_velocity_body_mps is not None:
                row = self._table.row(actor.id)
                heading = rotations(self._table.rpy_rad[row : row + 1] * np.array([0.0, 0.0, 1.0]))[0]
                self._bodies.set_velocity(actor, heading @ actor.vehicle.constant_velocity_body_mps)
