"""Moves the actors of a case: each by its own motion, through the ordinary client API."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import TICK_NS, s_from_ns
from scenarios.actors import ActorPlan, Carried, DriveLane, Glide, Place, Walk
from scenarios.drive.path import LanePath, turn
from scenarios.drive.triggers import Starter
from scenarios.staging import Staging
from sim import convert
from sim.session import Session
from sim.truth import GroundTruth

TICK_S = s_from_ns(TICK_NS)
WALKER_BIRTH_M = 0.95
"""Above the ground: the origin is the centre of the box, half of CARLA's adults' 1.86 m, with room for the feet.

How tall this one is, it says when it is there.
"""


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
            actor = session.spawn(plan.blueprint, _birth_pose(plan, path), {"role_name": plan.role, **plan.attributes})
            actors[plan.role] = actor
            puppet = _puppet(plan, actor, actors, path)
            if puppet is not None:
                self._puppets.append(puppet)
            session.apply(_setup_commands(plan, actor, path))
            if isinstance(puppet, _Driver):
                session.apply(puppet.commands_at(0.0))

    def commands(self, truth: GroundTruth) -> list[Any]:
        """What all actors do in the next tick."""
        return [command for puppet in self._puppets for command in puppet.commands(truth)]


def _birth_pose(plan: ActorPlan, path: LanePath) -> NDArray[np.float64]:
    pose = path.pose(plan.place)
    if _is_walker(plan):
        pose[2, 3] += WALKER_BIRTH_M
    return pose


def _first_pose(plan: ActorPlan, actor: Any, path: LanePath) -> NDArray[np.float64]:
    """Where it starts: a walker as high over the ground as its own box has its centre."""
    pose = path.pose(plan.place)
    if _is_walker(plan):
        box = actor.bounding_box
        pose[2, 3] += box.extent.z - box.location.z
    return pose


def _is_walker(plan: ActorPlan) -> bool:
    return plan.blueprint.startswith("walker.")


def _setup_commands(plan: ActorPlan, actor: Any, path: LanePath) -> list[Any]:
    import carla

    commands: list[Any] = []
    if plan.blueprint.startswith("vehicle.") or isinstance(plan.motion, Glide):
        commands.append(carla.command.SetSimulatePhysics(actor, False))
    if _is_walker(plan):
        commands.append(carla.command.ApplyTransform(actor, convert.carla_transform(_first_pose(plan, actor, path))))
    if plan.lights:
        commands.append(carla.command.SetVehicleLightState(actor.id, plan.lights))
    return commands


def _puppet(plan: ActorPlan, actor: Any, actors: dict[str, Any], path: LanePath) -> Puppet | None:
    motion = plan.motion
    if isinstance(motion, Walk):
        return _Walker(plan, motion, actor, path)
    if isinstance(motion, Glide):
        return _Glider(plan, motion, actor, path)
    if isinstance(motion, Carried):
        return _Burden(motion, actor, actors[motion.by_role])
    if isinstance(motion, DriveLane):
        return _Driver(plan, motion, actor, path)
    return None


def _put(actor: Any, pose: NDArray[np.float64], velocity_world_mps: NDArray[np.float64]) -> list[Any]:
    import carla

    return [
        carla.command.ApplyTransform(actor, convert.carla_transform(pose)),
        carla.command.ApplyTargetVelocity(actor, convert.carla_vector(velocity_world_mps)),
    ]


class _Walker:
    """Walks its distance once triggered, then stands."""

    def __init__(self, plan: ActorPlan, motion: Walk, actor: Any, path: LanePath) -> None:
        self._motion, self._actor = motion, actor
        turned = Place(plan.place.ahead_m, plan.place.left_m, motion.heading_rad)
        self._direction_world = path.pose(turned)[:3, 0]
        self._starter = Starter(motion.trigger, plan.place.ahead_m, path)

    def commands(self, truth: GroundTruth) -> list[Any]:
        import carla

        since_s = self._starter.since_s(truth)
        walking = since_s is not None and since_s * self._motion.speed_mps < self._motion.distance_m
        speed_mps = self._motion.speed_mps if walking else 0.0
        control = carla.WalkerControl(convert.carla_vector(self._direction_world), speed_mps, False)
        return [carla.command.ApplyWalkerControl(self._actor, control)]


class _Glider:
    """Moves along a straight line on rails once triggered, hopping if it is to."""

    def __init__(self, plan: ActorPlan, motion: Glide, actor: Any, path: LanePath) -> None:
        self._motion, self._actor = motion, actor
        self._start = _first_pose(plan, actor, path)
        turned = Place(plan.place.ahead_m, plan.place.left_m, motion.heading_rad)
        self._direction_world = path.pose(turned)[:3, 0]
        self._starter = Starter(motion.trigger, plan.place.ahead_m, path)

    def commands(self, truth: GroundTruth) -> list[Any]:
        since_s = self._starter.since_s(truth)
        if since_s is None:
            return []
        pose, following = self._pose(since_s + TICK_S), self._pose(since_s + TICK_S + 0.01)
        return _put(self._actor, pose, (following[:3, 3] - pose[:3, 3]) / 0.01)

    def _pose(self, since_s: float) -> NDArray[np.float64]:
        motion = self._motion
        way_m = min(since_s * motion.speed_mps, motion.distance_m)
        pose = self._start.copy()
        pose[:3, 3] += way_m * self._direction_world
        if motion.hop_m and way_m < motion.distance_m:
            phase = math.modf(since_s / motion.hop_s)[0]
            pose[2, 3] += motion.hop_m * 4.0 * phase * (1.0 - phase)  # a parabola, as of anything that is thrown
        return pose


class _Burden:
    """Goes where its carrier goes."""

    def __init__(self, motion: Carried, actor: Any, carrier: Any) -> None:
        self._motion, self._actor, self._carrier = motion, actor, carrier

    def commands(self, truth: GroundTruth) -> list[Any]:
        motion, objects = self._motion, truth.objects
        index = int(np.flatnonzero(objects.actor_id == self._carrier.id)[0])
        yaw = turn(float(objects.yaw_world_rad[index]), 0.0, 0.0)
        ground_m = objects.center_world_m[index] - [0.0, 0.0, objects.size_lwh_m[index][2] / 2.0]
        pose = np.eye(4)
        pose[:3, :3] = yaw @ turn(motion.yaw_rad, motion.pitch_rad, motion.roll_rad)
        pose[:3, 3] = ground_m + yaw @ [motion.forward_m, motion.left_m, motion.up_m]
        return _put(self._actor, pose, objects.velocity_world_mps[index])


class _Driver:
    """Moves along the ego's lane on rails: its place at each tick is a formula, so the reveal is exact."""

    def __init__(self, plan: ActorPlan, motion: DriveLane, actor: Any, path: LanePath) -> None:
        self._place, self._motion, self._actor, self._path = plan.place, motion, actor, path
        self._half_length_m = float(actor.bounding_box.extent.x)

    def commands(self, truth: GroundTruth) -> list[Any]:
        # What is commanded now is where it is at the next tick.
        return self.commands_at(s_from_ns(truth.t_ns) + TICK_S)

    def commands_at(self, t_s: float) -> list[Any]:
        """Put it where it is at `t_s`, moving."""
        pose = self._pose(t_s)
        return _put(self._actor, pose, (self._pose(t_s + 0.01)[:3, 3] - pose[:3, 3]) / 0.01)

    def _pose(self, t_s: float) -> NDArray[np.float64]:
        place, ahead_m = self._place, self._place.ahead_m + self._way_m(t_s)
        left_m, slope = self._offset(ahead_m)
        yaw_rad = place.yaw_rad + math.atan(slope)
        return self._path.pose(
            Place(ahead_m, place.left_m + left_m, yaw_rad, place.up_m, place.pitch_rad, place.roll_rad)
        )

    def _way_m(self, t_s: float) -> float:
        speed_mps, brake = self._motion.speed_mps, self._motion.brake
        if brake is None or t_s <= brake.at_s:
            return speed_mps * t_s
        braking_s = min(t_s - brake.at_s, (speed_mps - brake.to_mps) / brake.decel_mps2)
        way_m = speed_mps * (brake.at_s + braking_s) - brake.decel_mps2 * braking_s**2 / 2.0
        return way_m + brake.to_mps * (t_s - brake.at_s - braking_s)

    def _offset(self, ahead_m: float) -> tuple[float, float]:
        """Sideways offset in m and its slope over the way: a smooth step, no jump in heading at either end."""
        change = self._motion.lane_change
        if change is None:
            return 0.0, 0.0
        begin_m = change.of_m - change.before_m - self._half_length_m
        length_m = change.duration_s * self._motion.speed_mps
        share = min(max((ahead_m - begin_m) / length_m, 0.0), 1.0)
        return change.left_m * share**2 * (3 - 2 * share), change.left_m * 6 * share * (1 - share) / length_m
