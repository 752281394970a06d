"""Measures the vehicle model on a test track of its own: `python -m sim.world.vehicle_report` prints the table."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.world.body_motion import BodyState
from sim.world.ground import FlatGround
from sim.world.vehicle_motion import VehicleFleet, VehicleInput
from sim.world.vehicle_spec import VehicleSpec, vehicle_spec

STEP_S: Final = 0.05
LONGEST_S: Final = 120.0
SAMPLES: Final[dict[str, tuple[float, float, float]]] = {
    "vehicle.lincoln.mkz_2020": (4.892, 1.837, 1.490),
    "vehicle.micro.microlino": (2.207, 1.481, 1.376),
    "vehicle.nissan.patrol_2021": (5.566, 2.150, 2.045),
    "vehicle.tesla.cybertruck": (6.274, 2.390, 2.098),
    "vehicle.mercedes.sprinter": (5.915, 1.988, 2.561),
    "vehicle.carlamotors.european_hgv": (7.936, 2.891, 3.462),
    "vehicle.mitsubishi.fusorosa": (10.273, 3.944, 4.253),
    "vehicle.kawasaki.ninja": (2.044, 0.797, 1.523),
    "vehicle.diamondback.century": (1.656, 0.582, 1.620),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one vehicle does: NaN where it cannot reach the speed."""

    spec: VehicleSpec
    stop_from_50kmh_m: float
    stop_from_100kmh_m: float
    to_50kmh_s: float
    to_100kmh_s: float
    top_speed_mps: float
    side_grip_mps2: float


def measure(spec: VehicleSpec) -> Measured:
    """Drive `spec` on the flat: stops, starts, top speed, steady turning at the limit."""
    return Measured(
        spec,
        stopping_distance_m(spec, 50 / 3.6),
        stopping_distance_m(spec, 100 / 3.6),
        time_to_speed_s(spec, 50 / 3.6),
        time_to_speed_s(spec, 100 / 3.6),
        float(_drive(spec, 0.0, VehicleInput(throttle=1.0), lambda _: False)[1].velocity_world_mps[0]),
        side_grip_mps2(spec),
    )


def stopping_distance_m(spec: VehicleSpec, speed_mps: float) -> float:
    """Way from the full brake pedal's first move to rest."""
    _, state = _drive(spec, speed_mps, VehicleInput(brake=1.0), lambda s: s.velocity_world_mps[0] == 0.0)
    return float(state.position_world_m[0])


def time_to_speed_s(spec: VehicleSpec, speed_mps: float) -> float:
    """Time from standstill at full throttle; NaN if never reached."""
    time_s, state = _drive(spec, 0.0, VehicleInput(throttle=1.0), lambda s: s.velocity_world_mps[0] >= speed_mps)
    return time_s if state.velocity_world_mps[0] >= speed_mps else math.nan


def side_grip_mps2(spec: VehicleSpec) -> float:
    """Largest acceleration across the path, from 0.6 s to 0.8 s after turning in at 15 m/s, over steering angles."""
    best = 0.0
    for steer in np.linspace(0.02, 0.4, 20):
        fleet = _fleet(spec, 15.0, VehicleInput(steer=-float(steer)))
        fleet.step(0.6)
        before = fleet.state(1).velocity_world_mps[:2]
        fleet.step(0.2)
        after = fleet.state(1).velocity_world_mps[:2]
        turned = float(before[0] * after[1] - before[1] * after[0])  # |v|^2 times the angle
        best = max(best, turned / 0.2 / float(np.hypot(*((before + after) / 2))))
    return best


def table() -> str:
    """All samples as a Markdown table."""
    lines = [
        "| blueprint | kind | mass kg | wheelbase m | 50-0 m | 100-0 m | 0-50 s | 0-100 s | top km/h | side m/s² |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for blueprint, size in SAMPLES.items():
        m = measure(vehicle_spec(blueprint, size))
        ways = f"{m.stop_from_50kmh_m:.1f} | {m.stop_from_100kmh_m:.1f}"
        times = f"{_cell(m.to_50kmh_s)} | {_cell(m.to_100kmh_s)} | {m.top_speed_mps * 3.6:.0f}"
        body = f"{m.spec.kind} | {m.spec.mass_kg:.0f} | {m.spec.wheelbase_m:.2f}"
        lines.append(f"| {blueprint.removeprefix('vehicle.')} | {body} | {ways} | {times} | {m.side_grip_mps2:.1f} |")
    return "\n".join(lines)


def _fleet(spec: VehicleSpec, speed_mps: float, control: VehicleInput) -> VehicleFleet:
    fleet = VehicleFleet(FlatGround())
    fleet.add(1, spec, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    fleet.set_velocity(1, (speed_mps, 0.0, 0.0))
    fleet.set_input(1, control)
    return fleet


def _drive(
    spec: VehicleSpec, speed_mps: float, control: VehicleInput, is_done: Callable[[BodyState], bool]
) -> tuple[float, BodyState]:
    fleet = _fleet(spec, speed_mps, control)
    for step in range(1, round(LONGEST_S / STEP_S) + 1):
        fleet.step(STEP_S)
        if is_done(fleet.state(1)):
            return step * STEP_S, fleet.state(1)
    return LONGEST_S, fleet.state(1)


def _cell(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{seconds:.1f}"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
