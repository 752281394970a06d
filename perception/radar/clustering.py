"""Radar returns that belong together: one thing of unknown class each, with its speed along the line of sight."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from moosetest.arrays import FloatArray
from moosetest.config import ConfigError
from moosetest.frames import wrap_rad_array
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import RadarFrame, SensorBundle
from perception.radar.boxes import box_of_returns
from perception.radar.own_motion import (
    IMU_ID,
    ODOMETRY_ID,
    directions_ego,
    radial_speeds_mps,
    sensor_velocity_ego_mps,
)
from perception.registry import DETECTORS

LONGEST_VEHICLE_M = 20.0
"""A road train is at most 18.75 m long (Directive 96/53/EC): what stands and is longer is a wall, a rail or a hedge."""
HALF_SCORE_RETURNS = 2.0
"""Returns at which the score is one half."""


@dataclass(frozen=True, slots=True)
class RadarClustersConfig:
    """What joins returns, and what is left out.

    Args:
        sensor_id: the radar.
        join_base_m, join_slope: returns join over the ground within `join_base_m` + `join_slope` * range. The default
            rig's 600 rays lie some 0.8 m apart at 50 m, and twice that at the edge of the field.
        join_speed_mps: and only if their speeds over ground differ by less; parts of a turning car do by 1 or 2 m/s.
        ground_height_m, ground_slope: what stands and is lower than `ground_height_m` + `ground_slope` * range is road
            and kerb; a braking car's nose dips by about half a degree.
        max_height_m: what is higher hangs over the road.
        moving_mps: faster returns are not of the ground, however low; wheel speed and yaw rate err by less.
        min_returns: fewer are no thing.
        range_sd_m, azimuth_sd_rad: resolution of a 77 GHz long-range radar, as data sheets state.
    """

    sensor_id: str = "radar_front"
    join_base_m: float = 1.5
    join_slope: float = 0.02
    join_speed_mps: float = 2.0
    ground_height_m: float = 0.3
    ground_slope: float = 0.01
    max_height_m: float = 3.0
    moving_mps: float = 0.7
    min_returns: int = 2
    range_sd_m: float = 0.4
    azimuth_sd_rad: float = 0.01

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) and not value > 0:
                raise ConfigError(f"RadarClustersConfig.{field.name}: {value}, want a value > 0")


class Returns(NamedTuple):
    """Radar returns: place (N, 3), range (N,), speed over ground along the line of sight (N,), + receding."""

    place_ego_m: FloatArray
    range_m: FloatArray
    radial_mps: FloatArray

    def where(self, keep: NDArray[Any]) -> Returns:
        """Some of them."""
        return Returns(self.place_ego_m[keep], self.range_m[keep], self.radial_mps[keep])


@DETECTORS.register("radar-clusters-v1", RadarClustersConfig)
class RadarClusterDetector:
    """One radar's returns -> things of class UNKNOWN with a radial speed over ground."""

    def __init__(self, config: RadarClustersConfig) -> None:
        self._config = config

    @property
    def needs(self) -> frozenset[str]:
        """The radar, and what tells the car's own motion."""
        return frozenset({self._config.sensor_id, ODOMETRY_ID, IMU_ID})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> Detections:
        """Things at `bundle.t_ns`, nearest first; empty without a radar frame or odometry."""
        frame = bundle.frames.get(self._config.sensor_id)
        if not isinstance(frame, RadarFrame):
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        velocity_ego_mps = sensor_velocity_ego_mps(bundle, frame.T_ego_sensor)
        if velocity_ego_mps is None:
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        direction_ego = directions_ego(frame)
        place_ego_m = frame.T_ego_sensor.translation_m + direction_ego * frame.range_m[:, None]
        radial_mps = radial_speeds_mps(frame, direction_ego, velocity_ego_mps)
        returns = Returns(place_ego_m, frame.range_m, radial_mps)
        returns = returns.where(self._is_thing(returns))
        things = [returns.where(member) for member in clusters(returns, self._config)]
        things = [thing for thing in things if self._is_whole(thing)]
        if not things:
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        things.sort(key=lambda thing: float(thing.range_m.min()))
        return self._detections(frame, things)

    def _is_thing(self, returns: Returns) -> NDArray[np.bool_]:
        """(N,) false for the ground, and for what hangs over the road."""
        config, height_m = self._config, returns.place_ego_m[:, 2]
        over_ground = height_m > config.ground_height_m + config.ground_slope * returns.range_m
        moves = np.abs(returns.radial_mps) > config.moving_mps
        return (over_ground | moves) & (height_m < config.max_height_m)

    def _is_whole(self, thing: Returns) -> bool:
        """Whether enough returns make it, and it is not longer than anything on wheels."""
        extent_m = np.ptp(thing.place_ego_m[:, :2], axis=0)
        moves = abs(float(thing.radial_mps.mean())) > self._config.moving_mps
        fits = float(np.hypot(*extent_m)) <= LONGEST_VEHICLE_M
        return len(thing.range_m) >= self._config.min_returns and (fits or moves)

    def _detections(self, frame: RadarFrame, things: list[Returns]) -> Detections:
        resolution = (self._config.range_sd_m, self._config.azimuth_sd_rad)
        boxes = [box_of_returns(thing.place_ego_m, frame.T_ego_sensor, *resolution) for thing in things]
        count = len(things)
        returns = np.array([len(thing.range_m) for thing in things])
        return Detections(
            sensor_id=frame.sensor_id,
            t_ns=frame.t_ns,
            center_ego_m=np.array([box.center_ego_m for box in boxes]),
            size_lwh_m=np.array([box.size_lwh_m for box in boxes]),
            yaw_ego_rad=wrap_rad_array([box.yaw_ego_rad for box in boxes]),
            cov_center_m2=np.array([box.cov_center_m2 for box in boxes]),
            velocity_ego_mps=np.zeros((count, 2)),
            has_velocity=np.zeros(count, np.bool_),
            radial_speed_mps=np.array([thing.radial_mps.mean() for thing in things]),
            has_radial_speed=np.ones(count, np.bool_),
            class_id=np.full(count, int(ObjectClass.UNKNOWN)),
            score=returns / (returns + HALF_SCORE_RETURNS),
        )


def clusters(returns: Returns, config: RadarClustersConfig) -> list[NDArray[np.intp]]:
    """Indices of the returns of each group whose members are linked by neighbours near in place and in speed."""
    if not len(returns.range_m):
        return []
    x_m, y_m, _ = returns.place_ego_m.T
    apart_m = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)
    reach_m = config.join_base_m + config.join_slope * (returns.range_m[:, None] + returns.range_m) / 2.0
    apart_mps = np.abs(returns.radial_mps[:, None] - returns.radial_mps)
    linked = (apart_m <= reach_m) & (apart_mps <= config.join_speed_mps)
    count, label = connected_components(csr_matrix(linked), directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])
