"""How a body is posed: walkers by gait or bones, props by scale, signs by face, a school bus by its lights."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.assets.animals.stride import STRIDES, Stride
from sim.assets.catalog import SCHOOL_BUS, STOP_ARM_OUT, assets
from sim.assets.library import poses
from sim.assets.people.bones import Bones, blended, body_of, bones_of, from_relative
from sim.assets.people.free_pose import encoded
from sim.assets.people.swing import PHASES, STRIDE_M
from sim.assets.people.walker import drawn_body
from sim.assets.scaled import scaled_pose
from sim.server.actors import Actor
from sim.server.blueprints import TRAFFIC_SIGN
from sim.server.episode import Episode
from sim.world.vehicle_lights import SPECIAL_1, SPECIAL_2

FloatArray = NDArray[np.float64]

STAND_BELOW_MPS = 0.1
RUN_ABOVE_MPS = 2.5
"""Between the fastest comfortable walk (2.0 m/s) and the slowest run (gait studies: people change over there)."""


def walker_pose(speed_mps: float, walked_m: float, stride: Stride | None = None) -> str:
    """The mesh pose of a walker by speed, in the phase of its step; a person's without the `stride` of an animal."""
    if speed_mps < STAND_BELOW_MPS:
        return "stand"
    is_running = speed_mps > (RUN_ABOVE_MPS if stride is None else stride.run_above_mps)
    stride_m = STRIDE_M if stride is None else stride.length_m(is_running)
    return f"{'run' if is_running else 'walk'}_{int(walked_m / stride_m * PHASES) % PHASES}"


def shown_pose(episode: Episode, actor: Actor) -> str:
    """The mesh pose of an actor at the present tick; "" for those that have only one."""
    if actor.vehicle is not None:
        return _vehicle_pose(actor.blueprint_id, actor.vehicle.lights)
    if actor.blueprint_id == TRAFFIC_SIGN:
        return actor.attribute("face")
    if actor.walker is None:
        return scaled_pose(actor.scale)
    if actor.walker.bones is None or actor.walker.bones_share <= 0.0:
        return scaled_pose(actor.scale, _animation(episode, actor))
    body = body_of(from_relative(shown_bones(episode, actor)))
    return scaled_pose(actor.scale, encoded(body.turned(np.eye(3) / actor.scale[0], np.zeros(3))))


def _vehicle_pose(blueprint_id: str, lights: int) -> str:
    """A school bus holds out its arm as long as its red lamps flash."""
    return STOP_ARM_OUT if blueprint_id == SCHOOL_BUS and lights & (SPECIAL_1 | SPECIAL_2) else ""


def shown_bones(episode: Episode, actor: Actor) -> FloatArray:
    """(B, 4, 4) bones of a walker at the present tick, in the frames of their parents."""
    animated = _catalogue_bones(actor.blueprint_id, _animation(episode, actor), actor.scale[0]).relative()
    own = actor.walker.bones if actor.walker is not None else None
    share = actor.walker.bones_share if actor.walker is not None else 0.0
    return animated if own is None or share <= 0.0 else blended(animated, own, share)


def _animation(episode: Episode, actor: Actor) -> str:
    down, walked_m = episode.bodies.gait(actor)
    if down and "lie" in poses(actor.blueprint_id):
        return "lie"
    velocity_mps = episode.table.velocity_world_mps[episode.table.row(actor.id)]
    speed_mps = math.hypot(float(velocity_mps[0]), float(velocity_mps[1]))
    return walker_pose(speed_mps, walked_m / actor.scale[0], STRIDES.get(actor.blueprint_id))


@lru_cache(256)
def _catalogue_bones(blueprint_id: str, pose: str, scale: float) -> Bones:
    asset = assets()[blueprint_id]
    return bones_of(drawn_body(asset, pose).turned(scale * np.eye(3), np.zeros(3)), scale * asset.size_lwh_m[2])
