"""Puffs of spray, powder and steam in the way of a LiDAR's pulses: what they take, and what they send back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from moosetest.arrays import FloatArray
from sim.raycast.air_clutter import WATER_SR
from sim.raycast.beams import Grid, Index
from sim.raycast.echoes import NO_SURFACE, Echoes
from sim.raycast.receiver import Receiver
from sim.world.scene import Puffs

RADII = 2.0
"""A puff is a Gaussian ball; beyond two of its radii it is thinner than 2 % of its middle."""
LEAST_SIGNAL = 1.0
"""Weaker echoes are never heard (4 standard deviations below the threshold)."""


class PuffCrossings(NamedTuple):
    """Where rays pass puffs (X,): place in the grid, range where nearest to the middle, radius, extinction there."""

    place: Index
    range_m: FloatArray
    radius_m: FloatArray
    extinction_per_m: FloatArray

    def depth(self, reach_m: FloatArray) -> FloatArray:
        """Optical depth (X,) of the part of each puff nearer than `reach_m` (X,)."""
        to_end, to_start = (reach_m - self.range_m) / self.radius_m, -self.range_m / self.radius_m
        return self.extinction_per_m * self.radius_m * np.sqrt(np.pi) / 2.0 * (erf(to_end) - erf(to_start))

    def depth_by_place(self, reach_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of all puffs together by place of the grid, for rays that reach as far as (rays,)."""
        depth = self.depth(reach_m.take(self.place).astype(np.float64))
        return np.bincount(self.place, depth, minlength=len(reach_m)).astype(np.float32)

    def at(self, index: Index) -> PuffCrossings:
        """Some of them."""
        place, range_m, radius_m, extinction_per_m = self
        return PuffCrossings(place.take(index), range_m.take(index), radius_m.take(index), extinction_per_m.take(index))


def crossings(puffs: Puffs, grid: Grid, T_sensor_world: FloatArray) -> PuffCrossings:
    """Of all rays of a grid; a puff around the sensor is left out, as it hides nothing in one direction alone."""
    center_m = puffs.center_world_m @ T_sensor_world[:3, :3].T + T_sensor_world[:3, 3]
    away_m = np.linalg.norm(center_m, axis=1)
    found = [
        _crossings_of_one(center, away, radius, extinction, grid)
        for center, away, radius, extinction in zip(
            center_m, away_m, puffs.radius_m, puffs.extinction_per_m, strict=True
        )
        if away > RADII * radius and extinction > 0.0
    ]
    none = PuffCrossings(np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))
    return PuffCrossings(*(np.concatenate(parts) for parts in zip(none, *found, strict=True)))


def _crossings_of_one(
    center_m: FloatArray, away_m: float, radius_m: float, extinction_per_m: float, grid: Grid
) -> PuffCrossings:
    half_rad = np.arcsin(RADII * radius_m / away_m)
    elevation_rad = np.arcsin(center_m[2] / away_m)
    rows = np.flatnonzero(np.abs(grid.elevation_rad - elevation_rad) <= half_rad)
    steepest = min(abs(elevation_rad) + half_rad, np.pi / 2.0 - 1e-3)
    turn_rad = grid.azimuth_rad - np.arctan2(center_m[1], center_m[0])
    beside_rad = np.abs((turn_rad + np.pi) % (2.0 * np.pi) - np.pi)
    columns = np.flatnonzero(beside_rad <= half_rad / np.cos(steepest))
    place = (rows[:, None] * grid.shape[1] + columns).ravel()
    x, y, z = grid.direction_sensor(place)
    along_m = x * center_m[0] + y * center_m[1] + z * center_m[2]
    off_m2 = np.maximum(away_m**2 - along_m**2, 0.0)
    thin = extinction_per_m * np.exp(-off_m2 / radius_m**2)
    return PuffCrossings(place, along_m, np.full(len(place), radius_m), thin)


def puff_echoes(
    found: PuffCrossings, receiver: Receiver, first_range_m: NDArray[np.float32], air_extinction_per_m: float
) -> Echoes:
    """Of the puffs before the surfaces, by place.

    Args:
        found: where rays pass puffs.
        receiver: of the sensor.
        first_range_m: by place of the grid, of the surface; negative where no ray was cast.
        air_extinction_per_m: of the air between.
    """
    before = np.flatnonzero((found.range_m > 0.0) & (found.range_m < first_range_m.take(found.place)))
    passed = found.at(before)
    range_m = passed.range_m.astype(np.float32)
    brightness = np.pi * passed.extinction_per_m / WATER_SR * receiver.pulse_m
    depth = passed.depth(passed.range_m) + air_extinction_per_m * passed.range_m
    signal = receiver.signal(brightness.astype(np.float32), range_m, depth.astype(np.float32))
    strong = np.flatnonzero(signal > LEAST_SIGNAL)
    order = strong.take(np.argsort(passed.place.take(strong), kind="stable"))
    row = np.full(len(order), NO_SURFACE, np.intp)
    return Echoes(passed.place.take(order), range_m.take(order), signal.take(order), row)
