"""The ego's lane path as a ruler: places along and beside it become poses in the world."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.frames import Transform
from scenarios.actors import Place, RoadPlace
from sim import convert

STEP_M = 1.0


class PlaceNotOnMapError(LookupError):
    """A case names a road, lane or distance that the map does not have."""


class LanePath:
    """Centre line of the lane that begins at `start`, followed straight on.

    Args:
        carla_map: the `carla.Map`.
        start: where arc length 0 is.
        length_m: how far to follow; shorter where the lane ends.

    Raises:
        PlaceNotOnMapError: `start` is not on the map.
    """

    def __init__(self, carla_map: Any, start: RoadPlace, length_m: float = 400.0) -> None:
        waypoint = carla_map.get_waypoint_xodr(start.road, start.lane, start.s_m)
        if waypoint is None:
            raise PlaceNotOnMapError(f"map {carla_map.name} has no road {start.road} lane {start.lane} s {start.s_m}")
        poses = [convert.pose_of(waypoint.transform)]
        for _ in range(int(length_m / STEP_M)):
            following = waypoint.next(STEP_M)
            if not following:
                break
            waypoint = min(following, key=lambda w: _turn_rad(poses[-1], convert.pose_of(w.transform)))
            poses.append(convert.pose_of(waypoint.transform))
        self._poses = np.array(poses)
        steps = np.linalg.norm(np.diff(self._poses[:, :3, 3], axis=0), axis=1)
        self.s_m: FloatArray = np.concatenate([[0.0], np.cumsum(steps)])
        self.center_world_m: FloatArray = self._poses[:, :3, 3]

    @property
    def end_world_m(self) -> FloatArray:
        """(3,) where the path ends."""
        return self.center_world_m[-1]

    def pose(self, place: Place) -> NDArray[np.float64]:
        """Right-handed 4x4 `T_world_body` of `place`; beyond the path's ends it goes on straight."""
        index = int(np.clip(np.searchsorted(self.s_m, place.ahead_m) - 1, 0, len(self.s_m) - 2))
        lane = self._poses[index]
        local = np.array([place.ahead_m - self.s_m[index], place.left_m, place.up_m])
        pose = np.eye(4)
        pose[:3, 3] = lane[:3, 3] + lane[:3, :3] @ local
        pose[:3, :3] = lane[:3, :3] @ turn(place.yaw_rad, place.pitch_rad, place.roll_rad)
        return pose

    def along_m(self, point_world_m: FloatArray) -> float:
        """Arc length of the path point nearest to `point_world_m`."""
        index, offset_m = self._nearest(point_world_m)
        return float(self.s_m[index] + offset_m @ self._poses[index, :2, 0])

    def left_m(self, point_world_m: FloatArray) -> float:
        """How far left of the path `point_world_m` is."""
        index, offset_m = self._nearest(point_world_m)
        return float(offset_m @ self._poses[index, :2, 1])

    def _nearest(self, point_world_m: FloatArray) -> tuple[int, FloatArray]:
        """The nearest point of the path, and the way from it on the ground plane."""
        offset_m = np.asarray(point_world_m)[:2] - self.center_world_m[:, :2]
        index = int(np.argmin((offset_m**2).sum(axis=1)))
        return index, offset_m[index]


def turn(yaw_rad: float, pitch_rad: float, roll_rad: float) -> NDArray[np.float64]:
    """(3, 3) rotation by yaw to the left, then pitch nose down, then roll to the right, about the body's own axes."""
    return Transform.from_xyz_rpy("to", "from", (0.0, 0.0, 0.0), (roll_rad, pitch_rad, yaw_rad)).matrix[:3, :3]


def _turn_rad(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.arccos(np.clip(a[:3, 0] @ b[:3, 0], -1.0, 1.0)))
