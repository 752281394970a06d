"""All walkers of the world, stepped at once: direction and speed in, poses and distance walked out."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.assets.animals.stride import STRIDES
from sim.world.body_motion import RUNAWAY_MPS, BodyArrays, BodyState
from sim.world.ground import Ground
from sim.world.vehicle_spec import GRAVITY_MPS2

FloatArray = NDArray[np.float64]
Triple = tuple[float, float, float]

# Unreal's character movement, which CARLA's walkers use: 2,048 cm/s2 both ways, turning towards the way.
MAX_ACCEL_MPS2: Final = 20.48
# CARLA's walker controller: 500 cm/s jump, 4,096 cm/s at most.
JUMP_SPEED_MPS: Final = 5.0
MAX_SPEED_MPS: Final = 40.96
TURN_RATE_RADPS: Final = math.radians(540.0)
# A person who is hit this hard falls; 1.5 m/s is the push that a standing adult can no longer step out of.
FALL_SPEED_CHANGE_MPS: Final = 1.5
# Sliding and tumbling of a person on asphalt (throw distance formulas after Searle, 1983).
TUMBLE_DECEL_MPS2: Final = 0.66 * GRAVITY_MPS2
STANDS_WITHIN_M: Final = 1e-3
STEP_TO_GROUND_M: Final = 1.0
"""Feet put so near to the ground stand on it: a navigation mesh follows kerbs and slopes roughly."""
ADULT_FROM_M: Final = 1.4
_MIN_DIRECTION: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkerSpec:
    """Size and mass of a walker."""

    length_m: float
    width_m: float
    height_m: float
    mass_kg: float


def walker_spec(blueprint_id: str, size_lwh_m: tuple[float, float, float]) -> WalkerSpec:
    """The body of a walker blueprint.

    An animal has the mass of its kind, a person one by body mass index: 22 for adults, 16 for children (WHO medians).

    Raises:
        ValueError: a size that is not positive.
    """
    if min(size_lwh_m) <= 0:
        raise ValueError(f"{blueprint_id}: size_lwh_m {tuple(size_lwh_m)}, want three positive lengths")
    length_m, width_m, height_m = (float(v) for v in size_lwh_m)
    index = 22.0 if height_m >= ADULT_FROM_M else 16.0
    stride = STRIDES.get(blueprint_id)
    mass_kg = index * height_m**2 if stride is None else stride.mass_kg
    return WalkerSpec(length_m=length_m, width_m=width_m, height_m=height_m, mass_kg=mass_kg)


@dataclass(slots=True, eq=False)
class CrowdArrays(BodyArrays):
    """Motion of all walkers.

    `walked_m` (N,) is the way on foot so far, for the phase of the gait; `is_down` (N,) whether a collision felled it.
    """

    walked_m: FloatArray
    is_down: NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class _Rows:
    """State of the walkers; the first axis counts them."""

    position_m: FloatArray
    rpy_rad: FloatArray
    velocity_mps: FloatArray
    last_velocity_mps: FloatArray
    accel_mps2: FloatArray
    yaw_rate_radps: FloatArray
    wanted_mps: FloatArray  # (N, 2)
    jump: NDArray[np.bool_]
    simulated: NDArray[np.bool_]
    was_carried: NDArray[np.bool_]
    is_down: NDArray[np.bool_]
    walked_m: FloatArray
    half_height_m: FloatArray


class WalkerCrowd:
    """The walkers of a world on one ground. The body origin is the centre of the box, half its height above ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._row: dict[int, int] = {}
        self._specs: list[WalkerSpec] = []
        self._carried: dict[int, tuple[float, ...]] = {}
        wide, real, flag = np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.bool_)
        self._rows = _Rows(wide, wide, wide, wide, wide, real, np.zeros((0, 2)), flag, flag, flag, flag, real, real)

    def __len__(self) -> int:
        return len(self._row)

    def __contains__(self, actor_id: int) -> bool:
        return actor_id in self._row

    def add(self, actor_id: int, spec: WalkerSpec, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a walker at rest into the world; ValueError if the id is taken."""
        if actor_id in self._row:
            raise ValueError(f"walker {actor_id} is in the crowd already; want a new actor id")
        self._row[actor_id] = len(self._specs)
        self._specs.append(spec)
        for field in fields(self._rows):
            array = getattr(self._rows, field.name)
            setattr(self._rows, field.name, np.concatenate([array, np.zeros((1, *array.shape[1:]), array.dtype)]))
        self._rows.simulated[-1] = True
        self._rows.half_height_m[-1] = spec.height_m / 2
        self.set_pose(actor_id, position_world_m, rpy_rad)

    def remove(self, actor_id: int) -> None:
        """Take a walker out of the world; KeyError for an unknown id."""
        row = self._row.pop(actor_id)
        self._carried.pop(actor_id, None)
        self._row = {key: r - (r > row) for key, r in self._row.items()}
        del self._specs[row]
        for field in fields(self._rows):
            setattr(self._rows, field.name, np.delete(getattr(self._rows, field.name), row, axis=0))

    def set_input(self, actor_id: int, direction_world: ArrayLike, speed_mps: float, jump: bool = False) -> None:
        """Walk along `direction_world` (3,), of any length, at `speed_mps` from now on, and with `jump` in leaps."""
        row = self._row[actor_id]
        x, y = (float(part) if math.isfinite(part) else 0.0 for part in np.asarray(direction_world).tolist()[:2])
        length = math.hypot(x, y)
        speed = min(max(float(speed_mps), 0.0), MAX_SPEED_MPS) if math.isfinite(speed_mps) else 0.0
        share = speed / length if length > _MIN_DIRECTION else 0.0
        self._rows.wanted_mps[row] = x * share, y * share
        self._rows.jump[row] = jump

    def set_pose(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put the walker to a place, on its feet."""
        self._carried.pop(actor_id, None)
        row = self._row[actor_id]
        self._rows.position_m[row] = position_world_m
        self._rows.rpy_rad[row] = rpy_rad
        self._rows.is_down[row] = False

    def carry(self, actor_id: int, feet_world_m: Triple, rpy_rad: Triple, speed_mps: float) -> None:
        """Put the walker's feet, with the next `put_carried`, to a place that it has walked to at a speed."""
        self._carried[actor_id] = (*feet_world_m, *rpy_rad, speed_mps)

    def put_carried(self) -> None:
        """Put all walkers where they are carried, on the ground within `STEP_TO_GROUND_M`.

        One that physics does not move then has the speed that it was carried with, along its way, until the next call;
        one that physics moves walks as it was told.
        """
        rows = self._rows
        rows.velocity_mps[rows.was_carried & ~rows.simulated] = 0.0
        rows.was_carried[:] = False
        if not self._carried:
            return
        row = np.array([self._row[actor_id] for actor_id in self._carried])
        told = np.array(list(self._carried.values()))
        self._carried.clear()
        place = told[:, :3]
        ground_m = self._ground.height_m(place[:, :2])
        place[:, 2] = np.where(np.abs(place[:, 2] - ground_m) <= STEP_TO_GROUND_M, ground_m, place[:, 2])
        place[:, 2] += rows.half_height_m[row]
        way_m = (place - rows.position_m[row]) * [1.0, 1.0, 0.0]  # a kerb is a step up, not a leap
        length_m = np.hypot(way_m[:, 0], way_m[:, 1])
        velocity = (
            way_m * np.where(length_m > _MIN_DIRECTION, told[:, 6] / np.maximum(length_m, _MIN_DIRECTION), 0.0)[:, None]
        )
        rows.velocity_mps[row] = np.where(rows.simulated[row, None], rows.velocity_mps[row], velocity)
        rows.position_m[row], rows.rpy_rad[row] = place, told[:, 3:6]
        rows.walked_m[row] += length_m
        rows.was_carried[row] = True

    def fell(self, actor_id: int) -> None:
        """Let the walker fall for good, wherever it was carried to."""
        row = self._row[actor_id]
        self._carried.pop(actor_id, None)
        self._rows.simulated[row] = self._rows.is_down[row] = True

    def set_velocity(self, actor_id: int, velocity_world_mps: ArrayLike) -> None:
        """Give the walker a velocity at once, which goes over into the walking speed it was told.

        One that physics does not move reports it, and steps along, until it is given another.
        """
        row = self._row[actor_id]
        self._rows.velocity_mps[row] = self._rows.last_velocity_mps[row] = velocity_world_mps

    def set_simulated(self, actor_id: int, simulated: bool) -> None:
        """Switch walking on or off; a change leaves the walker at rest, and one that is off stays where it is put."""
        row = self._row[actor_id]
        if self._rows.simulated[row] != simulated:
            self._rows.simulated[row] = simulated
            self.set_velocity(actor_id, (0.0, 0.0, 0.0))
            self._rows.accel_mps2[row] = self._rows.yaw_rate_radps[row] = 0.0

    def runaways(self) -> list[int]:
        """Ids of the walkers whose motion is no number, or faster than any body here."""
        wild = ~(np.abs(self._rows.velocity_mps).sum(axis=1) < RUNAWAY_MPS)
        return [actor_id for actor_id, row in self._row.items() if wild[row]] if wild.any() else []

    def put_to_rest(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a walker to a place without any motion, whatever became of its state."""
        row = self._row[actor_id]
        self.set_velocity(actor_id, (0.0, 0.0, 0.0))
        self._rows.accel_mps2[row] = self._rows.yaw_rate_radps[row] = 0.0
        self.set_pose(actor_id, position_world_m, rpy_rad)

    def is_simulated(self, actor_id: int) -> bool:
        """Whether the walker walks, falls and yields."""
        return bool(self._rows.simulated[self._row[actor_id]])

    def apply_collision(
        self, actor_id: int, velocity_change_world_mps: ArrayLike, shift_world_m: ArrayLike = (0.0, 0.0, 0.0)
    ) -> None:
        """What a collision does to a walker; from `FALL_SPEED_CHANGE_MPS` on it falls, and no longer walks."""
        row = self._row[actor_id]
        change = np.asarray(velocity_change_world_mps, dtype=np.float64)
        if self._rows.simulated[row]:
            self._rows.velocity_mps[row] += change
            self._rows.position_m[row] += shift_world_m
            self._rows.is_down[row] |= float(np.hypot(*change[:2])) > FALL_SPEED_CHANGE_MPS

    def step(self, dt_s: float) -> None:
        """Advance all walkers by `dt_s`; ValueError unless it is positive."""
        if not dt_s > 0:
            raise ValueError(f"dt_s {dt_s}, want a positive step")
        if not self._row:
            return
        rows = self._rows
        on = rows.simulated
        feet_m = self._ground.height_m(rows.position_m[:, :2]) + rows.half_height_m
        velocity = rows.velocity_mps.copy()
        velocity[:, :2] = self._planar_velocity(dt_s)
        leaps = rows.jump & on & ~rows.is_down & (rows.position_m[:, 2] <= feet_m + STANDS_WITHIN_M)
        velocity[:, 2] = np.where(leaps, JUMP_SPEED_MPS, self._fall_speed(feet_m, dt_s))
        moved = np.where(on[:, None], rows.position_m + velocity * dt_s, rows.position_m)
        feet_m = self._ground.height_m(moved[:, :2]) + rows.half_height_m
        on_feet = on & (moved[:, 2] <= feet_m)
        moved[on_feet, 2] = feet_m[on_feet]
        velocity[on_feet, 2] = 0.0
        self._turn(dt_s)
        rows.position_m = moved
        rows.velocity_mps = np.where(on[:, None], velocity, rows.velocity_mps)
        walks = (on | ~rows.was_carried) & ~rows.is_down  # who is carried has made its way already
        speed_mps = np.hypot(rows.velocity_mps[:, 0], rows.velocity_mps[:, 1])
        rows.walked_m = rows.walked_m + np.where(walks, speed_mps * dt_s, 0.0)
        rows.accel_mps2 = np.where(on[:, None], (rows.velocity_mps - rows.last_velocity_mps) / dt_s, 0.0)
        rows.last_velocity_mps = rows.velocity_mps

    def spec(self, actor_id: int) -> WalkerSpec:
        """The body of a walker; KeyError for an unknown id."""
        return self._specs[self._row[actor_id]]

    def set_gait(self, actor_id: int, walked_m: float, is_down: bool) -> None:
        """Put a walker into a phase of its gait, or on the ground."""
        row = self._row[actor_id]
        self._rows.walked_m[row], self._rows.is_down[row] = walked_m, is_down

    def walked_m(self, actor_id: int) -> float:
        """Way on foot since the walker was added, for the phase of its gait."""
        return float(self._rows.walked_m[self._row[actor_id]])

    def is_down(self, actor_id: int) -> bool:
        """Whether a collision has felled the walker."""
        return bool(self._rows.is_down[self._row[actor_id]])

    def state(self, actor_id: int) -> BodyState:
        """Motion of one walker; for many at once `arrays` is faster."""
        row, all_rows = self._row[actor_id], self.arrays()
        return BodyState(**{field.name: getattr(all_rows, field.name)[row] for field in fields(BodyState)})

    def arrays(self) -> CrowdArrays:
        """Motion of all walkers: fresh arrays that later steps do not change."""
        rows = self._rows
        turning = np.zeros_like(rows.position_m)
        turning[:, 2] = rows.yaw_rate_radps
        return CrowdArrays(
            actor_id=np.fromiter(self._row, dtype=np.int64, count=len(self._row)),
            position_world_m=rows.position_m.copy(),
            rpy_rad=rows.rpy_rad.copy(),
            velocity_world_mps=rows.velocity_mps.copy(),
            angular_velocity_world_radps=turning,
            acceleration_world_mps2=rows.accel_mps2.copy(),
            walked_m=rows.walked_m.copy(),
            is_down=rows.is_down.copy(),
        )

    def _planar_velocity(self, dt_s: float) -> FloatArray:
        """(N, 2) velocity at the end of the step: towards the wanted one, or tumbling to rest."""
        rows = self._rows
        wanted = np.where(rows.is_down[:, None], 0.0, rows.wanted_mps)
        limit = np.where(rows.is_down, TUMBLE_DECEL_MPS2, MAX_ACCEL_MPS2) * dt_s
        change = wanted - rows.velocity_mps[:, :2]
        size = np.hypot(change[:, 0], change[:, 1])
        return rows.velocity_mps[:, :2] + change * np.minimum(1.0, limit / np.maximum(size, 1e-12))[:, None]

    def _fall_speed(self, feet_m: FloatArray, dt_s: float) -> FloatArray:
        """(N,) vertical velocity: falling when above the ground."""
        rows = self._rows
        falls = rows.position_m[:, 2] > feet_m
        return np.where(falls | (rows.velocity_mps[:, 2] > 0), rows.velocity_mps[:, 2] - GRAVITY_MPS2 * dt_s, 0.0)

    def _turn(self, dt_s: float) -> None:
        rows = self._rows
        walks = rows.simulated & ~rows.is_down & (np.abs(rows.wanted_mps).max(axis=1) > 0)
        aim = np.arctan2(rows.wanted_mps[:, 1], rows.wanted_mps[:, 0])
        off = np.remainder(aim - rows.rpy_rad[:, 2] + np.pi, 2 * np.pi) - np.pi
        turn = np.where(walks, np.clip(off, -TURN_RATE_RADPS * dt_s, TURN_RATE_RADPS * dt_s), 0.0)
        rows.rpy_rad[:, 2] = np.remainder(rows.rpy_rad[:, 2] + turn + np.pi, 2 * np.pi) - np.pi
        rows.yaw_rate_radps = turn / dt_s
