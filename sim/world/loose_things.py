"""Props with physics: boxes that fall, slide to rest by friction and are pushed. They turn about the vertical only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.world.body_motion import RUNAWAY_MPS, BodyArrays
from sim.world.ground import Ground
from sim.world.vehicle_spec import GRAVITY_MPS2

FloatArray = NDArray[np.float64]

FRICTION: Final = 0.7  # Unreal's default material, which props have
DENSITY_KGPM3: Final = 100.0  # of the box around a prop: a loaded wheeled bin of 0.35 m3 weighs 30 to 40 kg
_TOUCH_M: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSpec:
    """A box: half sizes and centre in the body frame, mass."""

    half_m: tuple[float, float, float]
    center_body_m: tuple[float, float, float]
    mass_kg: float

    @property
    def yaw_inertia_kgm2(self) -> float:
        """Of a solid box about the vertical."""
        return self.mass_kg * (self.half_m[0] ** 2 + self.half_m[1] ** 2) / 3.0

    @property
    def arm_m(self) -> float:
        """At which the ground's friction brakes a turn: the mean distance from the middle, about half a diagonal's."""
        return (self.half_m[0] + self.half_m[1]) / 2.0


class LooseThings:
    """The props of a world that physics moves, on one ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._specs: list[ThingSpec] = []
        wide = np.zeros((0, 3))
        self._rows = BodyArrays(np.zeros(0, np.int64), wide, wide, wide, wide, wide)
        self._last_mps = wide
        self._gravity = np.zeros(0, np.bool_)

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, actor_id: int) -> bool:
        return bool((self._rows.actor_id == actor_id).any())

    def add(self, actor_id: int, spec: ThingSpec, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Let go of a thing at rest; ValueError if the id is taken."""
        if actor_id in self:
            raise ValueError(f"thing {actor_id} is loose already; want a new actor id")
        self._specs.append(spec)
        still = np.zeros(3)
        new = (actor_id, np.asarray(position_world_m, float), np.asarray(rpy_rad, float), still, still, still)
        for field, value in zip(fields(self._rows), new, strict=True):
            array = getattr(self._rows, field.name)
            setattr(self._rows, field.name, np.concatenate([array, np.asarray(value, array.dtype)[None]]))
        self._last_mps = np.concatenate([self._last_mps, still[None]])
        self._gravity = np.append(self._gravity, True)

    def remove(self, actor_id: int) -> None:
        """Forget a thing; KeyError for an unknown id."""
        row = self._row(actor_id)
        del self._specs[row]
        for field in fields(self._rows):
            setattr(self._rows, field.name, np.delete(getattr(self._rows, field.name), row, axis=0))
        self._last_mps, self._gravity = np.delete(self._last_mps, row, axis=0), np.delete(self._gravity, row)

    def spec(self, actor_id: int) -> ThingSpec:
        """The box of a thing; KeyError for an unknown id."""
        return self._specs[self._row(actor_id)]

    def set_pose(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a thing somewhere else, as fast as it is."""
        row = self._row(actor_id)
        self._rows.position_world_m[row], self._rows.rpy_rad[row] = position_world_m, rpy_rad

    def set_velocity(self, actor_id: int, velocity_world_mps: ArrayLike) -> None:
        """Give a thing a velocity at once."""
        row = self._row(actor_id)
        self._rows.velocity_world_mps[row] = self._last_mps[row] = velocity_world_mps

    def set_angular_velocity(self, actor_id: int, angular_velocity_world_radps: ArrayLike) -> None:
        """Give a thing a turn rate at once; about the vertical only."""
        turn = np.asarray(angular_velocity_world_radps, dtype=np.float64)
        self._rows.angular_velocity_world_radps[self._row(actor_id)] = (0.0, 0.0, turn[2])

    def runaways(self) -> list[int]:
        """Ids of the things whose motion is no number, or faster than any body here."""
        fastest = np.abs(self._rows.velocity_world_mps).sum(axis=1)
        wild = ~(fastest + np.abs(self._rows.angular_velocity_world_radps).sum(axis=1) < RUNAWAY_MPS)
        return [int(actor_id) for actor_id in self._rows.actor_id[wild]]

    def put_to_rest(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a thing to a place without any motion, whatever became of its state."""
        self.set_velocity(actor_id, (0.0, 0.0, 0.0))
        self.set_angular_velocity(actor_id, (0.0, 0.0, 0.0))
        self.set_pose(actor_id, position_world_m, rpy_rad)

    def set_enable_gravity(self, actor_id: int, enabled: bool) -> None:
        """Whether a thing falls."""
        self._gravity[self._row(actor_id)] = enabled

    def apply_impulse(self, actor_id: int, impulse_world_ns: ArrayLike, at_world_m: ArrayLike | None = None) -> None:
        """Push a thing (N s) at a point of the world, by default its centre."""
        row = self._row(actor_id)
        impulse, spec = np.asarray(impulse_world_ns, dtype=np.float64), self._specs[row]
        self._rows.velocity_world_mps[row] += impulse / spec.mass_kg
        if at_world_m is not None:
            arm = np.asarray(at_world_m, dtype=np.float64) - self._rows.position_world_m[row]
            turn = (arm[0] * impulse[1] - arm[1] * impulse[0]) / spec.yaw_inertia_kgm2
            self._rows.angular_velocity_world_radps[row, 2] += turn

    def apply_collision(
        self, actor_id: int, change_world_mps: ArrayLike, yaw_change_radps: float, shift_world_m: ArrayLike
    ) -> None:
        """What a collision does to a thing."""
        row = self._row(actor_id)
        self._rows.velocity_world_mps[row] += change_world_mps
        self._rows.angular_velocity_world_radps[row, 2] += yaw_change_radps
        self._rows.position_world_m[row] += shift_world_m

    def step(self, dt_s: float) -> None:
        """Advance all things by `dt_s`."""
        if not self._specs:
            return
        rows = self._rows
        before = rows.velocity_world_mps.copy()
        lowest_m = self._support_m()
        height_m = rows.position_world_m[:, 2] - self._ground.height_m(rows.position_world_m[:, :2]) - lowest_m
        lies = (height_m <= _TOUCH_M) & (before[:, 2] <= 0.0)
        velocity = before.copy()
        velocity[:, 2] -= GRAVITY_MPS2 * dt_s * (self._gravity & ~lies)
        self._rub(velocity, lies, dt_s)
        rows.position_world_m = rows.position_world_m + (before + velocity) / 2 * dt_s
        floor_m = self._ground.height_m(rows.position_world_m[:, :2]) + lowest_m
        landed = lies | (rows.position_world_m[:, 2] <= floor_m)
        rows.position_world_m[landed, 2] = floor_m[landed]
        velocity[landed, 2] = 0.0
        yaw = rows.rpy_rad[:, 2] + rows.angular_velocity_world_radps[:, 2] * dt_s
        rows.rpy_rad = np.column_stack([rows.rpy_rad[:, :2], np.remainder(yaw + np.pi, 2 * np.pi) - np.pi])
        rows.velocity_world_mps = velocity
        rows.acceleration_world_mps2 = (velocity - self._last_mps) / dt_s
        self._last_mps = velocity.copy()

    def arrays(self) -> BodyArrays:
        """Motion of all things: fresh arrays that later steps do not change."""
        return BodyArrays(*(getattr(self._rows, field.name).copy() for field in fields(self._rows)))

    def _rub(self, velocity_mps: FloatArray, lies: NDArray[np.bool_], dt_s: float) -> None:
        """Slow what lies on the ground, and its turning, by friction."""
        loss_mps = FRICTION * GRAVITY_MPS2 * dt_s
        speed_mps = np.hypot(velocity_mps[:, 0], velocity_mps[:, 1])
        kept = np.maximum(0.0, 1.0 - loss_mps / np.maximum(speed_mps, 1e-9))
        velocity_mps[lies, :2] *= kept[lies, None]
        turn = self._rows.angular_velocity_world_radps[:, 2]
        turn_loss = np.array([loss_mps * s.arm_m * s.mass_kg / s.yaw_inertia_kgm2 for s in self._specs])
        slower = np.sign(turn) * np.maximum(0.0, np.abs(turn) - turn_loss)
        self._rows.angular_velocity_world_radps[:, 2] = np.where(lies, slower, turn)

    def _support_m(self) -> FloatArray:
        """(N,) height of the origins above the lowest corner of their boxes, as they are tilted."""
        half = np.array([spec.half_m for spec in self._specs])
        center = np.array([spec.center_body_m for spec in self._specs])
        roll, pitch = self._rows.rpy_rad[:, 0], self._rows.rpy_rad[:, 1]
        up = np.column_stack([-np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll)])
        return (np.abs(up) * half).sum(axis=1) - (up * center).sum(axis=1)

    def _row(self, actor_id: int) -> int:
        rows = np.flatnonzero(self._rows.actor_id == actor_id)
        if not len(rows):
            raise KeyError(actor_id)
        return int(rows[0])
