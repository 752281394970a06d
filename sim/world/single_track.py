"""The dynamic single-track model for many vehicles at once: tyre forces inside the friction circle, stable at rest.

Planar vectors are complex numbers (x + iy), so that a rotation is a product. Per axle, the sideways tyre force is a
damper between the wheel and the road, `stiffness / rolling speed`, solved implicitly: at speed that is the usual slip
angle model, near standstill it turns by itself into the kinematic one (no sideways slip), with no switch between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.world.vehicle_spec import AIR_DENSITY_KGPM3, GRAVITY_MPS2, VehicleSpec

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

SLIP_SPEED_FLOOR_MPS: Final = 0.5  # below it the sideways damper stops stiffening; 0.5 m/s is a walking shuffle
LOAD_TRANSFER_TIME_S: Final = 0.1  # pitch of a car body, 1.5 Hz (Gillespie), as a first-order lag
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SpecArrays:
    """`VehicleSpec`s as columns; (2, N) is front and rear axle, (N,) the body."""

    mass_kg: FloatArray
    inverse_mass: FloatArray
    inverse_inertia: FloatArray
    arm_m: FloatArray
    static_load_n: FloatArray
    load_transfer_kg: FloatArray
    stiffness_npr: FloatArray
    mu: FloatArray
    max_drive_n: FloatArray
    power_w: FloatArray
    max_brake_n: FloatArray
    rolling_n: FloatArray
    drag_kgpm: FloatArray

    @classmethod
    def of(cls, specs: list[VehicleSpec]) -> SpecArrays:
        """Columns of `specs`, in their order."""

        def column(*names: str) -> FloatArray:
            rows = [[float(getattr(spec, name)) for spec in specs] for name in names]
            return np.array(rows if len(names) > 1 else rows[0], dtype=np.float64)

        mass, wheelbase = column("mass_kg"), column("wheelbase_m")
        arms = column("cg_to_front_m", "cg_to_rear_m")
        transfer = mass * column("cg_height_m") / wheelbase if specs else mass
        return cls(
            mass_kg=mass,
            inverse_mass=1.0 / mass,
            inverse_inertia=1.0 / column("yaw_inertia_kgm2"),
            arm_m=arms * np.array([[1.0], [-1.0]]),
            static_load_n=mass * GRAVITY_MPS2 * arms[::-1] / wheelbase,
            load_transfer_kg=np.stack([-transfer, transfer]),
            stiffness_npr=column("cornering_stiffness_front_npr", "cornering_stiffness_rear_npr"),
            mu=column("tyre_mu"),
            max_drive_n=column("max_drive_force_n"),
            power_w=column("peak_power_w"),
            max_brake_n=column("max_brake_force_n"),
            rolling_n=column("rolling_resistance") * mass * GRAVITY_MPS2,
            drag_kgpm=0.5 * AIR_DENSITY_KGPM3 * column("drag_area_m2"),
        )


@dataclass(slots=True, eq=False)
class PlanarState:
    """Motion of the centres of gravity in the ground plane, (N,) each; `advance` replaces the arrays."""

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
    """

    drive: FloatArray
    brake: FloatArray
    steer_rad: FloatArray
    grip: FloatArray
    slope_n: FloatArray


def advance(state: PlanarState, spec: SpecArrays, command: WheelCommand, dt_s: float) -> ComplexArray:
    """Move `state` on by `dt_s` > 0; returns the (2, N) tyre forces in wheel axes (rolling + i sideways), N."""
    heading = np.exp(1j * state.yaw_rad)
    velocity = state.velocity_world_mps * heading.conj()
    free_n, rolling_n = _longitudinal(velocity.real, spec, command, dt_s)
    load_n = np.maximum(spec.static_load_n + spec.load_transfer_kg * state.load_accel_mps2, 0.0)
    wheel = np.ones(load_n.shape, dtype=np.complex128)
    wheel[0] = np.exp(1j * command.steer_rad)

    wanted_n = rolling_n * (load_n / load_n.sum(axis=0)) * wheel
    dt_mass, dt_inertia = dt_s * spec.inverse_mass, dt_s * spec.inverse_inertia
    velocity = velocity + dt_mass * free_n
    ahead_mps = velocity + dt_mass * (wanted_n[0] + wanted_n[1])
    ahead_radps = state.yaw_rate_radps + dt_inertia * spec.arm_m[0] * wanted_n[0].imag
    hub = (ahead_mps + 1j * spec.arm_m * ahead_radps) * wheel.conj()

    limit_n = load_n * (spec.mu * command.grip) + _TINY
    sideways_n = _sideways(hub, limit_n, wheel.real, spec, dt_s)
    force_n = wanted_n * wheel.conj() + 1j * sideways_n
    force_n *= np.minimum(1.0, limit_n / np.maximum(np.abs(force_n), _TINY))

    body_n = force_n * wheel
    total_n = body_n[0] + body_n[1]
    state.velocity_world_mps = (velocity + dt_mass * total_n) * heading
    moment_nm = spec.arm_m * body_n.imag
    state.yaw_rate_radps = state.yaw_rate_radps + dt_inertia * (moment_nm[0] + moment_nm[1])
    state.position_world_m = state.position_world_m + dt_s * state.velocity_world_mps
    state.yaw_rad = state.yaw_rad + dt_s * state.yaw_rate_radps
    lag = min(dt_s / LOAD_TRANSFER_TIME_S, 1.0)
    state.load_accel_mps2 = state.load_accel_mps2 + lag * (total_n.real * spec.inverse_mass - state.load_accel_mps2)
    return force_n


def _longitudinal(
    speed_mps: FloatArray, spec: SpecArrays, command: WheelCommand, dt_s: float
) -> tuple[FloatArray, FloatArray]:
    """Forces along x: on the body (air, slope) and wanted of the wheels (engine, brakes, rolling resistance)."""
    size_mps = np.abs(speed_mps)
    free_n = command.slope_n - spec.drag_kgpm * size_mps * speed_mps
    engine_n = command.drive * np.minimum(spec.max_drive_n, spec.power_w / np.maximum(size_mps, 1.0))
    friction_n = command.brake * spec.max_brake_n + spec.rolling_n
    # brakes and rolling resistance can stop the car in this step, never push it the other way
    to_rest_n = spec.mass_kg * speed_mps / dt_s + free_n + engine_n
    return free_n, engine_n - np.maximum(np.minimum(to_rest_n, friction_n), -friction_n)


def _sideways(
    hub_mps: ComplexArray, limit_n: FloatArray, wheel_x: FloatArray, spec: SpecArrays, dt_s: float
) -> FloatArray:
    """(2, N) sideways tyre forces that hold at the end of the step, both axles solved together.

    Force = -k slip, with k = stiffness / rolling speed, softened to `limit_n` for large slip by 1 / sqrt(1 + x^2).
    """
    slip_mps = hub_mps.imag
    damping = spec.stiffness_npr / np.maximum(np.abs(hub_mps.real), SLIP_SPEED_FLOOR_MPS)
    overload = damping * slip_mps / limit_n
    compliance = np.sqrt(1.0 + overload * overload) / (damping * dt_s)
    arm_m = spec.arm_m * wheel_x
    diagonal = compliance + spec.inverse_mass + arm_m * arm_m * spec.inverse_inertia
    cross = wheel_x[0] * spec.inverse_mass + arm_m[0] * arm_m[1] * spec.inverse_inertia
    determinant = (diagonal[0] * diagonal[1] - cross * cross) * dt_s
    return (cross * slip_mps[::-1] - diagonal[::-1] * slip_mps) / determinant
