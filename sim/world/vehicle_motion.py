"""All vehicles of the world, stepped at once: pedals and steering in, poses and velocities out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.world.body_motion import RUNAWAY_MPS, BodyArrays, BodyState
from sim.world.drivetrain import engine_rpm, shown_gears, stock_drivetrain
from sim.world.gearboxes import Gearboxes
from sim.world.ground import FlatGround, Ground
from sim.world.lying import lying_height_m, slide
from sim.world.single_track import PlanarState, SingleTrack, WheelCommand, stop_creeping, unit_vectors
from sim.world.vehicle_rows import VehicleRows
from sim.world.vehicle_spec import GRAVITY_MPS2, VehicleSpec

FloatArray = NDArray[np.float64]

MAX_SUBSTEP_S: Final = 0.05  # physics at 20 Hz; longer steps are divided
# Pedals move as Unreal's wheeled vehicles let them: 6 per second on, 10 per second off.
PEDAL_ON_PER_S: Final = 6.0
PEDAL_OFF_PER_S: Final = 10.0
_PLANAR_FIELDS: Final = tuple(field.name for field in fields(PlanarState))
_TOUCH_M: Final = 1e-3  # wheels closer to the ground than this stand on it
# A body put down with its upward axis tilted further than this lies on its side or roof instead of its wheels.
LYING_TILT_RAD: Final = math.radians(60.0)


@dataclass(frozen=True, slots=True)
class VehicleInput:
    """CARLA's vehicle control: `steer` in [-1, 1] is RIGHT positive; throttle and brake in [0, 1]."""

    throttle: float = 0.0
    steer: float = 0.0
    brake: float = 0.0
    hand_brake: bool = False
    reverse: bool = False
    manual_gear_shift: bool = False
    gear: int = 0


@dataclass(slots=True, eq=False)
class FleetArrays(BodyArrays):
    """Motion of all vehicles; `steer_rad` (N,) is the road wheels' angle, left +."""

    steer_rad: FloatArray


class VehicleFleet:
    """The vehicles of a world on one ground.

    A simulated vehicle keeps to the ground: put above it, it falls; on its wheels its roll and pitch are the ground's,
    and one that is put down on its side or roof slides there. One that is not simulated stays where it is put.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._is_level = isinstance(ground, FlatGround)
        self._row: dict[int, int] = {}
        self._specs: list[VehicleSpec] = []
        self._inputs: list[VehicleInput] = []
        self._gearboxes = Gearboxes()
        real, plane = np.zeros(0), np.zeros(0, dtype=np.complex128)
        self._planar = PlanarState(plane, plane, real, real, real)
        self._rows = VehicleRows.none()
        self._refresh()

    def __len__(self) -> int:
        return len(self._row)

    def __contains__(self, actor_id: int) -> bool:
        return actor_id in self._row

    def __iter__(self) -> Iterator[int]:
        return iter(self._row)

    def add(self, actor_id: int, spec: VehicleSpec, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a vehicle at rest into the world; simulated until told otherwise.

        Raises:
            ValueError: the id is taken.
        """
        if actor_id in self._row:
            raise ValueError(f"vehicle {actor_id} is in the fleet already; want a new actor id")
        self._row[actor_id] = len(self._specs)
        self._specs.append(spec)
        self._inputs.append(VehicleInput())
        for part in (self._planar, self._rows):
            for field in fields(part):
                array = getattr(part, field.name)
                setattr(
                    part, field.name, np.concatenate([array, np.zeros_like(array, shape=(*array.shape[:-1], 1))], -1)
                )
        self._rows.simulated[-1] = self._rows.gravity[-1] = True
        self._rows.grip[-1] = 1.0
        self._refresh()
        self.set_pose(actor_id, position_world_m, rpy_rad)

    def remove(self, actor_id: int) -> None:
        """Take a vehicle out of the world; KeyError for an unknown id."""
        row = self._row.pop(actor_id)
        self._row = {key: r - (r > row) for key, r in self._row.items()}
        self._gearboxes.forget(actor_id)
        del self._specs[row], self._inputs[row]
        for part in (self._planar, self._rows):
            for field in fields(part):
                setattr(part, field.name, np.delete(getattr(part, field.name), row, axis=-1))
        self._refresh()

    def set_input(self, actor_id: int, control: VehicleInput) -> None:
        """Pedals and steering from now on; values out of range are clipped, those not finite count as 0."""
        row = self._row[actor_id]
        backwards = control.reverse or (control.manual_gear_shift and control.gear < 0)
        neutral = control.manual_gear_shift and control.gear == 0
        throttle = 0.0 if neutral else _clipped(control.throttle, 0.0)
        steer_rad = -_clipped(control.steer, -1.0) * self._specs[row].max_steer_rad
        self._inputs[row] = control
        self._pedals_move = True
        hand = 1.0 if control.hand_brake else 0.0
        self._rows.wanted[:, row] = -throttle if backwards else throttle, _clipped(control.brake, 0.0), steer_rad, hand
        self._backwards[row] = control.reverse
        gear = control.gear if control.manual_gear_shift else None
        self._gearboxes.select(actor_id, self._specs[row], control.reverse, gear)

    def tune(self, actor_id: int, spec: VehicleSpec) -> None:
        """Give a vehicle another body; its origin stays where it is and as fast as it is."""
        row = self._row[actor_id]
        offset, velocity = self._cg_offset()[row], self._origin_velocity()[row]
        is_same_train = self._specs[row].drivetrain == spec.drivetrain
        self._specs[row] = spec
        self._refresh()
        self._planar.position_world_m[row] += self._cg_offset()[row] - offset
        self._put_velocity(row, velocity)
        if not is_same_train:
            self._gearboxes.forget(actor_id)
        self.set_input(actor_id, self._inputs[row])

    def set_pose(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put the body origin to a place; the origin's velocity and the yaw rate stay as they are."""
        row = self._row[actor_id]
        x, y, z = np.asarray(position_world_m, dtype=np.float64)
        roll, pitch, yaw = np.asarray(rpy_rad, dtype=np.float64)
        velocity = self._origin_velocity()[row]
        self._planar.yaw_rad[row] = yaw
        self._planar.position_world_m[row] = complex(x, y) + self._cg_offset()[row]
        self._put_velocity(row, velocity)
        rows = self._rows
        rows.z_m[row], rows.roll_rad[row], rows.pitch_rad[row] = z, roll, pitch
        rows.unsettled[row] = self._any_unsettled = True
        rows.in_air[row] = z > self._ground.height_m(np.array([[x, y]]))[0] + _TOUCH_M
        rows.lies[row] = math.cos(roll) * math.cos(pitch) < math.cos(LYING_TILT_RAD)

    def set_velocity(self, actor_id: int, velocity_world_mps: ArrayLike) -> None:
        """Give the body origin a velocity at once; a body that is not simulated only reports it."""
        row = self._row[actor_id]
        x, y, z = np.asarray(velocity_world_mps, dtype=np.float64)
        self._put_velocity(row, complex(x, y))
        self._rows.last_velocity_mps[row] = complex(x, y)
        self._rows.climb_mps[row] = self._rows.last_climb_mps[row] = z
        self._lift_off(row)

    def set_angular_velocity(self, actor_id: int, angular_velocity_world_radps: ArrayLike) -> None:
        """Give the body a yaw rate at once; the origin's velocity stays. Roll and pitch rates have no effect."""
        row = self._row[actor_id]
        velocity = self._origin_velocity()[row]
        self._planar.yaw_rate_radps[row] = np.asarray(angular_velocity_world_radps, dtype=np.float64)[2]
        self._put_velocity(row, velocity)

    def set_simulated(self, actor_id: int, simulated: bool) -> None:
        """Switch physics on or off; a change leaves the body at rest."""
        row = self._row[actor_id]
        rows = self._rows
        if rows.simulated[row] == simulated:
            return
        rows.simulated[row] = simulated
        self._planar.yaw_rate_radps[row] = self._planar.load_accel_mps2[row] = 0.0
        self._planar.velocity_world_mps[row] = rows.last_velocity_mps[row] = rows.accel_mps2[row] = 0.0
        rows.climb_mps[row] = rows.last_climb_mps[row] = rows.accel_up_mps2[row] = 0.0
        rows.unsettled[row] = self._any_unsettled = True
        self._held = np.flatnonzero(~rows.simulated)

    def runaways(self) -> list[int]:
        """Ids of the bodies whose motion is no number, or faster than anything on wheels."""
        planar, rows = self._planar, self._rows
        fastest = np.abs(planar.velocity_world_mps) + np.abs(rows.climb_mps) + np.abs(planar.yaw_rate_radps)
        wild = ~(fastest < RUNAWAY_MPS)
        return [actor_id for actor_id, row in self._row.items() if wild[row]] if wild.any() else []

    def put_to_rest(self, actor_id: int, position_world_m: ArrayLike, rpy_rad: ArrayLike) -> None:
        """Put a body to a place without any motion, whatever became of its state."""
        row, rows, planar = self._row[actor_id], self._rows, self._planar
        planar.yaw_rad[row] = planar.yaw_rate_radps[row] = planar.load_accel_mps2[row] = 0.0
        planar.velocity_world_mps[row] = rows.last_velocity_mps[row] = rows.accel_mps2[row] = 0.0
        rows.climb_mps[row] = rows.last_climb_mps[row] = rows.accel_up_mps2[row] = rows.slope_n[row] = 0.0
        rows.rolled_m[row] = np.nan_to_num(rows.rolled_m[row], posinf=0.0, neginf=0.0)
        self.set_pose(actor_id, position_world_m, rpy_rad)

    def is_simulated(self, actor_id: int) -> bool:
        """Whether physics moves the body."""
        return bool(self._rows.simulated[self._row[actor_id]])

    def set_enable_gravity(self, actor_id: int, enabled: bool) -> None:
        """Whether the body falls when it is above the ground."""
        self._rows.gravity[self._row[actor_id]] = enabled

    def set_grip(self, actor_id: int, factor: float) -> None:
        """Scale the tyres' friction: 1 dry road, about 0.7 wet, 0.3 snow, 0.1 ice (Wong, Theory of Ground Vehicles)."""
        self._rows.grip[self._row[actor_id]] = factor

    def grip(self, actor_id: int) -> float:
        """The factor on the tyres' friction that was set last."""
        return float(self._rows.grip[self._row[actor_id]])

    def apply_impulse(self, actor_id: int, impulse_world_ns: ArrayLike, at_world_m: ArrayLike | None = None) -> None:
        """Push a simulated body (N s) at a point of the world, by default its centre of gravity. It tilts nobody."""
        row = self._row[actor_id]
        if not self._rows.simulated[row]:
            return
        x, y, z = (float(v) for v in np.asarray(impulse_world_ns, dtype=np.float64))
        impulse = complex(x, y)
        self._planar.velocity_world_mps[row] += impulse / self._specs[row].mass_kg
        self._rows.climb_mps[row] += z / self._specs[row].mass_kg
        self._lift_off(row)
        if at_world_m is not None:
            arm = complex(*np.asarray(at_world_m, dtype=np.float64)[:2]) - self._planar.position_world_m[row]
            self._planar.yaw_rate_radps[row] += (arm.conjugate() * impulse).imag / self._specs[row].yaw_inertia_kgm2

    def apply_collision(
        self, actor_id: int, change_world_mps: ArrayLike, yaw_change_radps: float, shift_world_m: ArrayLike
    ) -> None:
        """What a collision does to a simulated body: changes of its centre of gravity's velocity, place, yaw rate."""
        row = self._row[actor_id]
        if self._rows.simulated[row]:
            self._planar.velocity_world_mps[row] += complex(*np.asarray(change_world_mps, dtype=np.float64)[:2])
            self._planar.yaw_rate_radps[row] += yaw_change_radps
            self._planar.position_world_m[row] += complex(*np.asarray(shift_world_m, dtype=np.float64)[:2])

    def step(self, dt_s: float) -> None:
        """Advance all simulated vehicles by `dt_s`, in substeps of at most `MAX_SUBSTEP_S`.

        Raises:
            ValueError: `dt_s` is not positive.
        """
        if not dt_s > 0:
            raise ValueError(f"dt_s {dt_s}, want a positive step")
        if not self._row:
            return
        substeps = math.ceil(dt_s / MAX_SUBSTEP_S - 1e-9)
        for _ in range(substeps):
            self._substep(dt_s / substeps)
        stop_creeping(self._planar)
        rows, velocity = self._rows, self._origin_velocity()
        rows.rolled_m = rows.rolled_m + (velocity * unit_vectors(self._planar.yaw_rad).conj()).real * dt_s
        rows.accel_mps2 = (velocity - rows.last_velocity_mps) / dt_s
        rows.accel_up_mps2 = (rows.climb_mps - rows.last_climb_mps) / dt_s
        rows.last_velocity_mps, rows.last_climb_mps = velocity, rows.climb_mps

    def spec(self, actor_id: int) -> VehicleSpec:
        """The body of a vehicle; KeyError for an unknown id."""
        return self._specs[self._row[actor_id]]

    def input(self, actor_id: int) -> VehicleInput:
        """The control that was set last."""
        return self._inputs[self._row[actor_id]]

    def state(self, actor_id: int) -> BodyState:
        """Motion of one vehicle; for many at once `arrays` is faster."""
        row, all_rows = self._row[actor_id], self.arrays()
        return BodyState(**{field.name: getattr(all_rows, field.name)[row] for field in fields(BodyState)})

    def arrays(self) -> FleetArrays:
        """Motion of all vehicles: fresh arrays that later steps do not change."""
        planar, rows = self._planar, self._rows
        offset = self._cg_offset()
        position = planar.position_world_m - offset
        velocity = planar.velocity_world_mps - 1j * planar.yaw_rate_radps * offset
        yaw_rad = np.remainder(planar.yaw_rad + np.pi, 2 * np.pi) - np.pi
        still = np.zeros_like(rows.z_m)
        return FleetArrays(
            actor_id=np.fromiter(self._row, dtype=np.int64, count=len(self._row)),
            position_world_m=_columns(position.real, position.imag, rows.z_m),
            rpy_rad=_columns(rows.roll_rad, rows.pitch_rad, yaw_rad),
            velocity_world_mps=_columns(velocity.real, velocity.imag, rows.climb_mps),
            angular_velocity_world_radps=_columns(still, still, planar.yaw_rate_radps),
            acceleration_world_mps2=_columns(rows.accel_mps2.real, rows.accel_mps2.imag, rows.accel_up_mps2),
            steer_rad=self._road_wheels(rows.pedals[2]).copy(),
        )

    def roll_rad(self) -> FloatArray:
        """(N,) how far the bodies are rolled, in the order of adding."""
        return self._rows.roll_rad

    def gears(self) -> NDArray[np.int64]:
        """(N,) gears as CARLA counts them: -1 reverse, 0 neutral, 1 the lowest."""
        speed_mps = np.abs(self._planar.velocity_world_mps)
        drive = self._rows.pedals[0]
        gears = np.where(self._backwards, -1, shown_gears(self._base_mps, speed_mps, drive))
        for actor_id, gear in self._gearboxes.gears():
            gears[self._row[actor_id]] = gear
        return gears

    def rolled_m(self, actor_id: int) -> float:
        """How far a vehicle has rolled since it was added, forward less backward."""
        return float(self._rows.rolled_m[self._row[actor_id]])

    def engine_rpm(self, actor_id: int) -> float:
        """Speed of a vehicle's engine, at least idling."""
        row = self._row[actor_id]
        train = self._specs[row].drivetrain or stock_drivetrain(self._specs[row])
        return engine_rpm(train, int(self.gears()[row]), abs(self._planar.velocity_world_mps[row]))

    def axle_forces_n(self, actor_id: int) -> tuple[complex, complex]:
        """Tyre forces of the front and rear axle in the last substep: rolling + i sideways (left +)."""
        row = self._row[actor_id]
        front_n, rear_n = self._axle_forces_n
        return (complex(front_n[row]), complex(rear_n[row])) if row < len(front_n) else (0j, 0j)

    def _refresh(self) -> None:
        self._models: dict[float, SingleTrack] = {}
        self._weight_n = np.array([spec.mass_kg * GRAVITY_MPS2 for spec in self._specs], dtype=np.float64)
        self._cg_x_m = np.array([spec.cg_x_m for spec in self._specs], dtype=np.float64)
        steer_rate = np.array([spec.max_steer_rate_radps for spec in self._specs], dtype=np.float64)
        on, off = np.full_like(steer_rate, PEDAL_ON_PER_S), np.full_like(steer_rate, PEDAL_OFF_PER_S)
        self._rate_on, self._rate_off = np.stack([on, on, steer_rate, on]), np.stack([off, off, steer_rate, off])
        self._base_mps = np.array([s.peak_power_w / s.max_drive_force_n for s in self._specs], dtype=np.float64)
        self._curved = [row for row, spec in enumerate(self._specs) if spec.steering_curve]
        self._backwards = np.array([control.reverse for control in self._inputs], dtype=np.bool_)
        self._axle_forces_n = np.zeros(0, np.complex128), np.zeros(0, np.complex128)
        self._held = np.flatnonzero(~self._rows.simulated)
        self._any_unsettled = self._pedals_move = True

    def _cg_offset(self) -> NDArray[np.complex128]:
        return self._cg_x_m * unit_vectors(self._planar.yaw_rad)

    def _origin_velocity(self) -> NDArray[np.complex128]:
        planar = self._planar
        return planar.velocity_world_mps - 1j * planar.yaw_rate_radps * self._cg_offset()

    def _put_velocity(self, row: int, origin_velocity_mps: complex) -> None:
        turning = 1j * self._planar.yaw_rate_radps[row] * self._cg_offset()[row]
        self._planar.velocity_world_mps[row] = origin_velocity_mps + turning

    def _lift_off(self, row: int) -> None:
        """A body with upward speed leaves the ground."""
        if self._rows.climb_mps[row] > 0.0 and self._rows.simulated[row]:
            self._rows.unsettled[row] = self._rows.in_air[row] = self._any_unsettled = True

    def _geared_n(self, drive: FloatArray, dt_s: float) -> FloatArray | None:
        """Drive forces of those with a gear box, NaN for the others; None if nobody has one."""
        if not self._gearboxes:
            return None
        force_n = np.full(len(drive), np.nan)
        for actor_id, _ in self._gearboxes.gears():
            row = self._row[actor_id]
            velocity, yaw = self._planar.velocity_world_mps[row], self._planar.yaw_rad[row]
            speed_mps = float(velocity.real * math.cos(yaw) + velocity.imag * math.sin(yaw))
            throttle, mass_kg = abs(float(drive[row])), self._specs[row].mass_kg
            force_n[row] = self._gearboxes.drive_n(actor_id, speed_mps, throttle, mass_kg, dt_s)
        return force_n

    def _road_wheels(self, steer_rad: FloatArray) -> FloatArray:
        """Angles of the road wheels: what the steering curve of some leaves at their speed."""
        if not self._curved:
            return steer_rad
        left = steer_rad.copy()
        for row in self._curved:
            speeds, shares = zip(*self._specs[row].steering_curve, strict=True)
            left[row] *= np.interp(abs(self._planar.velocity_world_mps[row]), speeds, shares)
        return left

    def _substep(self, dt_s: float) -> None:
        rows, planar = self._rows, self._planar
        pedals = rows.pedals
        if self._pedals_move:
            change = rows.wanted - pedals
            self._pedals_move = bool(change.any())
            rate = np.where(np.abs(rows.wanted) > np.abs(pedals), self._rate_on, self._rate_off) * dt_s
            rows.pedals = pedals + np.maximum(np.minimum(change, rate), -rate)
            pedals = (pedals + rows.pedals) / 2  # their mean in this substep
        grip = np.where(rows.in_air | rows.lies, 0.0, rows.grip) if self._any_unsettled else rows.grip
        hand = pedals[3] if pedals[3].any() else None
        steer_rad, engine_n = self._road_wheels(pedals[2]), self._geared_n(pedals[0], dt_s)
        command = WheelCommand(pedals[0], pedals[1], steer_rad, grip, rows.slope_n, hand, engine_n)
        kept = [(name, getattr(planar, name)[self._held]) for name in _PLANAR_FIELDS] if len(self._held) else []
        self._axle_forces_n = self._model(dt_s).advance(planar, command)
        for name, values in kept:
            getattr(planar, name)[self._held] = values
        if self._any_unsettled or not self._is_level:
            self._settle(dt_s)

    def _model(self, dt_s: float) -> SingleTrack:
        if dt_s not in self._models:
            self._models = {dt_s: SingleTrack(self._specs, dt_s)}
        return self._models[dt_s]

    def _settle(self, dt_s: float) -> None:
        """Let simulated bodies fall, or lie on the ground with its slope."""
        rows, planar = self._rows, self._planar
        place = planar.position_world_m - self._cg_offset()
        xy_m = _columns(place.real, place.imag)
        ground_m = self._ground.height_m(xy_m)
        on = rows.simulated
        if rows.lies.any():
            sizes_m = np.array([(spec.length_m, spec.width_m, spec.height_m) for spec in self._specs])
            ground_m = ground_m + rows.lies * lying_height_m(sizes_m, rows.roll_rad, rows.pitch_rad)
            slide(planar, sizes_m[:, 0], on & rows.lies & ~rows.in_air, dt_s)
        falling = on & rows.unsettled & ((rows.z_m > ground_m + _TOUCH_M) | (rows.in_air & (rows.climb_mps > 0.0)))
        fall_mps = rows.climb_mps - GRAVITY_MPS2 * dt_s * rows.gravity
        fallen_m = rows.z_m + (rows.climb_mps + fall_mps) / 2 * dt_s
        z_m = np.where(falling, np.maximum(fallen_m, ground_m), np.where(on, ground_m, rows.z_m))
        rows.in_air = on & (z_m > ground_m + _TOUCH_M)
        rows.climb_mps = np.where(on & rows.lies & ~rows.in_air, 0.0, np.where(falling, fall_mps, rows.climb_mps))
        rows.z_m = z_m
        stands = on & ~rows.in_air & ~rows.lies

        normal = self._ground.normal(xy_m)
        heading = unit_vectors(planar.yaw_rad)
        tilt = (normal[:, 0] + 1j * normal[:, 1]) * heading.conj()
        along = planar.velocity_world_mps * heading.conj()
        pitch_rad = np.arctan2(tilt.real, normal[:, 2])
        climb_mps = 0.0 - (tilt.real * along.real + tilt.imag * along.imag) / normal[:, 2]
        rows.roll_rad = np.where(stands, 0.0 - np.arcsin(tilt.imag), rows.roll_rad)
        rows.pitch_rad = np.where(stands, pitch_rad, rows.pitch_rad)
        rows.slope_n = np.where(stands, self._weight_n * np.sin(pitch_rad), 0.0)
        rows.climb_mps = np.where(stands, climb_mps, rows.climb_mps)
        rows.unsettled = rows.unsettled & ~stands
        self._any_unsettled = bool((rows.unsettled & on).any())


def _columns(*parts: FloatArray) -> FloatArray:
    """(N, number of parts), in a fifth of `np.column_stack`'s time."""
    stacked = np.empty((len(parts[0]), len(parts)))
    for index, part in enumerate(parts):
        stacked[:, index] = part
    return stacked


def _clipped(value: float, low: float) -> float:
    return min(max(float(value), low), 1.0) if math.isfinite(value) else 0.0
