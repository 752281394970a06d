"""Contact darkening: a soft dark spot under each actor that stands on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.render.actors import Placed
from sim.render.lighting import Light

SPOT_FORMAT = "4f 3f/i"
SPOT_NAMES = ("in_spot", "in_size")
PERSON_TAG = 12
VEHICLE_TAGS = frozenset({13, 14, 15, 16, 17, 18, 19})
"""carla.CityObjectLabel: pedestrians; riders and vehicles."""
REACH_M = 90.0
"""Farther spots are a pixel or two high."""


def contact_spots(placed: Sequence[Placed], light: Light) -> NDArray[np.float32]:
    """(N, 7) float32: centre, yaw, half length, half width, darkness."""
    rows = [_spot(p, light) for p in placed if p.visible and p.distance_m < REACH_M and _has_spot(p)]
    return np.array(rows, dtype=np.float32).reshape(-1, 7)


def _has_spot(placed: Placed) -> bool:
    return placed.instance.tag == PERSON_TAG or placed.instance.tag in VEHICLE_TAGS


def _spot(placed: Placed, light: Light) -> list[float]:
    T = placed.instance.T_world_body
    low, high = placed.mesh.low_body_m, placed.mesh.high_body_m
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    world = corners @ T[:3, :3].T + T[:3, 3]
    yaw = float(np.arctan2(T[1, 0], T[0, 0])) if abs(T[2, 0]) < 0.8 else 0.0
    along = np.array([np.cos(yaw), np.sin(yaw)])
    across = np.array([-along[1], along[0]])
    center = (world.min(axis=0) + world.max(axis=0)) / 2.0
    flat = world[:, :2] - center[:2]
    half_length, half_width = float(np.abs(flat @ along).max()), float(np.abs(flat @ across).max())
    is_person = placed.instance.tag == PERSON_TAG
    # a harder spot under people is taken for a skateboard by detectors
    darkness = 0.45 if is_person else 0.80
    spread = (1.1, 1.2) if is_person else (1.2, 1.4)
    darkness *= 1.0 - 0.35 * light.night
    lift = 0.012 + 0.0012 * placed.distance_m
    ground = float(world[:, 2].min()) + lift
    return [*center[:2], ground, yaw, half_length * spread[0], half_width * spread[1], darkness]
