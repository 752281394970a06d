"""What a vehicle's body can do: mass, tyres, engine and brakes by blueprint and size.

CARLA's own numbers are not public data, so each kind has ratios taken from data sheets of typical vehicles; the box
size of the blueprint turns them into newtons and metres. `docs/vehicle_model.md` has the measured results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

GRAVITY_MPS2: Final = 9.81
AIR_DENSITY_KGPM3: Final = 1.204  # ISO 2533, sea level, 20 degrees C


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivetrain:
    """Engine, gears and wheels as numbers; `sim.world.drivetrain` makes forces of them.

    Args:
        torque_curve_rpm_nm: points of full-throttle torque, by rising engine speed, at least one.
        gears: forward gears, lowest first, at least one: ratio, and the shares of `max_rpm` where to shift down and up.
        damping_open: the engine's own drag at full throttle, N m s per radian; closed: with no throttle.
        extra_inertia_kgm2: of the engine beyond the stock one's, which the stock drive force contains.
    """

    torque_curve_rpm_nm: tuple[tuple[float, float], ...]
    max_rpm: float
    final_ratio: float
    gears: tuple[tuple[float, float, float], ...]
    wheel_radius_m: float
    automatic: bool = True
    switch_time_s: float = 0.0
    damping_open: float = 0.0
    damping_closed: float = 0.0
    extra_inertia_kgm2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleSpec:
    """One vehicle for the single-track model. Both axles lie at equal distance from the body origin.

    Args:
        kind: car, van, truck, bus, motorcycle or bicycle.
        length_m: of the bounding box; likewise width and height.
        cg_to_front_m: centre of gravity to front axle, along x.
        max_steer_rad: road-wheel angle at full lock (single-track).
        max_steer_rate_radps: how fast the road wheels turn.
        drag_area_m2: drag coefficient times frontal area.
        rolling_resistance: force over weight.
        tyre_mu: friction of the dry road.
        cornering_stiffness_front_npr: N/rad of the whole axle; likewise rear.
        grip_front: factor on the front tyres' friction; likewise rear.
        brake_share_front: of the brakes' force; None: as the load lies on the axles (ideal balance).
        hand_brake_force_n: of the rear axle's hand brake.
        wheel_drag_nspm: drag of all wheels' bearings over speed.
        steering_curve: points of speed (m/s) and the share of the steering angle that is left there; none: all of it.
        drivetrain: None for the stock one, whose best gear gives `max_drive_force_n` and `peak_power_w`.
    """

    kind: str
    length_m: float
    width_m: float
    height_m: float
    mass_kg: float
    wheelbase_m: float
    cg_to_front_m: float
    cg_height_m: float
    max_steer_rad: float
    max_steer_rate_radps: float
    wheel_radius_m: float
    peak_power_w: float
    max_drive_force_n: float
    max_brake_force_n: float
    drag_area_m2: float
    rolling_resistance: float
    tyre_mu: float
    cornering_stiffness_front_npr: float
    cornering_stiffness_rear_npr: float
    yaw_inertia_kgm2: float
    n_wheels: int
    hand_brake_force_n: float
    grip_front: float = 1.0
    grip_rear: float = 1.0
    brake_share_front: float | None = None
    wheel_drag_nspm: float = 0.0
    steering_curve: tuple[tuple[float, float], ...] = ()
    drivetrain: Drivetrain | None = None

    @property
    def cg_to_rear_m(self) -> float:
        """Centre of gravity to rear axle, along x."""
        return self.wheelbase_m - self.cg_to_front_m

    @property
    def cg_x_m(self) -> float:
        """Centre of gravity ahead of the body origin."""
        return self.wheelbase_m / 2 - self.cg_to_front_m

    @property
    def rear_axle_x_m(self) -> float:
        """Rear axle ahead of the body origin (negative)."""
        return -self.wheelbase_m / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Ratios of one kind of vehicle.

    Args:
        kg_per_m3: mass over the volume of the box; 0 means `mass_kg`.
        wheelbase: over length.
        front_load: share of the weight on the front axle at rest.
        cg_height: over height.
        power_wpkg, drive_mps2, brake_mps2: over mass.
        drag_share: drag area over width times height.
        grip_front_per_rad: cornering stiffness over axle load; likewise rear. More at the rear: understeer.
    """

    kg_per_m3: float = 0.0
    mass_kg: float = 0.0
    wheelbase: float
    front_load: float
    cg_height: float
    max_steer_deg: float = 70.0
    wheel_radius_m: float
    power_wpkg: float
    drive_mps2: float
    brake_mps2: float
    drag_share: float
    rolling_resistance: float
    tyre_mu: float
    grip_front_per_rad: float
    grip_rear_per_rad: float
    n_wheels: int = 4


# Sources. Mass, wheelbase, power: manufacturers' data sheets of the class (saloon: 4.9 m, 1.7 t, 2.85 m, 130 kW; panel
# van 5.9 m, 2.4 t, 110 kW; two-axle truck 8 m, 8-12 t; pickup 6 m, 3 t; coach 10-12 m, 12-13 t, 200 kW; two-wheelers
# with a rider of 75 kg).
# Drag, rolling resistance, cornering stiffness over load, friction: Gillespie, Fundamentals of Vehicle Dynamics, and
# Wong, Theory of Ground Vehicles (cars 10-16 per rad, truck tyres 5-8 per rad; dry asphalt 0.85-1.0, truck tyres 0.7).
# Brakes: cars stop from 100 km/h in 36-45 m (published road tests); UN R13 asks 5 m/s2 of trucks and buses, and they
# reach 6-7; bicycles are limited by going over the bar at about 0.5 g. Lock: 70 degrees is CARLA's wheel set-up.
_KINDS: Final[dict[str, _Kind]] = {
    "car": _Kind(
        kg_per_m3=125.0, wheelbase=0.583, front_load=0.55, cg_height=0.37, wheel_radius_m=0.33,
        power_wpkg=75.0, drive_mps2=4.0, brake_mps2=9.81, drag_share=0.26, rolling_resistance=0.011, tyre_mu=1.0,
        grip_front_per_rad=11.0, grip_rear_per_rad=14.0,
    ),
    "van": _Kind(
        kg_per_m3=80.0, wheelbase=0.60, front_load=0.53, cg_height=0.33, wheel_radius_m=0.34,
        power_wpkg=45.0, drive_mps2=3.0, brake_mps2=8.8, drag_share=0.32, rolling_resistance=0.011, tyre_mu=0.9,
        grip_front_per_rad=10.0, grip_rear_per_rad=12.5,
    ),
    "truck": _Kind(
        kg_per_m3=110.0, wheelbase=0.58, front_load=0.45, cg_height=0.36, wheel_radius_m=0.50,
        power_wpkg=20.0, drive_mps2=2.0, brake_mps2=6.8, drag_share=0.60, rolling_resistance=0.007, tyre_mu=0.75,
        grip_front_per_rad=6.0, grip_rear_per_rad=7.5,
    ),
    "pickup": _Kind(
        kg_per_m3=95.0, wheelbase=0.60, front_load=0.52, cg_height=0.36, wheel_radius_m=0.42,
        power_wpkg=90.0, drive_mps2=4.5, brake_mps2=8.8, drag_share=0.36, rolling_resistance=0.011, tyre_mu=0.9,
        grip_front_per_rad=10.0, grip_rear_per_rad=12.5,
    ),
    "bus": _Kind(
        kg_per_m3=75.0, wheelbase=0.50, front_load=0.40, cg_height=0.30, wheel_radius_m=0.48,
        power_wpkg=16.0, drive_mps2=1.6, brake_mps2=6.8, drag_share=0.55, rolling_resistance=0.008, tyre_mu=0.75,
        grip_front_per_rad=6.0, grip_rear_per_rad=7.5,
    ),
    "motorcycle": _Kind(
        kg_per_m3=105.0, wheelbase=0.68, front_load=0.48, cg_height=0.42, max_steer_deg=40.0, wheel_radius_m=0.31,
        power_wpkg=120.0, drive_mps2=4.5, brake_mps2=8.5, drag_share=0.50, rolling_resistance=0.015, tyre_mu=1.0,
        grip_front_per_rad=12.0, grip_rear_per_rad=14.0, n_wheels=2,
    ),
    "bicycle": _Kind(
        mass_kg=90.0, wheelbase=0.62, front_load=0.42, cg_height=0.62, max_steer_deg=45.0, wheel_radius_m=0.34,
        power_wpkg=3.5, drive_mps2=1.0, brake_mps2=4.9, drag_share=0.55, rolling_resistance=0.006, tyre_mu=0.9,
        grip_front_per_rad=12.0, grip_rear_per_rad=14.0, n_wheels=2,
    ),
}  # fmt: skip

# Unreal's vehicles, which CARLA's drive like, turn by at most 2.5 of the full lock of 70 degrees a second. A person's
# hands are slower (about 1.2 rad/s in a double lane change), and CARLA's Traffic Manager weaves with them.
MAX_STEER_RATE_RADPS: Final = 3.05
# A hand brake holds the loaded car on a slope of 20 % (UN R13-H) and more: half of the brakes' force, on the rear axle.
HAND_BRAKE_SHARE: Final = 0.5

_PICKUPS: Final = ("cybertruck", "pickup")
"""CARLA and COCO count them as trucks."""
_KIND_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("bicycle", ("crossbike", "century", "omafiets", "bicycle", "e_scooter")),
    ("motorcycle", ("harley", "kawasaki", "vespa", "yamaha", "motorcycle")),
    ("bus", ("fusorosa", "bus", "coach")),
    ("truck", ("carlacola", "european_hgv", "firetruck", "cybertruck", "truck", "tanker", "fire_engine", "pickup")),
    ("van", ("ambulance", "sprinter", "volkswagen.t2", "van")),
)


def kind_of(blueprint_id: str) -> str:
    """Kind of a vehicle blueprint, by its name; what no word matches is a car."""
    for kind, words in _KIND_WORDS:
        if any(word in blueprint_id for word in words):
            return kind
    return "car"


def vehicle_spec(blueprint_id: str, size_lwh_m: tuple[float, float, float]) -> VehicleSpec:
    """The body of `blueprint_id` with a bounding box of length, width, height.

    Raises:
        ValueError: a size that is not positive.
    """
    if min(size_lwh_m) <= 0:
        raise ValueError(f"{blueprint_id}: size_lwh_m {tuple(size_lwh_m)}, want three positive lengths")
    name = kind_of(blueprint_id)
    kind = _KINDS["pickup" if any(word in blueprint_id for word in _PICKUPS) else name]
    length_m, width_m, height_m = (float(v) for v in size_lwh_m)
    mass_kg = kind.mass_kg or kind.kg_per_m3 * length_m * width_m * height_m
    wheelbase_m = kind.wheelbase * length_m
    cg_to_front_m = (1.0 - kind.front_load) * wheelbase_m
    weight_n = mass_kg * GRAVITY_MPS2
    return VehicleSpec(
        kind=name,
        length_m=length_m,
        width_m=width_m,
        height_m=height_m,
        mass_kg=mass_kg,
        wheelbase_m=wheelbase_m,
        cg_to_front_m=cg_to_front_m,
        cg_height_m=kind.cg_height * height_m,
        max_steer_rad=math.radians(kind.max_steer_deg),
        max_steer_rate_radps=MAX_STEER_RATE_RADPS,
        wheel_radius_m=kind.wheel_radius_m,
        peak_power_w=kind.power_wpkg * mass_kg,
        max_drive_force_n=kind.drive_mps2 * mass_kg,
        max_brake_force_n=kind.brake_mps2 * mass_kg,
        drag_area_m2=kind.drag_share * width_m * height_m,
        rolling_resistance=kind.rolling_resistance,
        tyre_mu=kind.tyre_mu,
        cornering_stiffness_front_npr=kind.grip_front_per_rad * kind.front_load * weight_n,
        cornering_stiffness_rear_npr=kind.grip_rear_per_rad * (1.0 - kind.front_load) * weight_n,
        # dynamic index 1: the radius of gyration squared is the product of the distances to the axles
        yaw_inertia_kgm2=mass_kg * cg_to_front_m * (wheelbase_m - cg_to_front_m),
        n_wheels=kind.n_wheels,
        hand_brake_force_n=HAND_BRAKE_SHARE * kind.brake_mps2 * mass_kg,
    )
