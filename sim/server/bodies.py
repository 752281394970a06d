"""The moving bodies of an episode: hands controls to the physics, and brings its motion back to the actor table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor, ActorTable
from sim.server.blueprints import ActorKind
from sim.server.poses import flip
from sim.server.world_map import WorldMap
from sim.world.collision_response import CollisionImpulse, apply_effects, bodies_of, collision_response
from sim.world.collisions import Contact
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import VehicleSpec, vehicle_spec
from sim.world.walker_motion import WalkerCrowd, walker_spec

FloatArray = NDArray[np.float64]
Triple = tuple[float, float, float]


class Bodies:
    """Vehicles and walkers of one episode.

    Args:
        table: gets the motion after each step.
        world_map: the ground.
    """

    def __init__(self, table: ActorTable, world_map: WorldMap) -> None:
        self._table = table
        self._fleet = VehicleFleet(world_map.ground)
        self._crowd = WalkerCrowd(world_map.ground)
        self._rows_version = -1
        self._fleet_rows = np.zeros(0, np.intp)
        self._crowd_rows = np.zeros(0, np.intp)

    def add(self, actor: Actor) -> None:
        """Take a vehicle or walker that the table has; others are left alone."""
        row = self._table.row(actor.id)
        position, rpy = self._table.position_world_m[row], self._table.rpy_rad[row]
        if actor.kind is ActorKind.VEHICLE:
            self._fleet.add(actor.id, vehicle_spec(actor.blueprint_id, actor.size_lwh_m), position, rpy)
        elif actor.kind is ActorKind.WALKER:
            self._crowd.add(actor.id, walker_spec(actor.blueprint_id, actor.size_lwh_m), position, rpy)

    def remove(self, actor: Actor) -> None:
        """Forget an actor."""
        owner = self._owner(actor)
        if owner is not None:
            owner.remove(actor.id)

    def place(self, actor: Actor) -> None:
        """Put a body where the table has it."""
        owner = self._owner(actor)
        if owner is not None:
            row = self._table.row(actor.id)
            owner.set_pose(actor.id, self._table.position_world_m[row], self._table.rpy_rad[row])

    def carry(self, actor: Actor, feet_world_m: Triple, rpy_rad: Triple, speed_mps: float) -> None:
        """Put a walker's feet, with the next `put_carried`, to a place that it has walked to at a speed."""
        self._crowd.carry(actor.id, feet_world_m, rpy_rad, speed_mps)

    def put_carried(self) -> None:
        """Put the walkers where they are carried, and let those stand that are carried no longer."""
        self._crowd.put_carried()

    def set_velocity(self, actor: Actor, velocity_world_mps: FloatArray) -> None:
        """Give a body a velocity."""
        owner = self._owner(actor)
        if owner is not None:
            owner.set_velocity(actor.id, velocity_world_mps)

    def set_simulated(self, actor: Actor, simulated: bool) -> None:
        """Let physics move a body, or hold it where it is put."""
        owner = self._owner(actor)
        if owner is not None:
            owner.set_simulated(actor.id, simulated)

    def set_angular_velocity(self, actor: Actor, velocity_world_radps: FloatArray) -> None:
        """Give a vehicle a turn rate; other bodies have none of their own."""
        if actor.kind is ActorKind.VEHICLE:
            self._fleet.set_angular_velocity(actor.id, velocity_world_radps)

    def set_gravity(self, actor: Actor, enabled: bool) -> None:
        """Let a vehicle fall, or float; other bodies have no such switch."""
        if actor.kind is ActorKind.VEHICLE:
            self._fleet.set_enable_gravity(actor.id, enabled)

    def push(self, actor: Actor, impulse_world_ns: FloatArray, at_world_m: FloatArray | None = None) -> None:
        """Push a vehicle once, at a place or at its centre of gravity."""
        self._fleet.apply_impulse(actor.id, impulse_world_ns, at_world_m)

    def twist(self, actor: Actor, angular_impulse_world_nms: FloatArray) -> None:
        """Turn a vehicle about the vertical once."""
        row = self._table.row(actor.id)
        change = np.array([0.0, 0.0, angular_impulse_world_nms[2] / self.spec(actor).yaw_inertia_kgm2])
        turn = self._table.angular_velocity_world_radps[row] + change
        self._fleet.set_angular_velocity(actor.id, turn)

    def spec(self, actor: Actor) -> VehicleSpec:
        """The body of a vehicle."""
        return vehicle_spec(actor.blueprint_id, actor.size_lwh_m)

    def gait(self, actor: Actor) -> tuple[bool, float]:
        """Whether a walker lies on the ground, and how far it has walked."""
        return self._crowd.is_down(actor.id), self._crowd.walked_m(actor.id)

    def collide(self, contacts: Sequence[Contact]) -> list[CollisionImpulse]:
        """Exchange momentum at contacts and push the bodies apart; the impulse of each contact, in their order."""
        involved = sorted({identity for c in contacts for identity in (c.id_a, c.id_b)})
        effects, impulses = collision_response(contacts, bodies_of(involved, self._fleet, self._crowd))
        apply_effects(effects, self._fleet, self._crowd)
        return impulses

    def steer_rad(self, actor: Actor) -> float:
        """Angle of a vehicle's road wheels, left +."""
        fleet = self._fleet.arrays()
        return float(fleet.steer_rad[fleet.actor_id == actor.id][0])

    def gear(self, actor: Actor) -> int:
        """A vehicle's gear as CARLA counts: -1 reverse, 0 neutral."""
        fleet = self._fleet.arrays()
        return int(fleet.gear[fleet.actor_id == actor.id][0])

    def control(self, actor: Actor) -> None:
        """Hand an actor's present control to the physics."""
        if actor.vehicle is not None:
            c = actor.vehicle.control
            wheel = VehicleInput(
                throttle=c.throttle,
                steer=c.steer,
                brake=c.brake,
                hand_brake=c.hand_brake,
                reverse=c.reverse,
                manual_gear_shift=c.manual_gear_shift,
                gear=c.gear,
            )
            self._fleet.set_input(actor.id, wheel)
        elif actor.walker is not None:
            walk = actor.walker.control
            self._crowd.set_input(actor.id, flip(walk.direction), walk.speed_mps, walk.jump)

    def step(self, dt_s: float) -> None:
        """Advance all bodies by one physics step."""
        self._fleet.step(dt_s)
        self._crowd.step(dt_s)

    def write_back(self) -> None:
        """Bring the motion of all bodies to the actor table."""
        fleet, crowd = self._fleet.arrays(), self._crowd.arrays()
        if self._rows_version != self._table.version:
            self._fleet_rows = self._table.rows(fleet.actor_id.tolist())
            self._crowd_rows = self._table.rows(crowd.actor_id.tolist())
            self._rows_version = self._table.version
        for rows, arrays in ((self._fleet_rows, fleet), (self._crowd_rows, crowd)):
            if len(rows):
                self._table.position_world_m[rows] = arrays.position_world_m
                self._table.rpy_rad[rows] = arrays.rpy_rad
                self._table.velocity_world_mps[rows] = arrays.velocity_world_mps
                self._table.angular_velocity_world_radps[rows] = arrays.angular_velocity_world_radps
                self._table.acceleration_world_mps2[rows] = arrays.acceleration_world_mps2

    def _owner(self, actor: Actor) -> VehicleFleet | WalkerCrowd | None:
        if actor.kind is ActorKind.VEHICLE:
            return self._fleet
        return self._crowd if actor.kind is ActorKind.WALKER else None
