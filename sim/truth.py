"""Ground truth from the world: importable by `scenarios` alone (import-linter holds that)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import set_arrays
from moosetest.frames import Transform
from moosetest.objects import ObjectClass
from moosetest.world import EgoState
from sim import convert
from sim.assets.animals.names import ANIMALS

ROAD_LINE_TAG = 24
_BASE_TYPE_CLASS = {
    "car": ObjectClass.CAR,
    "van": ObjectClass.CAR,
    "truck": ObjectClass.TRUCK,
    "bus": ObjectClass.BUS,
    "motorcycle": ObjectClass.MOTORCYCLE,
    "bicycle": ObjectClass.BICYCLE,
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TruthObjects:
    """True boxes of all actors but the ego, in the world frame: centre, size, attitude, velocity of the centre.

    `role` is each actor's `role_name`, by which a case names its actors; `rotation` (N, 3, 3) body to world.
    """

    actor_id: NDArray[np.int64]
    role: tuple[str, ...]
    class_id: NDArray[np.int16]
    center_world_m: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    rotation: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = ("N",)
        set_arrays(
            self,
            {
                "actor_id": (n, np.int64),
                "class_id": (n, np.int16),
                "center_world_m": (("N", 3), np.float64),
                "size_lwh_m": (("N", 3), np.float64),
                "rotation": (("N", 3, 3), np.float64),
                "velocity_world_mps": (("N", 3), np.float64),
            },
        )

    def __len__(self) -> int:
        return len(self.actor_id)

    @property
    def yaw_world_rad(self) -> NDArray[np.float64]:
        """(N,) heading of the body x axis."""
        return np.arctan2(self.rotation[:, 1, 0], self.rotation[:, 0, 0])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GroundTruth:
    """What is really there at one instant."""

    t_ns: int
    frame: int
    ego: EgoState
    objects: TruthObjects


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """What never changes about an actor, fetched once."""

    actor_id: int
    role: str
    class_id: ObjectClass
    center_body_m: tuple[float, float, float]
    size_lwh_m: tuple[float, float, float]


def is_flat(actor: Any) -> bool:
    """Whether a `carla.Actor` is paint on the road, by CARLA's tag of it: nothing to drive around."""
    return ROAD_LINE_TAG in actor.semantic_tags


def actor_facts(actor: Any) -> ActorFacts:
    """Facts of a `carla.Actor`: its class by blueprint, its box in body axes (ours)."""
    box = actor.bounding_box
    center = convert.vector(box.location)
    size = [max(2.0 * half, 0.01) for half in (box.extent.x, box.extent.y, box.extent.z)]
    return ActorFacts(
        actor_id=actor.id,
        role=actor.attributes.get("role_name", ""),
        class_id=_class_of(actor),
        center_body_m=(float(center[0]), float(center[1]), float(center[2])),
        size_lwh_m=(size[0], size[1], size[2]),
    )


def read_truth(
    snapshot: Any, t_ns: int, ego_id: int, T_body_ego: Transform, facts: Sequence[ActorFacts]
) -> GroundTruth:
    """Ground truth of a `carla.WorldSnapshot`; actors that are gone are left out."""
    ego = _ego_state(snapshot.find(ego_id), t_ns, T_body_ego)
    rows = [(fact, state) for fact in facts if (state := snapshot.find(fact.actor_id)) is not None]
    return GroundTruth(t_ns=t_ns, frame=snapshot.frame, ego=ego, objects=_objects(rows))


def _objects(rows: Sequence[tuple[ActorFacts, Any]]) -> TruthObjects:
    poses = [convert.pose_of(state.get_transform()) for _, state in rows]
    centers = [pose[:3, :3] @ fact.center_body_m + pose[:3, 3] for (fact, _), pose in zip(rows, poses, strict=True)]
    return TruthObjects(
        actor_id=np.array([fact.actor_id for fact, _ in rows], dtype=np.int64),
        role=tuple(fact.role for fact, _ in rows),
        class_id=np.array([fact.class_id for fact, _ in rows], dtype=np.int16),
        center_world_m=np.array(centers).reshape(-1, 3),
        size_lwh_m=np.array([fact.size_lwh_m for fact, _ in rows]).reshape(-1, 3),
        rotation=np.array([pose[:3, :3] for pose in poses]).reshape(-1, 3, 3),
        velocity_world_mps=np.array([convert.vector(state.get_velocity()) for _, state in rows]).reshape(-1, 3),
    )


def _ego_state(state: Any, t_ns: int, T_body_ego: Transform) -> EgoState:
    T_world_body = Transform("world", T_body_ego.dst, convert.pose_of(state.get_transform()))
    T_world_ego = T_world_body @ T_body_ego
    omega_world_radps = np.radians(convert.flip_axial(_xyz(state.get_angular_velocity())))
    lever_world_m = T_world_body.vectors(T_body_ego.translation_m)
    velocity_world_mps = convert.vector(state.get_velocity()) + np.cross(omega_world_radps, lever_world_m)
    T_ego_world = T_world_ego.inverse()
    return EgoState(
        t_ns=t_ns,
        T_world_ego=T_world_ego,
        velocity_ego_mps=T_ego_world.vectors(velocity_world_mps),
        accel_ego_mps2=T_ego_world.vectors(convert.vector(state.get_acceleration())),
        yaw_rate_radps=float(omega_world_radps[2]),
        steer_rad=0.0,
        cov_pose=np.zeros((6, 6)),
    )


def _xyz(vector: Any) -> tuple[float, float, float]:
    return (vector.x, vector.y, vector.z)


def _class_of(actor: Any) -> ObjectClass:
    if actor.type_id in ANIMALS:
        return ObjectClass.UNKNOWN
    if actor.type_id.startswith("walker."):
        return ObjectClass.PERSON
    if actor.type_id.startswith("vehicle."):
        return _BASE_TYPE_CLASS.get(actor.attributes.get("base_type", "").lower(), ObjectClass.CAR)
    return ObjectClass.UNKNOWN
