"""What satellite and inertial sensors read, by the formulas of CARLA 0.9.16.

Its map projection is a spherical transverse Mercator with scale 0.9996 about the map's reference point, CARLA's x to
the east and CARLA's y (ours negated) to the *north*; its compass, though, calls CARLA's -y (our +y) north. Both are as
the 0.9.16 client and server have them: a fix must agree with `carla.Map.transform_to_geolocation`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.world.vehicle_spec import GRAVITY_MPS2

FloatArray = NDArray[np.float64]

EARTH_RADIUS_M: Final = 6_378_137.0  # WGS 84 equator
PROJECTION_SCALE: Final = 0.9996


@dataclass(frozen=True, slots=True, eq=False)
class ImuReading:
    """One reading in body axes (x forward, y left, z up); `compass_rad` 0 = north, clockwise, in [0, 2 pi)."""

    accel_body_mps2: FloatArray
    gyro_body_radps: FloatArray
    compass_rad: float


def gnss_fix(
    position_world_m: ArrayLike, origin_lat_deg: float, origin_lon_deg: float, origin_alt_m: float = 0.0
) -> tuple[float, float, float]:
    """Latitude, longitude (degrees) and altitude (m) of a place; the origin is the map's reference point."""
    x_m, y_m, z_m = (float(v) for v in np.asarray(position_world_m, dtype=np.float64))
    east = x_m / (PROJECTION_SCALE * EARTH_RADIUS_M)
    north = -y_m / (PROJECTION_SCALE * EARTH_RADIUS_M) + math.radians(origin_lat_deg)
    lat_rad = math.asin(math.sin(north) / math.cosh(east))
    lon_rad = math.radians(origin_lon_deg) + math.atan2(math.sinh(east), math.cos(north))
    return math.degrees(lat_rad), math.degrees(lon_rad), z_m + origin_alt_m


def world_from_gnss(
    fix_deg_deg_m: tuple[float, float, float], origin_lat_deg: float, origin_lon_deg: float, origin_alt_m: float = 0.0
) -> FloatArray:
    """(3,) place in the world of latitude, longitude, altitude: the inverse of `gnss_fix`."""
    lat_rad, lon_rad = math.radians(fix_deg_deg_m[0]), math.radians(fix_deg_deg_m[1] - origin_lon_deg)
    east = math.atanh(math.cos(lat_rad) * math.sin(lon_rad))
    north = math.atan2(math.tan(lat_rad), math.cos(lon_rad)) - math.radians(origin_lat_deg)
    scale_m = PROJECTION_SCALE * EARTH_RADIUS_M
    return np.array([scale_m * east, -scale_m * north, fix_deg_deg_m[2] - origin_alt_m])


def imu_reading(
    accel_world_mps2: ArrayLike,
    gyro_world_radps: ArrayLike,
    R_world_body: FloatArray,
    accel_noise_mps2: ArrayLike = (0.0, 0.0, 0.0),
    gyro_noise_radps: ArrayLike = (0.0, 0.0, 0.0),
    gravity_mps2: float = GRAVITY_MPS2,
) -> ImuReading:
    """What an IMU with axes `R_world_body` (3, 3) reads: specific force (+g upwards at rest), turn rates, compass.

    Noise is added in body axes; draw it outside.
    """
    specific = np.asarray(accel_world_mps2, dtype=np.float64) + np.array([0.0, 0.0, gravity_mps2])
    accel = R_world_body.T @ specific + np.asarray(accel_noise_mps2, dtype=np.float64)
    gyro = R_world_body.T @ np.asarray(gyro_world_radps, dtype=np.float64) + np.asarray(gyro_noise_radps)
    east, north = float(R_world_body[0, 0]), float(R_world_body[1, 0])
    return ImuReading(accel, gyro, math.atan2(east, north) % (2 * math.pi))
