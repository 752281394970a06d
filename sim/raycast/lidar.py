"""A scanning LiDAR with CARLA's attributes and CARLA's formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import floor, pi, radians

import numpy as np
from numpy.typing import NDArray

from sim.raycast.beams import Beams, Grid, Motion
from sim.raycast.caster import RayCaster
from sim.raycast.echoes import Luck
from sim.raycast.hits import NOTHING, Hits
from sim.raycast.layers import Layer, layers
from sim.raycast.lidar_physics import LidarPhysics, View, measure

TURN_SNAP = 1e-6
"""Shares of a turn this near to a whole turn are one: time steps arrive as float32."""
_PHYSICS_LUCK = 1
"""Keeps the noise of the physics apart from that of CARLA's formulas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarParams:
    """CARLA's attributes of `sensor.lidar.ray_cast`, in SI; defaults are CARLA's.

    `horizontal_fov_rad` is swept `rotation_frequency_hz` times a second; points are spread evenly over it.
    A return at distance d has intensity exp(-`atmosphere_attenuation_rate` d). `dropoff_general_rate` of all rays are
    lost; of returns at or below `dropoff_intensity_limit` more are, up to `dropoff_zero_intensity` at intensity 0.

    With `physics` the range equation decides about loss, noise and intensity instead of the attenuation, the
    drop-off by intensity and the noise; the general drop-off stays.
    """

    channels: int = 32
    range_m: float = 10.0
    points_per_second: int = 56_000
    rotation_frequency_hz: float = 10.0
    upper_fov_rad: float = radians(10.0)
    lower_fov_rad: float = radians(-30.0)
    horizontal_fov_rad: float = 2.0 * pi
    atmosphere_attenuation_rate: float = 0.004
    dropoff_general_rate: float = 0.45
    dropoff_intensity_limit: float = 0.8
    dropoff_zero_intensity: float = 0.4
    noise_stddev_m: float = 0.0
    noise_seed: int = 0
    physics: LidarPhysics | None = None

    @property
    def elevation_rad(self) -> NDArray[np.float64]:
        """(C,) of each channel, from the upper limit down."""
        return np.linspace(self.upper_fov_rad, self.lower_fov_rad, self.channels)

    def columns(self, dt_s: float) -> int:
        """Rays of each channel in a time step, rounded half up."""
        return floor(self.points_per_second * dt_s / self.channels + 0.5)


@dataclass(frozen=True, eq=False)
class LidarSweep:
    """Returns of one time step, sorted by channel, from the upper one down.

    `horizontal_angle_rad` is CARLA's header: where the next step begins, clockwise from the field's left edge.
    `points_per_channel` (C,) sums to N; `points_sensor_m` (N, 3) x forward, y left, z up; `intensity` (N,) in [0, 1];
    `ray` (N,) numbers the rays cast that gave them, -1 for what came from no surface.
    """

    horizontal_angle_rad: float
    points_per_channel: NDArray[np.uint32]
    points_sensor_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    cast: Hits
    ray: NDArray[np.intp]

    @cached_property
    def _met(self) -> Hits:
        met = self.cast.take(self.ray)
        nowhere = self.ray < 0
        return replace(met, source=np.where(nowhere, np.int32(NOTHING), met.source)) if nowhere.any() else met

    @property
    def actor_id(self) -> NDArray[np.uint32]:
        """(N,) CARLA actor id, 0 for scenery."""
        return self._met.actor_id

    @property
    def tag(self) -> NDArray[np.uint8]:
        """(N,) CityObjectLabel."""
        return self._met.tag

    @property
    def cos_incidence(self) -> NDArray[np.float32]:
        """(N,) in [0, 1]: 1 is a surface that faces the sensor."""
        return self._met.cos_incidence


class Lidar:
    """One LiDAR; remembers how far it has turned.

    Args:
        params: its attributes.
        seed: with `params.noise_seed` and the frame number it decides loss and noise of each ray.
    """

    def __init__(self, params: LidarParams, seed: int) -> None:
        self.params = params
        self._seed = seed
        self._turn = 0.0
        self._grid: Grid | None = None

    def sweep(
        self,
        caster: RayCaster,
        T_world_sensor: NDArray[np.float64],
        frame: int,
        dt_s: float,
        motion: Motion | None = None,
    ) -> LidarSweep:
        """Turn for `dt_s` and measure. A step too short for one ray a channel gives no returns, and turns nothing.

        Args:
            caster: casts into the scene of this frame.
            T_world_sensor: (4, 4); x forward, y left, z up.
            frame: the same frame gives the same loss and noise.
            dt_s: since the last sweep.
            motion: of the sensor during the sweep; None measures all at its end, as CARLA does.
        """
        columns = self.params.columns(dt_s)
        turned = self.params.rotation_frequency_hz * dt_s if columns else 0.0
        grid = self._grid_at(self._turn, turned, columns)
        self._turn = _snapped(self._turn + turned)
        seeds = (self.params.noise_seed, self._seed, frame)
        chance = _Chance(self.params, seeds, grid.shape)
        ray = chance.cast_rays()
        beams = Beams(grid, T_world_sensor, self.params.range_m, motion)
        hits = beams.cast(caster, ray)
        if self.params.physics is None:
            return self._returns(grid, hits, ray, chance)
        first = Layer(hits, np.arange(grid.rays) if ray is None else ray, np.ones(len(hits), np.float32))
        met = layers(caster, beams, first, self.params.physics.divergence_rad)
        view = View(grid, T_world_sensor, met, caster.weather, caster.puffs, self.params.range_m)
        found = measure(self.params.physics, view, Luck((*seeds, _PHYSICS_LUCK), grid.rays))
        all_hits = hits.followed_by([layer.hits for layer in met[1:]])
        return self._told(grid, found.place, found.range_m, found.intensity, all_hits, found.row)

    def directions_world(self, T_world_sensor: NDArray[np.float64], dt_s: float) -> NDArray[np.float32]:
        """(C * K, 3) unit vectors of the next sweep's rays, channel by channel."""
        columns = self.params.columns(dt_s)
        grid = self._grid_at(self._turn, self.params.rotation_frequency_hz * dt_s, columns)
        return grid.direction_world(T_world_sensor, None)

    def _returns(self, grid: Grid, hits: Hits, ray: NDArray[np.intp] | None, chance: _Chance) -> LidarSweep:
        met = np.flatnonzero(hits.source >= 0)
        range_m = hits.range_m.take(met)
        intensity = np.exp(np.float32(-self.params.atmosphere_attenuation_rate) * range_m)
        kept = chance.kept_returns(met if ray is None else ray.take(met), intensity)
        if kept is not None:
            met, range_m, intensity = met.compress(kept), range_m.compress(kept), intensity.compress(kept)
        place = met if ray is None else ray.take(met)
        return self._told(grid, place, range_m + chance.noise_m(place), intensity, hits, met)

    def _told(
        self,
        grid: Grid,
        place: NDArray[np.intp],
        range_m: NDArray[np.float32],
        intensity: NDArray[np.float32],
        hits: Hits,
        row: NDArray[np.intp],
    ) -> LidarSweep:
        first = np.searchsorted(place, np.arange(grid.shape[0] + 1) * grid.shape[1])
        points_m = grid.points_sensor_m(place, range_m)
        angle_rad = self._turn * self.params.horizontal_fov_rad
        return LidarSweep(angle_rad, np.diff(first).astype(np.uint32), points_m, intensity, hits, row)

    def _grid_at(self, turn: float, turned: float, columns: int) -> Grid:
        if self._grid is None or self._grid.key != (turn, turned, columns):
            self._grid = Grid(self.params.elevation_rad, self.params.horizontal_fov_rad, turn, turned, columns)
        return self._grid


class _Chance:
    """Loss and noise, drawn for every ray of the grid: what one ray meets never changes the luck of another."""

    def __init__(self, params: LidarParams, seeds: tuple[int, ...], shape: tuple[int, int]) -> None:
        self._params = params
        self._rays = shape[0] * shape[1]
        self._general, self._weak, self._noise = np.random.default_rng(seeds).spawn(3)

    def cast_rays(self) -> NDArray[np.intp] | None:
        """Places of the rays that are cast at all; None if all are."""
        rate = self._params.dropoff_general_rate
        if rate <= np.finfo(np.float32).eps:
            return None
        return np.flatnonzero(self._general.random(self._rays, dtype=np.float32) >= rate)

    def kept_returns(self, place: NDArray[np.intp], intensity: NDArray[np.float32]) -> NDArray[np.bool_] | None:
        """Which of the returns are strong enough, or lucky; None if all are."""
        zero, limit = self._params.dropoff_zero_intensity, self._params.dropoff_intensity_limit
        if zero <= 0.0 or limit <= 0.0:
            return None
        luck = self._weak.random(self._rays, dtype=np.float32).take(place)
        return (intensity > limit) | (luck < zero / limit * intensity + 1.0 - zero)

    def noise_m(self, place: NDArray[np.intp]) -> NDArray[np.float32] | np.float32:
        """Error along each ray."""
        stddev_m = np.float32(self._params.noise_stddev_m)
        if stddev_m <= np.finfo(np.float32).eps:
            return np.float32(0.0)
        return stddev_m * self._noise.standard_normal(self._rays, dtype=np.float32).take(place)


def _snapped(turn: float) -> float:
    """The share of a turn in [0, 1)."""
    whole = round(turn)
    return 0.0 if abs(turn - whole) < TURN_SNAP else turn % 1.0
