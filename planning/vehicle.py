"""The ego vehicle as planning and control need to know it: its outline, and what its actuators can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EgoShape:
    """Outline of the car about its frame, whose origin is on the ground under the rear axle.

    Defaults are a 4.9 m sedan's.

    Args:
        front_m: front bumper ahead of the origin.
        rear_m: rear bumper behind the origin, positive.
        half_width_m: half the width without mirrors.
    """

    front_m: float = 3.87
    rear_m: float = 1.04
    half_width_m: float = 0.92

    @property
    def length_m(self) -> float:
        """Bumper to bumper."""
        return self.front_m + self.rear_m


@dataclass(frozen=True, slots=True)
class VehicleModel:
    """What pedals and steering wheel do to the car.

    Defaults are the simulated 4.9 m sedan's, as its data sheet states (docs/vehicle_model.md); other cars come in as
    configuration.

    Args:
        mass_kg: kerb mass with driver.
        wheelbase_m: front to rear axle.
        max_steer_rad: road-wheel angle at full lock.
        full_brake_mps2: deceleration at brake 1 on dry road.
        peak_power_w: at the wheels.
        max_drive_force_n: at the wheels, at low speed.
        drag_area_m2: drag coefficient times frontal area.
        rolling_coefficient: rolling resistance by weight.
    """

    mass_kg: float = 1674.0
    wheelbase_m: float = 2.852
    max_steer_rad: float = 1.2217
    full_brake_mps2: float = 9.81
    peak_power_w: float = 125_500.0
    max_drive_force_n: float = 6695.0
    drag_area_m2: float = 0.712
    rolling_coefficient: float = 0.011

    def drag_force_n(self, speed_mps: float) -> float:
        """Air drag and rolling resistance at `speed_mps`, against the motion."""
        air_density_kgpm3, gravity_mps2 = 1.2, 9.81
        rolling_n = self.rolling_coefficient * self.mass_kg * gravity_mps2 if abs(speed_mps) > 0.1 else 0.0
        return 0.5 * air_density_kgpm3 * self.drag_area_m2 * speed_mps**2 + rolling_n

    def drive_force_n(self, speed_mps: float) -> float:
        """The most force the motor gives at `speed_mps`."""
        return min(self.max_drive_force_n, self.peak_power_w / max(abs(speed_mps), 1.0))
