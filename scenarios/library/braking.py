"""A long vehicle ahead that brakes in plain view, turned so that more or less of it shows behind its rear."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Brake, DriveLane, Place
from scenarios.staging import EGO_FRONT_M, Staging
from scenarios.templates import Site

LENGTH_M = {
    "vehicle.moosetest.articulated_bus": 18.0,
    "vehicle.moosetest.articulated_truck": 16.5,
    "vehicle.moosetest.box_truck": 8.2,
    "vehicle.moosetest.city_bus": 12.0,
}


def braking_ahead(site: Site, role: str, blueprint: str, ahead_m: float, yaw_rad: float, brake: Brake) -> Staging:
    """The vehicle `ahead_m` before the car, at the car's speed until it brakes, turned about its tail by `yaw_rad`."""
    half_m = LENGTH_M[blueprint] / 2
    vehicle = ActorPlan(
        role=role,
        blueprint=blueprint,
        place=Place(
            EGO_FRONT_M + ahead_m + half_m * math.cos(yaw_rad), left_m=half_m * math.sin(yaw_rad), yaw_rad=yaw_rad
        ),
        motion=DriveLane(site.speed_mps, brake=brake),
    )
    reveal_s = time_to_react_s(ahead_m, site.speed_mps, brake)
    return site.staging(vehicle, target=role, duration_s=14.0, reveal_s=reveal_s, conflict_s=brake.at_s + reveal_s)


def time_to_react_s(ahead_m: float, speed_mps: float, brake: Brake) -> float:
    """From when a vehicle ahead brakes until a car that keeps its speed hits it.

    Args:
        ahead_m: the gap until then.
        speed_mps: of both.
        brake: to a standstill.
    """
    moving_s = math.sqrt(2.0 * ahead_m / brake.decel_mps2)
    standing_s = ahead_m / speed_mps + speed_mps / (2.0 * brake.decel_mps2)
    return moving_s if moving_s < speed_mps / brake.decel_mps2 else standing_s
