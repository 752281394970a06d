"""All that the pulses of one sweep meet: the first surfaces, what is behind panes, what the rim of the beam meets.

A layer is one cast: `passed` is the share of a pulse's power that goes to each of its rays and comes back from there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assets.materials import material_table
from sim.raycast.beams import Beams
from sim.raycast.caster import RayCaster
from sim.raycast.hits import Hits

MOST_PANES = 2
"""A ray looks through a car: in by one window, out by another."""
STEP_M = 1e-3
"""Behind a pane a ray goes on from here: above float32 noise, below what any sensor resolves."""
EDGE_M = 0.2
"""A surface that is off the plane through its neighbours by this much has an edge: nearly half a pulse."""
CORE, RIM = 0.5, 0.125
"""Shares of the beam's middle and of each of four points around it: with those at two standard deviations, the mean of
any cubic over a Gaussian beam is exact."""


class Layer(NamedTuple):
    """Hits (N,) of rays that belong to these places of the sensor's grid, and the shares of power they stand for."""

    hits: Hits
    place: NDArray[np.intp]
    passed: NDArray[np.float32]


def layers(caster: RayCaster, beams: Beams, first: Layer, divergence_rad: float) -> tuple[Layer, ...]:
    """What the pulses of a sweep meet.

    Args:
        caster: of the scene.
        beams: of the sweep.
        first: of the middles of the beams, by ascending place; gives away what their rims have.
        divergence_rad: of the beams, full angle to 1/e2 of the power in the middle; 0 is a line.
    """
    none = np.zeros(0, np.intp)
    at_edge = _edges(first.hits.range_m, first.place, beams.grid.shape) if divergence_rad > 0.0 else none
    rims = []
    if len(at_edge):
        first.passed[at_edge] = CORE
        place = first.place.take(at_edge)
        hits = beams.cast_around(caster, first.hits.take(at_edge), place, divergence_rad / 2.0)
        rims.append(Layer(hits, np.tile(place, 4), np.full(len(hits), RIM, np.float32)))
    return (first, *rims, *_behind_panes(caster, beams, first))


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


def _behind_panes(caster: RayCaster, beams: Beams, front: Layer) -> list[Layer]:
    transmissive = material_table().transmissive
    found: list[Layer] = []
    for _ in range(MOST_PANES):
        share = np.where(front.hits.source >= 0, transmissive.take(front.hits.material), np.float32(0.0))
        ray = np.flatnonzero(share > 0.0)
        if not len(ray):
            break
        pane, place = front.hits.take(ray), front.place.take(ray)
        # Clear up to grazing incidence, where the pane is a mirror (Schlick 1994).
        once = share.take(ray) * (1.0 - (1.0 - pane.cos_incidence) ** 5)
        behind = beams.cast_on(caster, pane, place, pane.range_m + np.float32(STEP_M))
        front = Layer(behind, place, front.passed.take(ray) * once**2)
        found.append(front)
    return found
