"""The car under test, as planning and control have to know it: the simulated vehicle's own numbers."""

from __future__ import annotations

from dataclasses import replace

from planning.control import ControlConfig, PathController
from planning.vehicle import VehicleModel
from scenarios.staging import EGO_BLUEPRINT
from sim.assets.library import size_lwh_m
from sim.world.vehicle_spec import vehicle_spec


def ego_controller(config: ControlConfig) -> PathController:
    """A controller set as `config` that knows what the pedals and the steering of the car under test do."""
    spec = vehicle_spec(EGO_BLUEPRINT, size_lwh_m(EGO_BLUEPRINT))
    model = VehicleModel(
        mass_kg=spec.mass_kg,
        wheelbase_m=spec.wheelbase_m,
        max_steer_rad=spec.max_steer_rad,
        full_brake_mps2=spec.max_brake_force_n / spec.mass_kg,
        peak_power_w=spec.peak_power_w,
        max_drive_force_n=spec.max_drive_force_n,
        drag_area_m2=spec.drag_area_m2,
        rolling_coefficient=spec.rolling_resistance,
    )
    return PathController(replace(config, vehicle=model))
