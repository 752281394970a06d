"""Moves the actors of a case: each by its own motion, through the ordinary client API."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import TICK_NS, s_from_ns
from scenarios.drive.path import LanePath
from scenarios.staging import ActorPlan, AtTime, Carried, DriveLane, Place, Staging, Trigger, Walk
from sim import convert
from sim.session import Session
from sim.truth import GroundTruth

EGO_FRONT_M = 3.8
"""From the rear axle to the front bumper of the car under test."""


class Puppet(Protocol):
    """One moving actor."""

    def commands(self, truth: GroundTruth) -> list[Any]:
        """`carla.command` values for the next tick."""
        ...


class Puppets:
    """All actors of a staging, on a session.

    Args:
        session: a world with the ego in it.
        staging: what to put there.
        path: the ego's lane path.
    """

    def __init__(self, session: Session, staging: Staging, path: LanePath) -> None:
        actors: dict[str, Any] = {}
        self._puppets: list[Puppet] = []
        for plan in staging.actors:
            place = plan.place
            ground_offset_m = _body_height_m(plan.blueprint)
            pose = path.pose(Place(place.ahead_m, place.left_m, place.yaw_rad, place.up_m + ground_offset_m))
            actor = session.spawn(plan.blueprint, pose, {"role_name": plan.role, **plan.attributes})
            actors[plan.role] = actor
            puppet = _puppet(plan, actor, actors, path)
            if puppet is not None:
                self._puppets.append(puppet)
            session.apply(_setup_commands(plan, actor))
            if isinstance(puppet, _Driver):
                session.apply(puppet.commands_at(0.0))

    def commands(self, truth: GroundTruth) -> list[Any]:
        """What all actors do in the next tick."""
        return [command for puppet in self._puppets for command in puppet.commands(truth)]


def _body_height_m(blueprint: str) -> float:
    # A CARLA walker's origin is the centre of its box; 0.93 m is half of the adults' 1.86 m.
    return 0.95 if blueprint.startswith("walker.") else 0.0


def _setup_commands(plan: ActorPlan, actor: Any) -> list[Any]:
    import carla

    commands: list[Any] = []
    if plan.blueprint.startswith("vehicle."):
        commands.append(carla.command.SetSimulatePhysics(actor, False))
    if plan.lights:
        commands.append(carla.command.SetVehicleLightState(actor, carla.VehicleLightState(plan.lights)))
    return commands


def _puppet(plan: ActorPlan, actor: Any, actors: dict[str, Any], path: LanePath) -> Puppet | None:
    motion = plan.motion
    if isinstance(motion, Walk):
        return _Walker(plan, motion, actor, path)
    if isinstance(motion, Carried):
        return _Burden(motion, actor, actors[motion.by_role])
    if isinstance(motion, DriveLane):
        return _Driver(plan, motion, actor, path)
    return None


def _triggered(trigger: Trigger, truth: GroundTruth, path: LanePath, ahead_m: float) -> bool:
    if isinstance(trigger, AtTime):
        return s_from_ns(truth.t_ns) >= trigger.t_s
    front_m = path.along_m(truth.ego.T_world_ego.points([EGO_FRONT_M, 0.0, 0.0]))
    return ahead_m - front_m <= trigger.gap_m


class _Walker:
    """Walks its distance once triggered, then stands."""

    def __init__(self, plan: ActorPlan, motion: Walk, actor: Any, path: LanePath) -> None:
        self._plan, self._motion, self._actor, self._path = plan, motion, actor, path
        turned = Place(plan.place.ahead_m, plan.place.left_m, motion.heading_rad)
        self._direction_world = path.pose(turned)[:3, 0]
        self._started_ns: int | None = None

    def commands(self, truth: GroundTruth) -> list[Any]:
        import carla

        if self._started_ns is None and _triggered(self._motion.trigger, truth, self._path, self._plan.place.ahead_m):
            self._started_ns = truth.t_ns
        walked_m = 0.0
        if self._started_ns is not None:
            walked_m = s_from_ns(truth.t_ns - self._started_ns) * self._motion.speed_mps
        walking = self._started_ns is not None and walked_m < self._motion.distance_m
        speed_mps = self._motion.speed_mps if walking else 0.0
        control = carla.WalkerControl(convert.carla_vector(self._direction_world), speed_mps, False)
        return [carla.command.ApplyWalkerControl(self._actor, control)]


class _Burden:
    """Goes where its carrier goes."""

    def __init__(self, motion: Carried, actor: Any, carrier: Any) -> None:
        self._motion, self._actor, self._carrier = motion, actor, carrier

    def commands(self, truth: GroundTruth) -> list[Any]:
        import carla

        objects = truth.objects
        index = int(np.flatnonzero(objects.actor_id == self._carrier.id)[0])
        yaw_rad = float(objects.yaw_world_rad[index])
        forward = np.array([math.cos(yaw_rad), math.sin(yaw_rad), 0.0])
        left = np.array([-forward[1], forward[0], 0.0])
        pose = np.eye(4)
        pose[:3, 0], pose[:3, 1] = forward, left
        pose[:3, 3] = objects.center_world_m[index] + self._motion.forward_m * forward + self._motion.left_m * left
        pose[2, 3] = objects.center_world_m[index][2] - objects.size_lwh_m[index][2] / 2.0
        velocity = convert.carla_vector(objects.velocity_world_mps[index])
        return [
            carla.command.ApplyTransform(self._actor, convert.carla_transform(pose)),
            carla.command.ApplyTargetVelocity(self._actor, velocity),
        ]


class _Driver:
    """Moves along the ego's lane on rails: its place at each tick is a formula, so the reveal is exact."""

    def __init__(self, plan: ActorPlan, motion: DriveLane, actor: Any, path: LanePath) -> None:
        self._plan, self._motion, self._actor, self._path = plan, motion, actor, path
        self._half_length_m = float(actor.bounding_box.extent.x)

    def commands(self, truth: GroundTruth) -> list[Any]:
        # What is commanded now is where it is at the next tick.
        return self.commands_at(s_from_ns(truth.t_ns + TICK_NS))

    def commands_at(self, t_s: float) -> list[Any]:
        """Put it where it is at `t_s`, moving."""
        import carla

        pose = self._pose(t_s)
        velocity_mps = (self._pose(t_s + 0.01)[:3, 3] - pose[:3, 3]) / 0.01
        return [
            carla.command.ApplyTransform(self._actor, convert.carla_transform(pose)),
            carla.command.ApplyTargetVelocity(self._actor, convert.carla_vector(velocity_mps)),
        ]

    def _pose(self, t_s: float) -> NDArray[np.float64]:
        ahead_m = self._plan.place.ahead_m + self._motion.speed_mps * t_s
        left_m, slope = self._offset(ahead_m)
        return self._path.pose(Place(ahead_m, self._plan.place.left_m + left_m, math.atan(slope)))

    def _offset(self, ahead_m: float) -> tuple[float, float]:
        """Sideways offset in m and its slope over the way: a smooth step, no jump in heading at either end."""
        change = self._motion.lane_change
        if change is None:
            return 0.0, 0.0
        begin_m = change.of_m - change.before_m - self._half_length_m
        length_m = change.duration_s * self._motion.speed_mps
        share = min(max((ahead_m - begin_m) / length_m, 0.0), 1.0)
        return change.left_m * share**2 * (3 - 2 * share), change.left_m * 6 * share * (1 - share) / length_m
