"""The moving bodies of an episode: hands controls to the physics, and brings its motion back to the actor table."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor, ActorTable
from sim.server.blueprints import ActorKind
from sim.server.poses import flip
from sim.server.world_map import WorldMap
from sim.world.body_motion import BodyArrays, BodyState
from sim.world.collision_response import CollisionImpulse, apply_effects, bodies_of, collision_response
from sim.world.collisions import Contact
from sim.world.loose_things import DENSITY_KGPM3, LooseThings, ThingSpec
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import VehicleSpec, vehicle_spec
from sim.world.walker_motion import WalkerCrowd, walker_spec

_LOG = logging.getLogger(__name__)

FloatArray = NDArray[np.float64]
Triple = tuple[float, float, float]


class Bodies:
    """Vehicles, walkers, and props that physics moves, of one episode.

    Args:
        table: gets the motion after each step.
        world_map: the ground.
    """

    def __init__(self, table: ActorTable, world_map: WorldMap) -> None:
        self._table = table
        self._fleet = VehicleFleet(world_map.ground)
        self._crowd = WalkerCrowd(world_map.ground)
        self._things = LooseThings(world_map.ground)
        self._rows_version = -1
        self._stopped: set[int] = set()  # told once each
        self._fleet_rows = np.zeros(0, np.intp)
        self._crowd_rows = np.zeros(0, np.intp)
        self.steer_angles_rad = np.zeros(0)  # of all vehicles' road wheels, left +, in the order of their birth

    def add(self, actor: Actor) -> None:
        """Take a vehicle, a walker or a prop with a mass that the table has; others are left alone."""
        row = self._table.row(actor.id)
        position, rpy = self._table.position_world_m[row], self._table.rpy_rad[row]
        if actor.kind is ActorKind.VEHICLE:
            self._fleet.add(actor.id, vehicle_spec(actor.blueprint_id, actor.size_lwh_m), position, rpy)
        elif actor.kind is ActorKind.WALKER:
            self._crowd.add(actor.id, walker_spec(actor.blueprint_id, actor.size_lwh_m), position, rpy)
        elif actor.kind is ActorKind.PROP and actor.simulated:
            self._loosen(actor, True)

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

    def fell(self, actor: Actor) -> None:
        """Let a walker fall for good."""
        self._crowd.fell(actor.id)

    def put_carried(self) -> None:
        """Put the walkers where they are carried, and let those stand that are carried no longer."""
        self._crowd.put_carried()

    def set_velocity(self, actor: Actor, velocity_world_mps: FloatArray) -> None:
        """Give a body a velocity; what physics does not move only reports it."""
        owner = self._owner(actor)
        if owner is not None:
            owner.set_velocity(actor.id, velocity_world_mps)
        if owner is not None or actor.kind is ActorKind.PROP:
            self._table.velocity_world_mps[self._table.row(actor.id)] = velocity_world_mps

    def set_simulated(self, actor: Actor, simulated: bool) -> None:
        """Let physics move a body, or hold it where it is put."""
        if actor.kind is ActorKind.PROP:
            self._loosen(actor, simulated)
        elif actor.kind is ActorKind.VEHICLE:
            self._fleet.set_simulated(actor.id, simulated)
        elif actor.kind is ActorKind.WALKER:
            self._crowd.set_simulated(actor.id, simulated)

    def set_angular_velocity(self, actor: Actor, velocity_world_radps: FloatArray) -> None:
        """Give a vehicle or a loose prop a turn rate; walkers have none of their own."""
        owner = self._owner(actor)
        if owner is not None and not isinstance(owner, WalkerCrowd):
            owner.set_angular_velocity(actor.id, velocity_world_radps)
            self._table.angular_velocity_world_radps[self._table.row(actor.id)] = velocity_world_radps

    def set_gravity(self, actor: Actor, enabled: bool) -> None:
        """Let a vehicle or a loose prop fall, or float; walkers always fall."""
        owner = self._owner(actor)
        if owner is not None and not isinstance(owner, WalkerCrowd):
            owner.set_enable_gravity(actor.id, enabled)

    def push(self, actor: Actor, impulse_world_ns: FloatArray, at_world_m: FloatArray | None = None) -> None:
        """Push a body once, at a place or at its centre of gravity; what physics does not move stays."""
        owner = self._owner(actor)
        if isinstance(owner, WalkerCrowd):
            if owner.is_simulated(actor.id):
                velocity = owner.state(actor.id).velocity_world_mps
                owner.set_velocity(actor.id, velocity + impulse_world_ns / owner.spec(actor.id).mass_kg)
        elif owner is not None:
            owner.apply_impulse(actor.id, impulse_world_ns, at_world_m)

    def twist(self, actor: Actor, angular_impulse_world_nms: FloatArray) -> None:
        """Turn a vehicle or a loose prop about the vertical once."""
        owner = self._owner(actor)
        if owner is None or isinstance(owner, WalkerCrowd) or not actor.simulated:
            return
        arrays = owner.arrays()
        turn = arrays.angular_velocity_world_radps[arrays.actor_id == actor.id][0]
        turn[2] += angular_impulse_world_nms[2] / owner.spec(actor.id).yaw_inertia_kgm2
        owner.set_angular_velocity(actor.id, turn)

    def tune(self, actor: Actor, spec: VehicleSpec) -> None:
        """Give a vehicle another body."""
        self._fleet.tune(actor.id, spec)

    def stock_spec(self, actor: Actor) -> VehicleSpec:
        """The body that a vehicle's blueprint has."""
        return vehicle_spec(actor.blueprint_id, actor.size_lwh_m)

    def set_surface_grip(self, actor: Actor, factor: float) -> None:
        """Let a vehicle's tyres hold less, or better, than on a dry road."""
        self._fleet.set_grip(actor.id, factor)

    def surface_grip(self, actor: Actor) -> float:
        """Factor on the friction of a vehicle's tyres where it is."""
        return self._fleet.grip(actor.id)

    def motion(self, actor: Actor) -> BodyState:
        """A vehicle's motion after its last step."""
        return self._fleet.state(actor.id)

    def rolled_m(self, actor: Actor) -> float:
        """How far a vehicle has rolled, forward less backward."""
        return self._fleet.rolled_m(actor.id)

    def engine_rpm(self, actor: Actor) -> float:
        """A vehicle's engine speed."""
        return self._fleet.engine_rpm(actor.id)

    def axle_forces_n(self, actor: Actor) -> tuple[complex, complex]:
        """Tyre forces of a vehicle's front and rear axle: rolling + i to the left."""
        return self._fleet.axle_forces_n(actor.id)

    def spec(self, actor: Actor) -> VehicleSpec:
        """The body of a vehicle."""
        return self._fleet.spec(actor.id)

    def gait(self, actor: Actor) -> tuple[bool, float]:
        """Whether a walker lies on the ground, and how far it has walked."""
        return self._crowd.is_down(actor.id), self._crowd.walked_m(actor.id)

    def set_gait(self, actor: Actor, is_down: bool, walked_m: float) -> None:
        """Put a walker into a phase of its gait, or on the ground."""
        self._crowd.set_gait(actor.id, walked_m, is_down)

    def collide(self, contacts: Sequence[Contact]) -> list[CollisionImpulse]:
        """Exchange momentum at contacts and push the bodies apart; the impulse of each contact, in their order."""
        involved = sorted({identity for c in contacts for identity in (c.id_a, c.id_b)})
        effects, impulses = collision_response(contacts, bodies_of(involved, self._fleet, self._crowd, self._things))
        apply_effects(effects, self._fleet, self._crowd, self._things)
        return impulses

    def steer_rad(self, actor: Actor) -> float:
        """Angle of a vehicle's road wheels, left +."""
        fleet = self._fleet.arrays()
        return float(fleet.steer_rad[fleet.actor_id == actor.id][0])

    def gear(self, actor: Actor) -> int:
        """A vehicle's gear as CARLA counts: -1 reverse, 0 neutral."""
        return int(self._fleet.gears()[self._fleet.arrays().actor_id == actor.id][0])

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
        self._stop_runaways()
        self._fleet.step(dt_s)
        self._crowd.step(dt_s)
        self._things.step(dt_s)
        self._stop_runaways()

    def _stop_runaways(self) -> None:
        """Put bodies whose motion went out of all bounds to rest where the table still has them."""
        for owner in (self._fleet, self._crowd, self._things):
            for actor_id in owner.runaways() if len(owner) else ():
                row = self._table.row(actor_id)
                self._table.velocity_world_mps[row] = self._table.angular_velocity_world_radps[row] = 0.0
                owner.put_to_rest(actor_id, self._table.position_world_m[row], self._table.rpy_rad[row])
                if actor_id not in self._stopped:
                    _LOG.warning("actor %d was faster than anything can be; it has been put to rest", actor_id)
                self._stopped.add(actor_id)

    def write_back(self) -> None:
        """Bring the motion of all bodies to the actor table."""
        fleet, crowd = self._fleet.arrays(), self._crowd.arrays()
        self.steer_angles_rad = fleet.steer_rad
        if self._rows_version != self._table.version:
            self._fleet_rows = self._table.rows(fleet.actor_id.tolist())
            self._crowd_rows = self._table.rows(crowd.actor_id.tolist())
            self._rows_version = self._table.version
        moved: list[tuple[NDArray[np.intp], BodyArrays]]
        moved = [(self._fleet_rows, fleet), (self._crowd_rows, crowd)]
        if len(self._things):
            things = self._things.arrays()
            moved.append((self._table.rows(things.actor_id.tolist()), things))
        for rows, arrays in moved:
            if len(rows):
                self._table.position_world_m[rows] = arrays.position_world_m
                self._table.rpy_rad[rows] = arrays.rpy_rad
                self._table.velocity_world_mps[rows] = arrays.velocity_world_mps
                self._table.angular_velocity_world_radps[rows] = arrays.angular_velocity_world_radps
                self._table.acceleration_world_mps2[rows] = arrays.acceleration_world_mps2

    def write_gears(self) -> None:
        """Bring the gears that the vehicles are in to their records, as stock CARLA does at each step."""
        if len(self._fleet):
            records, gears = self._table.records, self._fleet.gears()
            records["gear"][self._fleet_rows] = gears
            records["reverse"][self._fleet_rows] = gears < 0

    def overturned_rad(self) -> tuple[list[int], FloatArray]:
        """Ids of all vehicles, and how far each is rolled over, 0 to pi."""
        return list(self._fleet), np.abs(self._fleet.roll_rad())

    def _loosen(self, actor: Actor, loose: bool) -> None:
        """Let physics move a prop, or hold it where it is, at rest."""
        row = self._table.row(actor.id)
        if loose and actor.id not in self._things:
            position, rpy = self._table.position_world_m[row], self._table.rpy_rad[row]
            self._things.add(actor.id, _thing_spec(actor), position, rpy)
        elif not loose and actor.id in self._things:
            self._things.remove(actor.id)
            self._table.velocity_world_mps[row] = self._table.angular_velocity_world_radps[row] = 0.0
            self._table.acceleration_world_mps2[row] = 0.0

    def _owner(self, actor: Actor) -> VehicleFleet | WalkerCrowd | LooseThings | None:
        if actor.kind is ActorKind.VEHICLE:
            return self._fleet
        if actor.kind is ActorKind.WALKER:
            return self._crowd
        return self._things if actor.id in self._things else None


_SMALLEST_HALF_M = 0.01
"""A prop without a mesh has no size, but what falls and turns needs some."""


def _thing_spec(actor: Actor) -> ThingSpec:
    """The box of a prop; its mass is its attribute's, if it has one, else that of its volume."""
    half = np.maximum(actor.half_m, _SMALLEST_HALF_M)
    given_kg = _mass_kg(actor.attribute("mass"))
    return ThingSpec(
        half_m=(float(half[0]), float(half[1]), float(half[2])),
        center_body_m=actor.box_center_body_m,
        mass_kg=given_kg if given_kg > 0 else max(1.0, DENSITY_KGPM3 * float(np.prod(2 * half))),
    )


def _mass_kg(text: str) -> float:
    """An attribute's mass, 0 for none."""
    try:
        mass_kg = float(text)
    except ValueError:
        return 0.0
    return mass_kg if np.isfinite(mass_kg) else 0.0
