"""What drives a vehicle other than its own pedals: Ackermann control, a held velocity."""

from __future__ import annotations

import math

from sim.server.actors import Actor, ActorTable, VehicleState
from sim.server.bodies import Bodies
from sim.server.layouts import AckermannControl, VehicleControl
from sim.server.poses import rotations


class Drivers:
    """The vehicles of an episode that do not follow their own pedals."""

    def __init__(self, table: ActorTable, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies

    def driven(self) -> list[tuple[Actor, VehicleState, AckermannControl]]:
        """Vehicles under Ackermann control."""
        vehicles = [(a, a.vehicle) for a in self._table.actors.values() if a.vehicle is not None]
        return [(actor, state, state.ackermann) for actor, state in vehicles if state.ackermann is not None]

    def pedals(self, actor: Actor, state: VehicleState, wanted: AckermannControl, dt_s: float) -> VehicleControl:
        """What a vehicle's Ackermann controller does now."""
        if state.ackermann_controller is None:
            return state.control
        row = self._table.row(actor.id)
        yaw = float(self._table.rpy_rad[row, 2])
        velocity = self._table.velocity_world_mps[row]
        speed_mps = float(velocity[0]) * math.cos(yaw) + float(velocity[1]) * math.sin(yaw)
        max_steer_rad = max(self._bodies.spec(actor).max_steer_rad, 1e-6)
        settings = state.ackermann_settings
        return state.ackermann_controller.run(wanted, settings, state.control, speed_mps, max_steer_rad, dt_s)

    def hold_velocities(self) -> None:
        """Give vehicles with a constant velocity just that, along their own axes."""
        for actor in self._table.actors.values():
            if actor.vehicle is not None and actor.vehicle.constant_velocity_body_mps is not None:
                row = self._table.row(actor.id)
                R_world_body = rotations(self._table.rpy_rad[row : row + 1])[0]
                self._bodies.set_velocity(actor, R_world_body @ actor.vehicle.constant_velocity_body_mps)
