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
    braking_m = site.speed_mps**2 / (2 * brake.decel_mps2)
    return site.staging(vehicle, target=role, reveal_s=(ahead_m + braking_m) / site.speed_mps, duration_s=14.0)
