"""A vehicle's physics as CARLA's clients read and write it, and what a written one makes of the body.

What this server's vehicles do not have apart is told as zero: the losses of engine and wheels are part of the stock
drive force and rolling resistance. `docs/vehicle_model.md` says what each number does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sim.server.calls import CallError
from sim.server.layouts import Vector3
from sim.world.drivetrain import stock_drivetrain
from sim.world.vehicle_spec import GRAVITY_MPS2, Drivetrain, VehicleSpec

Pair = tuple[float, float]

N_WHEELS: Final = 4
FRONT: Final = (0, 1)
DRY_FRICTION: Final = 3.5
"""CARLA's tire_friction of a vehicle as it is spawned: the dry road here."""
LOAD_LIMIT: Final = 2.0
"""lat_stiff_max_load as it is spawned: how many times its load at rest makes a tyre as stiff sideways as it gets."""
LONG_STIFFNESS: Final = 1000.0
"""long_stiff_value as it is spawned: N per unit of slip and m/s2 of gravity."""
_STOCK_INERTIA_KGM2: Final = 1.0
_CM_PER_M: Final = 100.0
_KMH_PER_MPS: Final = 3.6
_TRACK_SHARE: Final = 0.42
"""Middle of the vehicle to the middle of a tyre, over its width (data sheets: 1.55 m of track for 1.84 m of width)."""
_F32_REL: Final = 1e-6
"""Clients send floats of 32 bits: what is as close as this is unchanged."""


@dataclass(frozen=True, slots=True)
class Gear:
    """carla.GearPhysicsControl: shift points are shares of the highest engine speed."""

    ratio: float = 1.0
    down_ratio: float = 0.5
    up_ratio: float = 0.65


@dataclass(frozen=True, slots=True)
class Wheel:
    """carla.WheelPhysicsControl: degrees, centimetres, N m; the position is in the world."""

    tire_friction: float = 2.0
    damping_rate: float = 0.25
    max_steer_deg: float = 70.0
    radius_cm: float = 30.0
    max_brake_nm: float = 1500.0
    max_hand_brake_nm: float = 3000.0
    lat_stiff_max_load: float = 2.0
    lat_stiff_value: float = 17.0
    long_stiff_value: float = 1000.0
    position_cm: Vector3 = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PhysicsControl:
    """carla.VehiclePhysicsControl; `steering_curve` is over km/h."""

    torque_curve_rpm_nm: list[Pair]
    max_rpm: float
    engine_inertia_kgm2: float
    damping_full: float
    damping_engaged: float
    damping_disengaged: float
    automatic: bool
    switch_time_s: float
    clutch_strength: float
    final_ratio: float
    gears: list[Gear]
    mass_kg: float
    drag_coefficient: float
    center_of_mass_m: Vector3
    steering_curve: list[Pair]
    wheels: list[Wheel]
    sweep_wheel_collision: bool = True


def stock_physics(spec: VehicleSpec) -> PhysicsControl:
    """What a blueprint's body is in CARLA's terms; wheel positions are left at zero."""
    train = stock_drivetrain(spec)
    return PhysicsControl(
        torque_curve_rpm_nm=list(train.torque_curve_rpm_nm),
        max_rpm=train.max_rpm,
        engine_inertia_kgm2=_STOCK_INERTIA_KGM2,
        damping_full=0.0,
        damping_engaged=0.0,
        damping_disengaged=0.0,
        automatic=True,
        switch_time_s=train.switch_time_s,
        clutch_strength=10.0,
        final_ratio=train.final_ratio,
        gears=[Gear(ratio, down, up) for ratio, down, up in train.gears],
        mass_kg=spec.mass_kg,
        drag_coefficient=spec.drag_area_m2 / (spec.width_m * spec.height_m),
        center_of_mass_m=(spec.cg_x_m, 0.0, spec.cg_height_m - spec.wheel_radius_m),
        steering_curve=[(0.0, 1.0), (120.0, 1.0)],
        wheels=[_stock_wheel(spec, is_front=index in FRONT) for index in range(N_WHEELS)],
    )


def tuned(stock: VehicleSpec, control: PhysicsControl) -> VehicleSpec:
    """The body of a blueprint with physics that a client wrote; what it left as it was changes nothing.

    Raises:
        CallError: a number that no vehicle can have.
    """
    _check(control)
    front = [control.wheels[i] for i in FRONT]
    rear = [control.wheels[i] for i in range(N_WHEELS) if i not in FRONT]
    was = stock_physics(stock)
    ahead_m = control.center_of_mass_m[0]
    if abs(ahead_m) >= stock.wheelbase_m / 2:
        raise CallError(f"physics control: centre of mass {ahead_m:+.2f} m ahead is not between the axles")
    cg_to_front_m = stock.wheelbase_m / 2 - ahead_m
    brake_front_n, brake_rear_n = (_force_n(axle, "max_brake_nm") for axle in (front, rear))
    spec = replace(
        stock,
        mass_kg=control.mass_kg,
        cg_to_front_m=cg_to_front_m,
        cg_height_m=max(control.center_of_mass_m[2] + stock.wheel_radius_m, 0.0),
        yaw_inertia_kgm2=stock.yaw_inertia_kgm2 * control.mass_kg / stock.mass_kg,
        drag_area_m2=control.drag_coefficient * stock.width_m * stock.height_m,
        max_steer_rad=math.radians(_mean(front, "max_steer_deg")),
        wheel_radius_m=_mean(control.wheels, "radius_cm") / _CM_PER_M,
        max_brake_force_n=brake_front_n + brake_rear_n,
        hand_brake_force_n=_force_n(rear, "max_hand_brake_nm"),
        grip_front=_mean(front, "tire_friction") / DRY_FRICTION,
        grip_rear=_mean(rear, "tire_friction") / DRY_FRICTION,
        wheel_drag_nspm=sum(wheel.damping_rate / (wheel.radius_cm / _CM_PER_M) ** 2 for wheel in control.wheels),
        steering_curve=_steering_curve(control.steering_curve),
    )
    spec = replace(
        spec,
        cornering_stiffness_front_npr=_stiffness_npr(front) * spec.mass_kg * spec.cg_to_rear_m / spec.wheelbase_m,
        cornering_stiffness_rear_npr=_stiffness_npr(rear) * spec.mass_kg * spec.cg_to_front_m / spec.wheelbase_m,
    )
    if not _same([w.max_brake_nm for w in control.wheels], [w.max_brake_nm for w in was.wheels]):
        total_n = brake_front_n + brake_rear_n
        spec = replace(spec, brake_share_front=brake_front_n / total_n if total_n > 0 else 0.5)
    if not _same(_driving_part(control), _driving_part(was)):
        spec = replace(spec, drivetrain=_drivetrain(control, spec.wheel_radius_m))
    return spec


def with_wheel_places(control: PhysicsControl, spec: VehicleSpec, T_world_car: Any) -> PhysicsControl:
    """The same with the wheels' places in the world, in centimetres."""
    wheels = []
    for index, wheel in enumerate(control.wheels):
        place = T_world_car[:3, :3] @ wheel_center_body_m(spec, index) + T_world_car[:3, 3]
        x, y, z = (float(v) * _CM_PER_M for v in place)
        wheels.append(replace(wheel, position_cm=(x, -y, z)))
    return replace(control, wheels=wheels)


def wheel_center_body_m(spec: VehicleSpec, index: int) -> tuple[float, float, float]:
    """Centre of a wheel (front left, front right, rear left, rear right) in the body's right-handed frame."""
    x = spec.rear_axle_x_m + (spec.wheelbase_m if index in FRONT else 0.0)
    y = _TRACK_SHARE * spec.width_m * (1.0 if index % 2 == 0 else -1.0)
    return x, y, spec.wheel_radius_m


def track_m(spec: VehicleSpec) -> float:
    """Distance of the left wheels from the right ones."""
    return 2.0 * _TRACK_SHARE * spec.width_m


def _stock_wheel(spec: VehicleSpec, is_front: bool) -> Wheel:
    wheels_n = spec.max_brake_force_n / N_WHEELS
    share = spec.cg_to_rear_m / spec.wheelbase_m if is_front else spec.cg_to_front_m / spec.wheelbase_m
    stiffness_npr = spec.cornering_stiffness_front_npr if is_front else spec.cornering_stiffness_rear_npr
    return Wheel(
        tire_friction=DRY_FRICTION,
        damping_rate=0.0,
        max_steer_deg=math.degrees(spec.max_steer_rad) if is_front else 0.0,
        radius_cm=spec.wheel_radius_m * _CM_PER_M,
        max_brake_nm=wheels_n * spec.wheel_radius_m,
        max_hand_brake_nm=0.0 if is_front else spec.hand_brake_force_n / 2 * spec.wheel_radius_m,
        lat_stiff_max_load=LOAD_LIMIT,
        lat_stiff_value=stiffness_npr / (share * spec.mass_kg * GRAVITY_MPS2) / _load_factor(LOAD_LIMIT),
        long_stiff_value=LONG_STIFFNESS,
    )


def _load_factor(max_load: float) -> float:
    """Share of its greatest sideways stiffness that a tyre has at its load at rest: PhysX's cubic, flat from 3 on."""
    x = min(3.0 / max_load, 3.0)
    return x - x * x / 3.0 + x**3 / 27.0


def _stiffness_npr(axle: list[Wheel]) -> float:
    """Cornering stiffness over the axle's mass."""
    factors = [wheel.lat_stiff_value * _load_factor(wheel.lat_stiff_max_load) for wheel in axle]
    return GRAVITY_MPS2 * sum(factors) / len(factors)


def _drivetrain(control: PhysicsControl, wheel_radius_m: float) -> Drivetrain:
    return Drivetrain(
        torque_curve_rpm_nm=tuple(sorted(control.torque_curve_rpm_nm)),
        max_rpm=control.max_rpm,
        final_ratio=control.final_ratio,
        gears=tuple((gear.ratio, gear.down_ratio, gear.up_ratio) for gear in control.gears),
        wheel_radius_m=wheel_radius_m,
        automatic=control.automatic,
        switch_time_s=control.switch_time_s,
        damping_open=control.damping_full,
        damping_closed=control.damping_engaged,
        extra_inertia_kgm2=max(0.0, control.engine_inertia_kgm2 - _STOCK_INERTIA_KGM2),
    )


def _driving_part(control: PhysicsControl) -> list[float]:
    """The numbers that drive: if a client leaves them alone, the stock drive force stays."""
    gears = [value for gear in control.gears for value in (gear.ratio, gear.down_ratio, gear.up_ratio)]
    curve = [value for point in sorted(control.torque_curve_rpm_nm) for value in point]
    damping = [control.damping_full, control.damping_engaged]
    engine = [control.max_rpm, control.engine_inertia_kgm2, float(control.automatic), control.switch_time_s]
    return [*curve, *gears, *damping, *engine, control.final_ratio, *(wheel.radius_cm for wheel in control.wheels)]


def _steering_curve(points: list[Pair]) -> tuple[Pair, ...]:
    """Over m/s; empty where all of the steering is left at any speed."""
    if all(share == 1.0 for _, share in points):
        return ()
    return tuple((speed_kmh / _KMH_PER_MPS, share) for speed_kmh, share in sorted(points))


def _same(a: list[float], b: list[float]) -> bool:
    pairs = zip(a, b, strict=True) if len(a) == len(b) else [(0.0, 1.0)]
    return all(math.isclose(x, y, rel_tol=_F32_REL, abs_tol=_F32_REL) for x, y in pairs)


def _mean(wheels: list[Wheel], name: str) -> float:
    return float(sum(getattr(wheel, name) for wheel in wheels)) / len(wheels)


def _force_n(wheels: list[Wheel], torque: str) -> float:
    return float(sum(getattr(wheel, torque) / (wheel.radius_cm / _CM_PER_M) for wheel in wheels))


def _check(control: PhysicsControl) -> None:
    if len(control.wheels) != N_WHEELS:
        raise CallError(f"physics control: {len(control.wheels)} wheels, want {N_WHEELS}")
    if not control.torque_curve_rpm_nm or not control.gears:
        raise CallError("physics control: want at least one point of the torque curve and one forward gear")
    positive = {"mass": control.mass_kg, "max_rpm": control.max_rpm, "final_ratio": control.final_ratio}
    for index, wheel in enumerate(control.wheels):
        positive |= {f"radius of wheel {index}": wheel.radius_cm}
        positive |= {f"lat_stiff_max_load of wheel {index}": wheel.lat_stiff_max_load}
        positive |= {f"lat_stiff_value of wheel {index}": wheel.lat_stiff_value}
    for index, gear in enumerate(control.gears):
        positive |= {f"ratio of gear {index + 1}": gear.ratio}
    for name, value in positive.items():
        if value <= 0:
            raise CallError(f"physics control: {name} {value}, want > 0")
    weighed = [control.drag_coefficient, control.switch_time_s, control.damping_full, control.damping_engaged]
    for wheel in control.wheels:
        weighed += [getattr(wheel, field.name) for field in fields(Wheel) if field.name != "position_cm"]
    if min(weighed) < 0:
        raise CallError("physics control: a negative friction, torque, angle, damping, time or drag; want >= 0")
