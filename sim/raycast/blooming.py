"""Blooming: retro-reflectors so bright that light strayed in the optics is an echo in the rays beside them."""

from __future__ import annotations

import numpy as np

from moosetest.arrays import FloatArray
from sim.raycast.beams import Grid, Index
from sim.raycast.echoes import NO_SURFACE, Echoes
from sim.raycast.receiver import THRESHOLD

STRAY_SHARE = 1e-4
"""Of an echo's power in a ray that is `STRAY_RAD` beside: the order of good lenses with some dust; our choice."""
STRAY_RAD = np.radians(0.25)
"""Stray light falls off with the square of the angle (Harvey 1976: scatter of polished optics)."""
WIDEST_RAD = np.radians(2.0)
"""As far as a halo is followed."""


def bloomed(echoes: Echoes, grid: Grid, cast: Index) -> Echoes:
    """Echoes of strayed light: the strongest one in each of the rays around bright echoes, by place.

    Args:
        echoes: of surfaces.
        grid: of the sweep.
        cast: places of the rays that listen.
    """
    bright = np.flatnonzero(echoes.signal * STRAY_SHARE > THRESHOLD)
    if not len(bright):
        return echoes.at(bright)
    source, place, angle_rad = _neighbours(echoes.place.take(bright), grid)
    signal = echoes.signal.take(bright).take(source) * STRAY_SHARE * (STRAY_RAD / np.maximum(angle_rad, STRAY_RAD)) ** 2
    listens = np.zeros(grid.rays, np.bool_)
    listens[cast] = True
    heard = np.flatnonzero((signal > THRESHOLD / 2.0) & listens.take(place) & (angle_rad > 0.0))
    strongest = heard.take(np.lexsort((-signal.take(heard), place.take(heard))))
    first = np.ones(len(strongest), np.bool_)
    first[1:] = place.take(strongest[1:]) != place.take(strongest[:-1])
    chosen = strongest.compress(first)
    range_m = echoes.range_m.take(bright).take(source.take(chosen))
    row = np.full(len(chosen), NO_SURFACE, np.intp)
    return Echoes(place.take(chosen), range_m, signal.take(chosen).astype(np.float32), row)


def _neighbours(place: Index, grid: Grid) -> tuple[Index, Index, FloatArray]:
    """Which of the given places, places around it, and the angles between, within `WIDEST_RAD`."""
    channels, columns = grid.shape
    up, left = np.meshgrid(_reach(grid.elevation_rad), _reach(grid.azimuth_rad), indexing="ij")
    channel = (place // columns)[:, None] + up.ravel()
    column = (place % columns)[:, None] + left.ravel()
    source, offset = np.nonzero((channel >= 0) & (channel < channels) & (column >= 0) & (column < columns))
    channel, column = channel[source, offset], column[source, offset]
    own = place.take(source)
    aside_rad = grid.azimuth_rad.take(column) - grid.azimuth_rad.take(own % columns)
    aside_rad *= np.cos(grid.elevation_rad.take(channel))
    angle_rad = np.hypot(aside_rad, grid.elevation_rad.take(channel) - grid.elevation_rad.take(own // columns))
    near = np.flatnonzero(angle_rad <= WIDEST_RAD)
    return source.take(near), (channel * columns + column).take(near), angle_rad.take(near)


def _reach(angle_rad: FloatArray) -> Index:
    """Steps to either side along one axis of the grid that stay within `WIDEST_RAD`."""
    step_rad = abs(float(angle_rad[1] - angle_rad[0])) if len(angle_rad) > 1 else WIDEST_RAD
    most = min(int(WIDEST_RAD / max(step_rad, 1e-6)), 64, len(angle_rad))
    return np.arange(-most, most + 1)
