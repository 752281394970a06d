"""All that the pulses of one sweep meet: the first surfaces, what is behind panes, what the rim of the beam meets.

A layer is one cast: `passed` is the share of a pulse's power that goes to each of its rays and comes back from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.materials import material_table
from sim.raycast.caster import RayCaster
from sim.raycast.hits import Hits
from sim.raycast.picking import AroundPicker, RayPicker

MOST_PANES = 2
"""A ray looks through a car: in by one window, out by another."""
STEP_M = 1e-3
"""Behind a pane a ray goes on from here: above float32 noise, below what any sensor resolves."""
EDGE_M = 0.2
"""A surface that is off the plane through its neighbours by this much has an edge: nearly half a pulse."""
CORE, RIM = 0.5, 0.125
"""Shares of the beam's middle and of each of four points around it: with those at two standard deviations, the mean of
any cubic over a Gaussian beam is exact."""


Pickers = Callable[[NDArray[np.intp], float], RayPicker]
"""A picker for rays at or close to some places of the grid: the places (N,), how far off they may be in radians."""


class Layer(NamedTuple):
    """Hits (N,) of rays that belong to these places of the sensor's grid, and the shares of power they stand for."""

    hits: Hits
    place: NDArray[np.intp]
    passed: NDArray[np.float32]


def layers(
    caster: RayCaster,
    first: Layer,
    shape: tuple[int, int],
    divergence_rad: float,
    range_m: float,
    pickers: Pickers,
) -> tuple[Layer, ...]:
    """What the pulses of a sweep meet.

    Args:
        caster: of the scene.
        first: of the middles of the beams, by ascending place; gives away what their rims have.
        shape: of the grid.
        divergence_rad: of the beams, full angle to 1/e2 of the power in the middle; 0 is a line.
        range_m: of the sensor.
        pickers: of the sensor.
    """
    at_edge = _edges(first.hits.range_m, first.place, shape) if divergence_rad > 0.0 else np.zeros(0, np.intp)
    rims = []
    if len(at_edge):
        first.passed[at_edge] = CORE
        rims.append(_rim(caster, first, at_edge, divergence_rad, range_m, pickers))
    return (first, *rims, *_behind_panes(caster, first, range_m, pickers))


def _edges(range_m: NDArray[np.float32], place: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.intp]:
    """Rays (of N) at an edge, or beside one.

    Over a grid of directions the inverse of the range to a plane is all but linear, so what departs from that is none.
    """
    near = np.full(shape, np.nan, np.float32)
    near.reshape(-1)[place] = 1.0 / range_m
    bend = np.zeros(shape, np.float32)
    with np.errstate(invalid="ignore"):
        bend[1:-1] = np.abs(near[:-2] + near[2:] - 2.0 * near[1:-1])
        bend[:, 1:-1] = np.fmax(bend[:, 1:-1], np.abs(near[:, :-2] + near[:, 2:] - 2.0 * near[:, 1:-1]))
        off_m = bend / np.maximum(near, np.float32(1e-3)) ** 2
        return np.flatnonzero(off_m.reshape(-1).take(place) > EDGE_M)


def _rim(
    caster: RayCaster,
    first: Layer,
    at_edge: NDArray[np.intp],
    divergence_rad: float,
    range_m: float,
    pickers: Pickers,
) -> Layer:
    """Four rays around each of those at an edge."""
    middle = first.hits.direction_world.take(at_edge, axis=0).astype(np.float64)
    aside = np.stack([-middle[:, 1], middle[:, 0], np.zeros(len(middle))], axis=1)
    aside /= np.maximum(np.linalg.norm(aside, axis=1), 1e-9)[:, None]
    upward = np.cross(middle, aside)
    around = [middle + turn * divergence_rad / 2.0 * axis for axis in (aside, upward) for turn in (-1.0, 1.0)]
    direction = np.concatenate(around)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    place, count = first.place.take(at_edge), len(around)
    picker = AroundPicker(pickers(place, divergence_rad / 2.0), len(place), count)
    hits = caster.cast(first.hits.origin_world_m, direction, range_m, picker=picker)
    return Layer(hits, np.tile(place, count), np.full(len(direction), RIM, np.float32))


def _behind_panes(caster: RayCaster, front: Layer, range_m: float, pickers: Pickers) -> list[Layer]:
    transmissive = material_table().transmissive
    found: list[Layer] = []
    for _ in range(MOST_PANES):
        hits = front.hits
        share = np.where(hits.source >= 0, transmissive.take(hits.material), np.float32(0.0))
        ray = np.flatnonzero(share > 0.0)
        if not len(ray):
            break
        # Clear up to grazing incidence, where the pane is a mirror (Schlick 1994).
        once = share.take(ray) * (1.0 - (1.0 - hits.cos_incidence.take(ray)) ** 5)
        place = front.place.take(ray)
        onward = _onward(caster, hits.take(ray), range_m, pickers(place, 0.0))
        front = Layer(onward, place, front.passed.take(ray) * once**2)
        found.append(front)
    return found


def _onward(caster: RayCaster, hits: Hits, range_m: float, picker: RayPicker) -> Hits:
    """What rays meet behind what they have met; ranges are from the sensor."""
    gone_m = hits.range_m + np.float32(STEP_M)
    origin_m = hits.origin_world_m + hits.direction_world * gone_m[:, None].astype(np.float64)
    onward = caster.cast(
        origin_m, hits.direction_world, np.float32(range_m) - gone_m, picker=picker, leaves_bodies=False
    )
    return onward.seen_from(hits.origin_world_m, gone_m)
