"""What a sensor has in sight, whatever it makes of it: rays from its mount over its field of view, as truth.

CARLA's semantic LiDAR names the actor that each ray meets. Put where a sensor sits, it tells which actors no wall, no
other actor and no edge of the field hides from it. Rays of cameras and LiDARs end at the visual range of fog, rain and
dust; light and noise play no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan, degrees, inf, radians, tan
from typing import Any

import numpy as np

from moosetest.timing import NS_PER_S, TICK_NS
from sim.rig import CameraMount, LidarMount, Mount, RadarMount, Rig
from sim.suite import Planned
from sim.world.air import VISUAL_RANGE_DEPTHS, extinction_per_m
from sim.world.scene import Weather

CAMERA_RANGE_M = 200.0
"""A car is 16 px tall there in the narrow camera of the default rig."""
CAMERA_RAYS = (256, 64)
RADAR_RAYS = (240, 32)
"""Across and up: a person at 100 m meets 2 × 10 rays of the narrow camera's, at 60 m 2 × 4 of the radar's."""
_POINT = np.dtype([("xyz", np.float32, 3), ("cos", np.float32), ("actor_id", np.uint32), ("tag", np.uint32)])


@dataclass(frozen=True, slots=True)
class Gaze:
    """The rays of one sensor: field of view in degrees, how many across and up, how far."""

    horizontal_deg: float
    upper_deg: float
    lower_deg: float
    columns: int
    channels: int
    range_m: float

    @property
    def ray_sr(self) -> float:
        """Solid angle that each ray stands for, near the horizon."""
        return radians(self.horizontal_deg / self.columns) * radians((self.upper_deg - self.lower_deg) / self.channels)


def gaze_of(mount: Mount, visual_range_m: float = inf) -> Gaze:
    """The rays for a camera, LiDAR or radar; a LiDAR's are its own.

    Args:
        mount: the sensor.
        visual_range_m: at which 5 % of the contrast is left; a radar's waves go on.

    Raises:
        TypeError: another kind of sensor.
    """
    if isinstance(mount, CameraMount):
        half_deg = degrees(atan(tan(radians(mount.fov_deg) / 2.0) * mount.height_px / mount.width_px))
        return Gaze(mount.fov_deg, half_deg, -half_deg, *CAMERA_RAYS, min(CAMERA_RANGE_M, visual_range_m))
    if isinstance(mount, LidarMount):
        up, down = mount.upper_fov_deg, mount.lower_fov_deg
        return Gaze(
            mount.horizontal_fov_deg, up, down, mount.columns, mount.channels, min(mount.range_m, visual_range_m)
        )
    if isinstance(mount, RadarMount):
        half_deg = mount.vertical_fov_deg / 2.0
        return Gaze(mount.horizontal_fov_deg, half_deg, -half_deg, *RADAR_RAYS, mount.range_m)
    raise TypeError(f"{mount.sensor_id}: {type(mount).__name__} looks at nothing")


def visual_range_m(weather: Any) -> float:
    """How far one sees at the height of the road in a `carla.WeatherParameters`, as the embedded server takes it."""
    air = Weather(
        fog_density=weather.fog_density / 100.0,
        precipitation=weather.precipitation / 100.0,
        dust_storm=weather.dust_storm / 100.0,
    )
    return VISUAL_RANGE_DEPTHS / extinction_per_m(air)


def eyes(library: Any, rig: Rig, weather: Any) -> list[Planned]:
    """One semantic LiDAR at the mount of each camera, LiDAR and radar of `rig`; light ends in the air."""
    sight_m = visual_range_m(weather)
    return [(mount, _blueprint(library, gaze_of(mount, sight_m)), _counted) for mount in rig.mounts]


def _blueprint(library: Any, gaze: Gaze) -> Any:
    blueprint = library.find("sensor.lidar.ray_cast_semantic")
    attributes = {
        "channels": gaze.channels,
        "range": gaze.range_m,
        "points_per_second": gaze.channels * gaze.columns * NS_PER_S // TICK_NS,
        "rotation_frequency": 10.0,
        "upper_fov": gaze.upper_deg,
        "lower_fov": gaze.lower_deg,
        "horizontal_fov": gaze.horizontal_deg,
    }
    for name, value in attributes.items():
        blueprint.set_attribute(name, str(value))
    return blueprint


def _counted(measurement: Any, t_ns: int, seq: int) -> Mapping[int, int]:
    """How many rays met each actor, by its id."""
    ids, counts = np.unique(np.frombuffer(measurement.raw_data, dtype=_POINT)["actor_id"], return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))
