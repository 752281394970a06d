"""Actors, and the table that keeps the motion of all of them as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import convert
from sim.assets.scaled import AS_MADE, Scale
from sim.server import poses
from sim.server.blueprints import MESH_PROP, ActorKind
from sim.server.layouts import (
    AckermannControl,
    AckermannSettings,
    ActorDescription,
    BoundingBox,
    VehicleControl,
    WalkerControl,
    to_wire,
)
from sim.server.messages import ACTIVE, ACTOR_RECORD
from sim.world.poster import Poster

if TYPE_CHECKING:
    from sim.server.ackermann import AckermannController
    from sim.server.physics_control import PhysicsControl
    from sim.server.spring_arm import SpringArm


@dataclass(slots=True, eq=False)
class VehicleState:
    """What only vehicles have. `ackermann` set means that it drives instead of `control`.

    `physics` is what a client wrote, None for the blueprint's; `open_doors` are numbers of carla.VehicleDoor.
    """

    control: VehicleControl = field(default_factory=VehicleControl)
    ackermann: AckermannControl | None = None
    ackermann_settings: AckermannSettings = field(default_factory=AckermannSettings)
    lights: int = 0
    ackermann_controller: AckermannController | None = None
    physics: PhysicsControl | None = None
    open_doors: frozenset[int] = frozenset()
    constant_velocity_body_mps: NDArray[np.float64] | None = None
    steer_overrides_deg: dict[int, float] = field(default_factory=dict)
    pitch_overrides_deg: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class WalkerState:
    """What only walkers have; `bones` (B, 4, 4) is the pose that a client made, of which `bones_share` is shown."""

    control: WalkerControl = field(default_factory=WalkerControl)
    bones: NDArray[np.float64] | None = None
    bones_share: float = 0.0


@dataclass(slots=True, eq=False)
class GBuffers:
    """Which g-buffers of a camera have a stream, by carla.GBufferTextureID, and whether they are sent."""

    enabled: bool = False
    streams: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Actor:
    """One actor: who it is and what it is attached to; its motion is in the `ActorTable`.

    Args:
        id: never reused within an episode.
        description: as the client sent it, completed with the blueprint's defaults.
        kind: what it is to the server.
        size_lwh_m: of its bounding box.
        scale: how many times as large as its asset it is.
        box_center_body_m: centre of its bounding box in its own (right-handed) frame.
        semantic_tag: carla.CityObjectLabel, 0 for none.
        spawn_tick: the episode's tick of its birth.
        parent_id: 0 for none.
        T_parent_self: (4, 4), for attached actors; relative to the arm's end for those on one.
        arm: what an actor hangs on that is not attached rigidly.
        stream_id: for sensors that send, else 0.
        poster: a user's picture that its board shows.
    """

    id: int
    description: ActorDescription
    kind: ActorKind
    size_lwh_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: Scale = AS_MADE
    box_center_body_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    semantic_tag: int = 0
    spawn_tick: int = 0
    parent_id: int = 0
    T_parent_self: NDArray[np.float64] | None = None
    arm: SpringArm | None = None
    stream_id: int = 0
    vehicle: VehicleState | None = None
    walker: WalkerState | None = None
    poster: Poster | None = None
    simulated: bool = True
    collides: bool = True
    ignored_ids: frozenset[int] = frozenset()
    gbuffers: GBuffers = field(default_factory=lambda: GBuffers())

    @property
    def blueprint_id(self) -> str:
        """The id of the blueprint it was made of."""
        return self.description.blueprint_id

    @property
    def asset(self) -> str:
        """Whose meshes it shows: of its blueprint, or of the one that a client chose."""
        return self.attribute("mesh_path") if self.blueprint_id == MESH_PROP else self.blueprint_id

    @property
    def half_m(self) -> NDArray[np.float64]:
        """(3,) half sizes of the bounding box."""
        return np.array(self.size_lwh_m) / 2.0

    def attribute(self, name: str, default: str = "") -> str:
        """The value of an attribute."""
        return next((a.value for a in self.description.attributes if a.name == name), default)

    def bounding_box(self) -> BoundingBox:
        """The box as CARLA tells it: centre relative to the actor, half sizes."""
        x, y, z = self.box_center_body_m
        length, width, height = self.size_lwh_m
        return BoundingBox((x, -y, z), (length / 2, width / 2, height / 2), actor_id=self.id)

    def to_wire(self, token: bytes) -> list[Any]:
        """CARLA's Actor struct; `token` is empty for actors without a stream."""
        tags = bytes([self.semantic_tag]) if self.semantic_tag else b""
        return [self.id, self.parent_id, to_wire(self.description), to_wire(self.bounding_box()), tags, token]


class ActorTable:
    """All actors of an episode, and their motion in right-handed metres and radians, one row an actor.

    Rows move when an actor is removed: look them up with `row` each time. `version` changes with every add and remove,
    `collision_version` when an actor begins or ceases to collide.
    """

    def __init__(self) -> None:
        self.actors: dict[int, Actor] = {}
        self.version = 0
        self.collision_version = 0
        self._row: dict[int, int] = {}
        self._motion = np.zeros((0, 5, 3))
        self._records = _empty_records(0)

    def __len__(self) -> int:
        return len(self.actors)

    @property
    def position_world_m(self) -> NDArray[np.float64]:
        """(N, 3), writable."""
        return self._motion[:, 0]

    @property
    def rpy_rad(self) -> NDArray[np.float64]:
        """(N, 3) roll, pitch, yaw, writable."""
        return self._motion[:, 1]

    @property
    def velocity_world_mps(self) -> NDArray[np.float64]:
        """(N, 3), writable."""
        return self._motion[:, 2]

    @property
    def angular_velocity_world_radps(self) -> NDArray[np.float64]:
        """(N, 3), writable."""
        return self._motion[:, 3]

    @property
    def acceleration_world_mps2(self) -> NDArray[np.float64]:
        """(N, 3), writable."""
        return self._motion[:, 4]

    @property
    def records(self) -> NDArray[np.void]:
        """(N,) of `ACTOR_RECORD`; the details of an actor's kind are written here directly."""
        return self._records

    def add(self, actor: Actor, T_world_self: NDArray[np.float64]) -> None:
        """Add an actor at rest."""
        self._row[actor.id] = len(self.actors)
        self.actors[actor.id] = actor
        motion = np.zeros((1, 5, 3))
        motion[0, 0], motion[0, 1] = T_world_self[:3, 3], poses.rpy_of(T_world_self)
        self._motion = np.concatenate([self._motion, motion])
        records = _empty_records(len(self.actors))
        records[:-1] = self._records
        records["actor_id"][-1], records["state"][-1] = actor.id, ACTIVE
        self._records = records
        self.version += 1

    def remove(self, actor_id: int) -> None:
        """Remove an actor."""
        row = self._row[actor_id]
        del self.actors[actor_id]
        self._motion = np.delete(self._motion, row, axis=0)
        records = _empty_records(len(self.actors))
        records[:row], records[row:] = self._records[:row], self._records[row + 1 :]
        self._records = records
        self._row = {identity: row for row, identity in enumerate(self.actors)}
        self.version += 1

    def row(self, actor_id: int) -> int:
        """The row of an actor."""
        return self._row[actor_id]

    def rows(self, actor_ids: list[int]) -> NDArray[np.intp]:
        """The rows of actors."""
        return np.array([self._row[identity] for identity in actor_ids], dtype=np.intp)

    def pose(self, actor_id: int) -> NDArray[np.float64]:
        """(4, 4) `T_world_self`."""
        row = self._row[actor_id]
        return poses.matrices(self._motion[row : row + 1, 0], self._motion[row : row + 1, 1])[0]

    def place(self, actor_id: int, T_world_self: NDArray[np.float64]) -> None:
        """Put an actor somewhere else, as fast as it was."""
        row = self._row[actor_id]
        self._motion[row, 0], self._motion[row, 1] = T_world_self[:3, 3], poses.rpy_of(T_world_self)

    def write_records(self) -> NDArray[np.void]:
        """Bring the records up to date with the motion, in CARLA's frame; returns them."""
        records, motion = self._records, self._motion
        records["location_m"] = convert.flip_points(motion[:, 0])
        records["rotation_deg"] = poses.carla_rotations_deg(motion[:, 1])
        records["velocity_mps"] = convert.flip_points(motion[:, 2])
        records["angular_velocity_degps"] = np.degrees(convert.flip_axial(motion[:, 3]))
        records["acceleration_mps2"] = convert.flip_points(motion[:, 4])
        return records


def _empty_records(count: int) -> NDArray[np.void]:
    """Records of zeros. Numpy's concatenate and delete would pack the overlapping fields side by side."""
    return np.zeros(count, ACTOR_RECORD)
