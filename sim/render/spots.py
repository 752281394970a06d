"""Contact darkening: a soft dark spot under each actor that stands on the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render.actors import Actors

SPOT_FORMAT = "4f 3f/i"
SPOT_NAMES = ("in_spot", "in_size")
PERSON_TAG = 12
VEHICLE_TAGS = (13, 14, 15, 16, 17, 18, 19)
"""carla.CityObjectLabel: pedestrians; riders and vehicles."""
CYCLE_TAGS = (18, 19)
"""Motorcycles and bicycles: two wheels hide far less of the sky than a floor does."""
PERSON_DARKNESS, CYCLE_DARKNESS, VEHICLE_DARKNESS = 0.45, 0.40, 0.80
"""A harder spot under people is taken for a skateboard by detectors (seen with YOLOX)."""
PERSON_SPREAD, CYCLE_SPREAD, VEHICLE_SPREAD = (1.1, 1.2), (1.1, 0.8), (1.2, 1.4)
REACH_M = 90.0
"""Farther spots are a pixel or two high."""


def contact_spots(actors: Actors, night: float) -> NDArray[np.float32]:
    """(N, 7) float32: centre, yaw, half length, half width, darkness of the spots in view."""
    tag = np.array([i.tag for i in actors.instances])
    person = tag == PERSON_TAG
    chosen = actors.visible & (actors.distance_m < REACH_M) & (person | np.isin(tag, VEHICLE_TAGS))
    R = actors.T_world_body[chosen, :3, :3]
    half, center = actors.half_body_m[chosen], actors.center_world_m[chosen]
    kind = np.where(person, 0, np.where(np.isin(tag, CYCLE_TAGS), 1, 2))[chosen]
    yaw = np.arctan2(R[:, 1, 0], R[:, 0, 0])
    along = np.stack([np.cos(yaw), np.sin(yaw), np.zeros(len(yaw))], axis=1)
    across = np.stack([-along[:, 1], along[:, 0], along[:, 2]], axis=1)
    reach = [np.einsum("nj,nj->n", np.abs(np.einsum("ni,nij->nj", axis, R)), half) for axis in (along, across)]
    height = np.einsum("nj,nj->n", np.abs(R[:, 2]), half)
    # lifted with distance, as depth resolves less there
    lift = 0.012 + 0.0012 * actors.distance_m[chosen]
    spread = np.array([PERSON_SPREAD, CYCLE_SPREAD, VEHICLE_SPREAD])[kind]
    darkness = np.array([PERSON_DARKNESS, CYCLE_DARKNESS, VEHICLE_DARKNESS])[kind]
    rows = np.empty((len(yaw), 7), dtype=np.float32)
    rows[:, :2] = center[:, :2]
    rows[:, 2] = center[:, 2] - height + lift
    rows[:, 3] = yaw
    rows[:, 4:6] = np.stack(reach, axis=1) * spread
    rows[:, 6] = darkness * (1.0 - 0.35 * night)
    return rows
