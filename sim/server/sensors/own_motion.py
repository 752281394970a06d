"""GNSS, IMU and the collision detector: what a body feels of its own motion."""

from __future__ import annotations

import msgpack
import numpy as np
from numpy.typing import NDArray

from sim import convert
from sim.server.actors import Actor
from sim.server.sensors.adapter import (
    Payload,
    SensorState,
    TickView,
    attribute_flag,
    attribute_float,
    chosen_noise_seed,
)
from sim.world.inertial import gnss_fix, imu_reading


class GnssSensor:
    """Latitude, longitude and altitude with bias and noise in degrees and metres, as the attributes say."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._seed = chosen_noise_seed(server_seed, actor)
        self._bias = np.array([attribute_float(actor, f"noise_{axis}_bias", 0.0) for axis in ("lat", "lon", "alt")])
        self._stddev = _spreads(actor, [f"noise_{axis}_stddev" for axis in ("lat", "lon", "alt")])

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One fix."""
        fix = np.array(gnss_fix(state.T_world_sensor[:3, 3], *view.origin_lat_lon_deg))
        rng = np.random.default_rng((self._seed, state.noise_frame))
        fix = fix + self._bias + self._stddev * rng.standard_normal(3)
        return [(msgpack.packb([float(v) for v in fix]),)]


class ImuSensor:
    """Accelerometer, gyroscope and compass with bias and noise in CARLA's axes, as the attributes say."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        self._seed = chosen_noise_seed(server_seed, actor)
        self._accel_stddev = _spreads(actor, [f"noise_accel_stddev_{axis}" for axis in "xyz"])
        self._gyro_stddev = _spreads(actor, [f"noise_gyro_stddev_{axis}" for axis in "xyz"])
        self._gyro_bias = np.array([attribute_float(actor, f"noise_gyro_bias_{axis}", 0.0) for axis in "xyz"])

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One reading; CARLA's y points to the right, and its turn rates count left-handed. None without a parent."""
        if state.actor.parent_id == 0:
            return []
        rotation = state.T_world_sensor[:3, :3]
        acceleration, turn = state.acceleration_world_mps2, state.angular_velocity_world_radps
        reading = imu_reading(acceleration, turn, rotation, gravity_mps2=view.gravity_mps2)
        rng = np.random.default_rng((self._seed, state.noise_frame))
        noise = rng.standard_normal((2, 3))
        accel = convert.flip_points(reading.accel_body_mps2) + self._accel_stddev * noise[0]
        gyro = convert.flip_axial(reading.gyro_body_radps) + self._gyro_bias + self._gyro_stddev * noise[1]
        return [(msgpack.packb([_floats(accel), _floats(gyro), float(reading.compass_rad)]),)]


class CollisionSensor:
    """Tells each collision of the body it is attached to; with a tally, then how many they were, none included."""

    def __init__(self, actor: Actor, _: int) -> None:
        self._tallies = attribute_flag(actor, "moosetest_tally")

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One message a collision of this tick; the tally is a collision of the body with itself, of so many Ns."""
        body_id = state.actor.parent_id
        events = [[c.own, c.other, c.impulse_ns] for c in view.collisions if c.actor_id == body_id]
        if self._tallies and body_id in view.actors:
            own = view.actors[body_id]
            events.append([own, own, [float(len(events)), 0.0, 0.0]])
        return [(msgpack.packb(e, use_bin_type=True, unicode_errors="surrogateescape"),) for e in events]


def _spreads(actor: Actor, names: list[str]) -> NDArray[np.float64]:
    return np.array([max(attribute_float(actor, name, 0.0), 0.0) for name in names])


def _floats(vector: NDArray[np.float64]) -> list[float]:
    return [float(v) for v in vector]
