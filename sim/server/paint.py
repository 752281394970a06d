"""What is painted on the road by actors: it lies on the ground wherever they are put, as the ground is there."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.assets.laid import MARKING, Sheet, laid_pose, sample_places_m
from sim.assets.mesh import MeshKey
from sim.server.actors import Actor
from sim.server.episode import Episode
from sim.world.scene import Instance


def painted(
    episode: Episode, actor: Actor, T_world_body: NDArray[np.float64], velocity_world_mps: NDArray[np.float64]
) -> list[Instance]:
    """The sheet of paint that an actor lays, none without a picture or contrast."""
    contrast = float(actor.attribute("contrast"))
    if actor.poster is None or contrast <= 0.0:
        return []
    T_world_sheet, pose = _laid(episode, actor, T_world_body)
    return [
        Instance(
            actor_id=actor.id,
            tag=actor.semantic_tag,
            mesh=MeshKey(MARKING, pose),
            T_world_body=T_world_sheet,
            velocity_world_mps=velocity_world_mps,
            poster=actor.poster,
            contrast=contrast,
        )
    ]


def _laid(episode: Episode, actor: Actor, T_world_body: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """(4, 4) level `T_world_sheet` on the ground, and the pose that bends the sheet to it."""
    length_m, width_m, _ = actor.size_lwh_m
    yaw_rad = math.atan2(T_world_body[1, 0], T_world_body[0, 0])
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    T_world_sheet = np.eye(4)
    T_world_sheet[:2, :2] = [[cos, -sin], [sin, cos]]
    T_world_sheet[:2, 3] = T_world_body[:2, 3]
    own_m = sample_places_m(length_m, width_m)
    place_m = own_m.reshape(-1, 2) @ T_world_sheet[:2, :2].T + T_world_sheet[:2, 3]
    height_m = episode.map.data.ground_z_m(place_m).reshape(own_m.shape[:2])
    T_world_sheet[2, 3] = float(height_m.mean())
    return T_world_sheet, laid_pose(Sheet(length_m, width_m, height_m - height_m.mean()))
