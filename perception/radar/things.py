"""What both radar detectors share: returns with the car's own motion taken out, and the boxes of things among them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.frames import wrap_rad_array
from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import RadarFrame, SensorBundle
from perception.radar.boxes import boxes_of_returns
from perception.radar.own_motion import directions_ego, radial_speeds_mps, sensor_velocity_ego_mps

LONGEST_VEHICLE_M = 20.0
"""A road train is at most 18.75 m long (Directive 96/53/EC): what stands and is longer is a wall, a rail or a hedge."""


class Returns(NamedTuple):
    """Radar returns: place (N, 3), range (N,), speed over ground along the line of sight (N,), + receding."""

    place_ego_m: FloatArray
    range_m: FloatArray
    radial_mps: FloatArray

    def where(self, keep: NDArray[Any]) -> Returns:
        """Some of them."""
        return Returns(self.place_ego_m[keep], self.range_m[keep], self.radial_mps[keep])


def returns_over_ground(bundle: SensorBundle, sensor_id: str) -> tuple[RadarFrame, Returns] | None:
    """The frame of a radar and its returns; None without the frame or odometry."""
    frame = bundle.frames.get(sensor_id)
    if not isinstance(frame, RadarFrame):
        return None
    velocity_ego_mps = sensor_velocity_ego_mps(bundle, frame.T_ego_sensor)
    if velocity_ego_mps is None:
        return None
    direction_ego = directions_ego(frame)
    place_ego_m = frame.T_ego_sensor.translation_m + direction_ego * frame.range_m[:, None]
    return frame, Returns(place_ego_m, frame.range_m, radial_speeds_mps(frame, direction_ego, velocity_ego_mps))


def lengths_m(returns: Returns, first: NDArray[np.intp]) -> FloatArray:
    """(K,) over the ground, of things whose returns begin at `first` and come thing after thing."""
    xy_m = returns.place_ego_m[:, :2]
    extent_m = np.maximum.reduceat(xy_m, first) - np.minimum.reduceat(xy_m, first)
    return np.asarray(np.hypot(*extent_m.T))


def things(
    frame: RadarFrame,
    returns: Returns,
    size: NDArray[np.intp],
    radial_mps: FloatArray,
    score: FloatArray,
    resolution: tuple[float, float],
    stands: NDArray[np.bool_] | None = None,
) -> Detections:
    """Boxes of class UNKNOWN.

    Args:
        frame: where the returns are from.
        returns: thing after thing.
        size: (K,) how many returns each thing has.
        radial_mps: (K,) their speeds over ground along the line of sight.
        score: (K,).
        resolution: deviation in range in metres, and in azimuth in radians.
        stands: (K,) true for things whose whole velocity is known to be zero; by default none.
    """
    count = len(size)
    if not count:
        return Detections.empty(frame.sensor_id, frame.t_ns)
    first = np.cumsum(size) - size
    boxes = boxes_of_returns(returns.place_ego_m, first, frame.T_ego_sensor, resolution)
    return Detections(
        sensor_id=frame.sensor_id,
        t_ns=frame.t_ns,
        center_ego_m=boxes.center_ego_m,
        size_lwh_m=boxes.size_lwh_m,
        yaw_ego_rad=wrap_rad_array(boxes.yaw_ego_rad),
        cov_center_m2=boxes.cov_center_m2,
        velocity_ego_mps=np.zeros((count, 2)),
        has_velocity=np.zeros(count, np.bool_) if stands is None else stands,
        radial_speed_mps=radial_mps,
        has_radial_speed=np.ones(count, np.bool_),
        class_id=np.full(count, int(ObjectClass.UNKNOWN)),
        score=score,
    )
