"""The dynamic single-track model for many vehicles at once: tyre forces inside the friction circle, stable at rest.

Planar vectors are complex numbers (x + iy), so that a rotation is a product. Per axle, the sideways tyre force is a
damper between the wheel and the road, `stiffness / rolling speed`, solved implicitly: at speed that is the usual slip
angle model, near standstill it turns by itself into the kinematic one (no sideways slip), with no switch between them.

Cost is the number of numpy calls, not of vehicles: operands have equal shapes (broadcasting costs twice as much).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.world.vehicle_spec import AIR_DENSITY_KGPM3, GRAVITY_MPS2, VehicleSpec

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

SLIP_SPEED_FLOOR_MPS: Final = 0.5  # below it the sideways damper stops stiffening; 0.5 m/s is a shuffle
POWER_SPEED_FLOOR_MPS: Final = 1.0  # below it force, not power, limits every engine of the specs
LOAD_TRANSFER_TIME_S: Final = 0.1  # pitch of a car body, 1.5 Hz (Gillespie), as a first-order lag
REST_MPS: Final = 1e-6  # slower is rest: a thousandth of what a wheel encoder resolves
_TINY_N: Final = 1e-9


@dataclass(slots=True, eq=False)
class PlanarState:
    """Motion of the centres of gravity in the ground plane, (N,) each; `advance` replaces the arrays.

    `load_accel_mps2` is the lagged acceleration along x that shifts load between the axles.
    """

    position_world_m: ComplexArray
    velocity_world_mps: ComplexArray
    yaw_rad: FloatArray
    yaw_rate_radps: FloatArray
    load_accel_mps2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class WheelCommand:
    """What the wheels get: (N,) each.

    Args:
        drive: share of the engine's force, negative backwards.
        brake: share of the brakes' force.
        steer_rad: front road wheels, left +.
        grip: factor on the tyres' friction: 1 dry road, 0 wheels off the ground.
        slope_n: weight's pull along the body's x axis.
        hand_brake: share of the hand brake's force on the rear axle; None: nobody pulls it.
        engine_n: force of those whose gear box says it, NaN for the others; None: all are others.
    """

    drive: FloatArray
    brake: FloatArray
    steer_rad: FloatArray
    grip: FloatArray
    slope_n: FloatArray
    hand_brake: FloatArray | None = None
    engine_n: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Axle:
    """One axle's constants, (N,) each: `turn` is yaw rate per sideways force (in one step), signed like `arm_m`."""

    arm_m: FloatArray
    stiffness_npr: FloatArray
    turn_radps_per_n: FloatArray


class SingleTrack:
    """The model of a list of vehicles for one step length: `advance` moves their state on by it.

    Args:
        specs: the vehicles, in the order of the state's arrays.
        dt_s: step, > 0. Stable for any; accurate up to 0.05 s.
    """

    def __init__(self, specs: Sequence[VehicleSpec], dt_s: float) -> None:
        def column(name: str) -> FloatArray:
            return np.array([getattr(spec, name) for spec in specs], dtype=np.float64)

        mass, inertia, wheelbase = column("mass_kg"), column("yaw_inertia_kgm2"), column("wheelbase_m")
        to_front, to_rear = column("cg_to_front_m"), column("cg_to_rear_m")
        weight = mass * GRAVITY_MPS2
        self._dt_s = np.full(len(specs), dt_s)
        self._half_dt_s = np.full(len(specs), dt_s / 2)
        self._load_lag = np.full(len(specs), min(dt_s / LOAD_TRANSFER_TIME_S, 1.0))
        self._mass_per_s = mass / dt_s
        self._speed_per_n = dt_s / mass
        self._accel_per_n = 1.0 / mass
        self._front = _Axle(to_front, column("cornering_stiffness_front_npr"), dt_s * to_front / inertia)
        self._rear = _Axle(-to_rear, column("cornering_stiffness_rear_npr"), -dt_s * to_rear / inertia)
        # how much sideways hub speed a sideways newton makes in one step: at its own axle by turning, at the other one
        self._front_yield = dt_s * to_front**2 / inertia
        self._rear_yield = dt_s / mass + dt_s * to_rear**2 / inertia
        self._cross_yield = dt_s / mass - dt_s * to_front * to_rear / inertia
        self._front_share = to_rear / wheelbase
        self._share_per_mps2 = column("cg_height_m") / (wheelbase * GRAVITY_MPS2)
        self._front_friction_n = column("tyre_mu") * column("grip_front") * weight
        self._rear_friction_n = column("tyre_mu") * column("grip_rear") * weight
        self._max_drive_n = column("max_drive_force_n")
        self._power_w = column("peak_power_w")
        self._max_brake_n = column("max_brake_force_n")
        self._rolling_n = column("rolling_resistance") * weight
        self._drag_kgpm = 0.5 * AIR_DENSITY_KGPM3 * column("drag_area_m2")
        self._hand_brake_n = column("hand_brake_force_n")
        self._bearing_nspm = column("wheel_drag_nspm") if column("wheel_drag_nspm").any() else None
        shares = [spec.brake_share_front for spec in specs]
        self._has_brake_shares = any(share is not None for share in shares)
        self._brake_shares = np.array([np.nan if share is None else share for share in shares])
        self._zero, self._one = np.zeros(len(specs)), np.ones(len(specs))
        self._slip_floor_mps = np.full(len(specs), SLIP_SPEED_FLOOR_MPS)
        self._power_floor_mps = np.full(len(specs), POWER_SPEED_FLOOR_MPS)
        self._tiny_n = np.full(len(specs), _TINY_N)

    def advance(self, state: PlanarState, command: WheelCommand) -> tuple[ComplexArray, ComplexArray]:
        """Move `state` on by one step; returns the front and rear tyre forces (rolling + i sideways), N."""
        state.yaw_rad = state.yaw_rad + self._dt_s * state.yaw_rate_radps
        heading, wheel = unit_vectors(state.yaw_rad), unit_vectors(command.steer_rad)
        velocity = state.velocity_world_mps * heading.conj()
        free_n, engine_n = self._body_forces(velocity.real, command)
        share = self._front_share - self._share_per_mps2 * state.load_accel_mps2
        share = np.minimum(np.maximum(share, self._zero), self._one)
        front_limit_n = share * (self._front_friction_n * command.grip) + self._tiny_n
        rear_limit_n = (self._one - share) * (self._rear_friction_n * command.grip) + self._tiny_n

        hub = velocity.copy()
        hub.imag += self._front.arm_m * state.yaw_rate_radps
        front_roll_mps = (hub * wheel.conj()).real
        brake_n = command.brake * self._max_brake_n + self._rolling_n
        pull_n = free_n + engine_n
        if self._has_brake_shares or command.hand_brake is not None:
            front_brake_n, rear_brake_n = self._uneven_braking(velocity.real, pull_n, share, command)
            front_n = _vector(share * engine_n - front_brake_n)
            rear_n = _vector((self._one - share) * engine_n - rear_brake_n)
        else:
            front_n = _vector(share * (engine_n - self._braking(front_roll_mps, pull_n, brake_n)))
            rear_n = _vector((self._one - share) * (engine_n - self._braking(velocity.real, pull_n, brake_n)))
        velocity += self._speed_per_n * free_n
        self._add_sideways(state.yaw_rate_radps, velocity, wheel, (front_n, front_limit_n), (rear_n, rear_limit_n))
        front_n *= np.minimum(front_limit_n / np.maximum(np.abs(front_n), self._tiny_n), self._one)
        rear_n *= np.minimum(rear_limit_n / np.maximum(np.abs(rear_n), self._tiny_n), self._one)

        front_body_n = front_n * wheel
        total_n = front_body_n + rear_n
        velocity += self._speed_per_n * total_n
        turn = self._front.turn_radps_per_n * front_body_n.imag + self._rear.turn_radps_per_n * rear_n.imag
        ended = velocity * heading
        state.position_world_m = state.position_world_m + self._half_dt_s * (state.velocity_world_mps + ended)
        state.velocity_world_mps = ended
        state.yaw_rate_radps = state.yaw_rate_radps + turn
        state.yaw_rad += self._half_dt_s * turn  # so that the yaw took the mean of both rates
        push = total_n.real * self._accel_per_n - state.load_accel_mps2
        state.load_accel_mps2 = state.load_accel_mps2 + self._load_lag * push
        return front_n, rear_n

    def _body_forces(self, speed_mps: FloatArray, command: WheelCommand) -> tuple[FloatArray, FloatArray]:
        """Forces along x: air and slope, engine."""
        size_mps = np.abs(speed_mps)
        free_n = command.slope_n - self._drag_kgpm * size_mps * speed_mps
        if self._bearing_nspm is not None:
            free_n -= self._bearing_nspm * speed_mps
        power_n = self._power_w / np.maximum(size_mps, self._power_floor_mps)
        engine_n = command.drive * np.minimum(self._max_drive_n, power_n)
        if command.engine_n is not None:
            engine_n = np.where(np.isnan(command.engine_n), engine_n, command.engine_n)
        return free_n, engine_n

    def _braking(self, roll_mps: FloatArray, pull_n: FloatArray, brake_n: FloatArray) -> FloatArray:
        """Brakes and rolling resistance: they can stop a wheel in this step, never push it the other way."""
        to_rest_n = self._mass_per_s * roll_mps + pull_n
        return np.maximum(np.minimum(to_rest_n, brake_n), -brake_n)

    def _uneven_braking(
        self, roll_mps: FloatArray, pull_n: FloatArray, share: FloatArray, command: WheelCommand
    ) -> tuple[FloatArray, FloatArray]:
        """Brakes of the axles when they are not balanced by load: the rear ones stop what the front ones leave."""
        by_load = np.isnan(self._brake_shares)
        front_share = np.where(by_load, share, self._brake_shares)
        rolling_n = share * self._rolling_n
        front_n = front_share * command.brake * self._max_brake_n + rolling_n
        rear_n = (self._one - front_share) * command.brake * self._max_brake_n + (self._rolling_n - rolling_n)
        if command.hand_brake is not None:
            rear_n = np.maximum(rear_n, command.hand_brake * self._hand_brake_n)
        to_rest_n = self._mass_per_s * roll_mps + pull_n
        front_n = np.maximum(np.minimum(share * to_rest_n, front_n), -front_n)
        return front_n, np.maximum(np.minimum(to_rest_n - front_n, rear_n), -rear_n)

    def _add_sideways(
        self,
        yaw_rate_radps: FloatArray,
        velocity_mps: ComplexArray,
        wheel: ComplexArray,
        front: tuple[ComplexArray, FloatArray],
        rear: tuple[ComplexArray, FloatArray],
    ) -> None:
        """Put into the axles' forces the sideways parts that hold at the end of the step, both solved together.

        Force = -k slip, k = stiffness / rolling speed, softened towards the axle's limit by 1 / sqrt(1 + overload^2).
        """
        (front_n, front_limit_n), (rear_n, rear_limit_n) = front, rear
        push_n = front_n * wheel
        ahead = velocity_mps + self._speed_per_n * (push_n + rear_n)
        turn = yaw_rate_radps + self._front.turn_radps_per_n * push_n.imag
        rear_slip = ahead.imag + self._rear.arm_m * turn
        rear_give = self._rear_yield + self._softness(self._rear, ahead.real, rear_slip, rear_limit_n)
        ahead.imag += self._front.arm_m * turn
        hub = ahead * wheel.conj()
        front_slip, cosine = hub.imag, wheel.real
        front_give = self._speed_per_n + self._front_yield * cosine * cosine
        front_give += self._softness(self._front, hub.real, front_slip, front_limit_n)
        cross = self._cross_yield * cosine
        determinant = front_give * rear_give - cross * cross
        front_n.imag = (cross * rear_slip - rear_give * front_slip) / determinant
        rear_n.imag = (cross * front_slip - front_give * rear_slip) / determinant

    def _softness(self, axle: _Axle, roll_mps: FloatArray, slip_mps: FloatArray, limit_n: FloatArray) -> FloatArray:
        """Sideways slip per newton of the axle's tyres."""
        damping = axle.stiffness_npr / np.maximum(np.abs(roll_mps), self._slip_floor_mps)
        overload = damping * slip_mps / limit_n
        return np.sqrt(self._one + overload * overload) / damping


def stop_creeping(state: PlanarState) -> None:
    """Bring what is slower than `REST_MPS` to rest: braked wheels that are steered approach rest without end."""
    creeps = np.abs(state.velocity_world_mps) + np.abs(state.yaw_rate_radps) < REST_MPS
    state.velocity_world_mps[creeps] = 0.0
    state.yaw_rate_radps[creeps] = 0.0


def unit_vectors(angle_rad: FloatArray) -> ComplexArray:
    """exp(i angle), in half the time."""
    unit = np.empty(len(angle_rad), dtype=np.complex128)
    unit.real, unit.imag = np.cos(angle_rad), np.sin(angle_rad)
    return unit


def _vector(along: FloatArray) -> ComplexArray:
    return along.astype(np.complex128)
