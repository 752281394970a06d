"""What a vehicle's wheels, engine and brakes do at the moment, as carla.VehicleTelemetryData tells it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from sim.server.actors import Actor
from sim.server.bodies import Bodies
from sim.server.layouts import VehicleControl
from sim.server.physics_control import FRONT, N_WHEELS, PhysicsControl, track_m
from sim.world.body_motion import BodyState
from sim.world.vehicle_spec import AIR_DENSITY_KGPM3, GRAVITY_MPS2, VehicleSpec

_STANDING_MPS: Final = 0.05
"""Slower than this, a wheel has no slip: it stands or creeps."""


@dataclass(frozen=True, slots=True)
class WheelTelemetry:
    """carla.WheelTelemetryData: lateral slip in degrees, N, N m, rad/s; sideways is right +, as CARLA's y."""

    tire_friction: float
    lat_slip_deg: float
    long_slip: float
    omega_radps: float
    tire_load_n: float
    normalized_tire_load: float
    torque_nm: float
    long_force_n: float
    lat_force_n: float
    normalized_long_force: float
    normalized_lat_force: float


@dataclass(frozen=True, slots=True)
class VehicleTelemetry:
    """carla.VehicleTelemetryData: m/s along the vehicle, pedals, engine speed, N of air drag."""

    speed_mps: float
    steer: float
    throttle: float
    brake: float
    engine_rpm: float
    gear: int
    drag_n: float
    wheels: list[WheelTelemetry]


def vehicle_telemetry(
    bodies: Bodies, actor: Actor, control: VehicleControl, physics: PhysicsControl
) -> VehicleTelemetry:
    """The telemetry of a vehicle after its last step."""
    state, spec = bodies.motion(actor), bodies.spec(actor)
    forward_mps, left_mps = _body_velocity(state)
    return VehicleTelemetry(
        speed_mps=forward_mps,
        steer=control.steer,
        throttle=control.throttle,
        brake=control.brake,
        engine_rpm=bodies.engine_rpm(actor),
        gear=bodies.gear(actor),
        drag_n=0.5 * AIR_DENSITY_KGPM3 * spec.drag_area_m2 * forward_mps**2,
        wheels=[_wheel(bodies, actor, physics, index, (forward_mps, left_mps)) for index in range(N_WHEELS)],
    )


def _wheel(
    bodies: Bodies, actor: Actor, physics: PhysicsControl, index: int, velocity_body_mps: tuple[float, float]
) -> WheelTelemetry:
    spec, state, told = bodies.spec(actor), bodies.motion(actor), physics.wheels[index]
    is_front = index in FRONT
    axle_n = bodies.axle_forces_n(actor)[0 if is_front else 1]
    load_n, rest_n = _loads_n(spec, state, index)
    axle_load_n = sum(_loads_n(spec, state, i)[0] for i in range(N_WHEELS) if (i in FRONT) == is_front)
    along_n, left_n = (part * load_n / axle_load_n if axle_load_n > 0 else 0.0 for part in (axle_n.real, axle_n.imag))
    steer_rad = bodies.steer_rad(actor) if is_front else 0.0
    hub_x_m = spec.rear_axle_x_m + (spec.wheelbase_m if is_front else 0.0)
    across_mps = velocity_body_mps[1] + float(state.angular_velocity_world_radps[2]) * hub_x_m
    roll_mps = velocity_body_mps[0] * math.cos(steer_rad) + across_mps * math.sin(steer_rad)
    slide_mps = across_mps * math.cos(steer_rad) - velocity_body_mps[0] * math.sin(steer_rad)
    rolls = abs(roll_mps) > _STANDING_MPS
    long_slip = along_n / (told.long_stiff_value * GRAVITY_MPS2) if rolls and told.long_stiff_value > 0 else 0.0
    normal = load_n / rest_n
    per_load = normal / load_n if load_n > 0 else 0.0
    return WheelTelemetry(
        tire_friction=told.tire_friction * bodies.surface_grip(actor),
        lat_slip_deg=-math.degrees(math.atan2(slide_mps, abs(roll_mps))) if rolls else 0.0,
        long_slip=long_slip,
        omega_radps=roll_mps * (1.0 + long_slip) / spec.wheel_radius_m,
        tire_load_n=load_n,
        normalized_tire_load=normal,
        torque_nm=along_n * spec.wheel_radius_m,
        long_force_n=along_n,
        lat_force_n=-left_n,
        normalized_long_force=abs(along_n) * per_load,
        normalized_lat_force=abs(left_n) * per_load,
    )


def _loads_n(spec: VehicleSpec, state: BodyState, index: int) -> tuple[float, float]:
    """Load of a wheel now and at rest: moved by the accelerations along and across, never negative."""
    is_front, is_left = index in FRONT, index % 2 == 0
    share = (spec.cg_to_rear_m if is_front else spec.cg_to_front_m) / spec.wheelbase_m
    rest_n = share * spec.mass_kg * GRAVITY_MPS2 / 2
    yaw = float(state.rpy_rad[2])
    x, y = float(state.acceleration_world_mps2[0]), float(state.acceleration_world_mps2[1])
    along, left = x * math.cos(yaw) + y * math.sin(yaw), y * math.cos(yaw) - x * math.sin(yaw)
    pitch_n = spec.mass_kg * along * spec.cg_height_m / spec.wheelbase_m / 2
    roll_n = share * spec.mass_kg * left * spec.cg_height_m / track_m(spec)
    return max(rest_n + (-pitch_n if is_front else pitch_n) + (-roll_n if is_left else roll_n), 0.0), rest_n


def _body_velocity(state: BodyState) -> tuple[float, float]:
    """Velocity of the origin forward and to the left."""
    x, y, yaw = float(state.velocity_world_mps[0]), float(state.velocity_world_mps[1]), float(state.rpy_rad[2])
    return x * math.cos(yaw) + y * math.sin(yaw), y * math.cos(yaw) - x * math.sin(yaw)
