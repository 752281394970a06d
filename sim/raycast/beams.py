"""A LiDAR's beams in one sweep: their directions, and where the sensor was when it sent each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from sim.raycast.caster import RayCaster
from sim.raycast.hits import Hits

Index = NDArray[np.intp]


class Motion(NamedTuple):
    """How a sensor moves while it sweeps, evenly; its pose is that at the end of `dt_s`."""

    velocity_world_mps: FloatArray
    angular_velocity_world_radps: FloatArray
    dt_s: float


class Grid:
    """Directions of one step: channels from the top, columns in the order of scanning, from left to right.

    Args:
        elevation_rad: (C,) of the channels.
        horizontal_fov_rad: the field that a whole turn sweeps.
        turn: share of a turn at which the step begins.
        turned: turns in the step.
        columns: rays of each channel.
    """

    def __init__(
        self, elevation_rad: FloatArray, horizontal_fov_rad: float, turn: float, turned: float, columns: int
    ) -> None:
        self.key = (turn, turned, columns)
        self.shape = (len(elevation_rad), columns)
        self.elevation_rad = elevation_rad
        share = (turn + turned * np.arange(columns) / max(columns, 1)) % 1.0
        self.azimuth_rad = horizontal_fov_rad * (0.5 - share)
        direction = np.empty((3, *self.shape), np.float32)
        direction[0] = np.cos(elevation_rad[:, None]) * np.cos(self.azimuth_rad)
        direction[1] = np.cos(elevation_rad[:, None]) * np.sin(self.azimuth_rad)
        direction[2] = np.sin(elevation_rad[:, None])
        self._direction_sensor = direction.reshape(3, -1)

    @property
    def rays(self) -> int:
        """Of the whole grid."""
        return self.shape[0] * self.shape[1]

    def direction_sensor(self, place: Index) -> NDArray[np.float32]:
        """(3, N) unit vectors at some places."""
        return self._direction_sensor.take(place, axis=1)

    def direction_world(self, T_world_sensor: FloatArray, place: Index | None) -> NDArray[np.float32]:
        """(N, 3) at some or all places: no BLAS, whose last bits depend on its number of threads."""
        x, y, z = self._direction_sensor if place is None else self._direction_sensor.take(place, axis=1)
        direction = np.empty((len(x), 3), np.float32)
        for i, (a, b, c) in enumerate(T_world_sensor[:3, :3].astype(np.float32)):
            direction[:, i] = a * x + b * y + c * z
        return direction

    def points_sensor_m(self, place: Index, range_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 3) at those distances along the rays at those places."""
        points_m = np.empty((len(place), 3), np.float32)
        for i, direction in enumerate(self._direction_sensor):
            points_m[:, i] = direction.take(place) * range_m
        return points_m


class Beams:
    """The rays of one sweep in the world.

    Args:
        grid: their directions in the sensor's frame.
        T_world_sensor: (4, 4) at the end of the sweep.
        range_m: of the sensor.
        motion: each ray is cast from where the sensor was at its time, at things where they were then; None is all at
            the end.
    """

    def __init__(self, grid: Grid, T_world_sensor: FloatArray, range_m: float, motion: Motion | None) -> None:
        self.grid = grid
        self.range_m = range_m
        self._T_world_sensor = T_world_sensor
        self._motion = motion

    def cast(self, caster: RayCaster, place: Index | None) -> Hits:
        """What the rays at some places, or at all, meet first."""
        direction, origin_m = self.grid.direction_world(self._T_world_sensor, place), self._T_world_sensor[:3, 3]
        age_s = self._age_s(place)
        if self._motion is not None and age_s is not None:
            direction = _turned(direction, self._motion.angular_velocity_world_radps, -age_s)
            origin_m = origin_m - age_s[:, None] * self._motion.velocity_world_mps
        return caster.cast(origin_m, direction, self.range_m, age_s=age_s)

    def cast_on(self, caster: RayCaster, hits: Hits, place: Index, gone_m: NDArray[np.float32]) -> Hits:
        """What rays at some places meet after they have gone (N,) farther; ranges are from the sensor."""
        origin_m = hits.origin_world_m + hits.direction_world * gone_m[:, None].astype(np.float64)
        left_m = np.float32(self.range_m) - gone_m
        onward = caster.cast(
            origin_m,
            hits.direction_world,
            left_m,
            age_s=self._age_s(place),
            leaves_bodies=False,
        )
        return onward.seen_from(hits.origin_world_m, gone_m)

    def cast_around(self, caster: RayCaster, hits: Hits, place: Index, angle_rad: float) -> Hits:
        """What four rays around each of those at some places meet: to the right, the left, below and above, in turn."""
        middle = hits.direction_world.astype(np.float64)
        aside = np.stack([-middle[:, 1], middle[:, 0], np.zeros(len(middle))], axis=1)
        aside /= np.maximum(np.linalg.norm(aside, axis=1), 1e-9)[:, None]
        upward = np.cross(middle, aside)
        around = [middle + turn * np.tan(angle_rad) * axis for axis in (aside, upward) for turn in (-1.0, 1.0)]
        direction = np.concatenate(around)
        direction /= np.linalg.norm(direction, axis=1)[:, None]
        origin_m = hits.origin_world_m if hits.origin_world_m.ndim == 1 else np.tile(hits.origin_world_m, (4, 1))
        age_s = self._age_s(place)
        return caster.cast(origin_m, direction, self.range_m, age_s=None if age_s is None else np.tile(age_s, 4))

    def _age_s(self, place: Index | None) -> NDArray[np.float64] | None:
        """(N,) time from each ray to the end of the sweep."""
        if self._motion is None:
            return None
        columns = self.grid.shape[1]
        column = (np.arange(self.grid.rays) if place is None else place) % max(columns, 1)
        return self._motion.dt_s * (1.0 - column / max(columns, 1))


def _turned(
    direction: NDArray[np.float32], angular_velocity_radps: FloatArray, time_s: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Directions (N, 3) after they have turned on for (N,), which may be negative (Rodrigues)."""
    rate_radps = float(np.linalg.norm(angular_velocity_radps))
    if rate_radps == 0.0:
        return direction
    axis = angular_velocity_radps / rate_radps
    cos, sin = np.cos(rate_radps * time_s)[:, None], np.sin(rate_radps * time_s)[:, None]
    along = (direction[:, 0] * axis[0] + direction[:, 1] * axis[1] + direction[:, 2] * axis[2])[:, None]
    turned = direction * cos + np.cross(axis, direction) * sin + axis * along * (1.0 - cos)
    return turned.astype(np.float32)


def point_age_s(
    azimuth_rad: NDArray[np.float64], horizontal_fov_rad: float, horizontal_angle_rad: float, turned: float, dt_s: float
) -> NDArray[np.float64]:
    """How long before the end of its sweep each point (N,) was measured, in (0, `dt_s`].

    Points of CARLA's stream carry no time, but a sensor turns evenly: a point's azimuth tells.

    Args:
        azimuth_rad: (N,) to the left of the sensor's x axis.
        horizontal_fov_rad: the field that a whole turn sweeps.
        horizontal_angle_rad: of the message: where the next sweep begins, to the right of the field's left edge.
        turned: turns in the sweep, 1 at most: rotation frequency x `dt_s`.
        dt_s: of the sweep.
    """
    share = 0.5 - azimuth_rad / horizontal_fov_rad
    before_end = (horizontal_angle_rad / horizontal_fov_rad - share) % 1.0
    # float32 points beside the seam: what is a whole turn before the end begins the sweep, or ends the last one.
    before_end = np.where(before_end < 1e-5, 1.0, before_end)
    return dt_s * np.minimum(before_end / turned, 1.0)
