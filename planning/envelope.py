"""What the planner watched over, told with its plan: where the car would go, could stop, and what takes its path."""

from __future__ import annotations

import numpy as np

from moosetest.motion import PlanEnvelope
from planning.behavior import Situation
from planning.corridor import CorridorConfig
from planning.route import Route
from planning.safety import SafetyConfig
from planning.speed import SpeedConfig
from planning.vehicle import EgoShape

STEP_M = 2.0
"""Spacing of the lane path as told: a bend of 10 m radius stays within 5 cm of its chords."""
SHORTEST_M = 30.0
"""A car that creeps or stands tells this much of its path."""


def plan_envelope(
    route: Route, now: Situation, shape: EgoShape, corridor: CorridorConfig, speed: SpeedConfig, safety: SafetyConfig
) -> PlanEnvelope:
    """The lane path as far as the car needs to stop in comfort, and what comes into the swept path."""
    reaction_m = now.speed_mps * safety.reaction_s
    comfort_stop_m = reaction_m + now.speed_mps**2 / (2.0 * speed.brake_mps2)
    full_stop_m = reaction_m + now.speed_mps**2 / (2.0 * safety.full_brake_mps2)
    end_s_m = min(now.ego_s_m + shape.front_m + max(comfort_stop_m, SHORTEST_M), float(route.s_m[-1]))
    path_s_m = np.arange(now.ego_s_m, end_s_m + STEP_M, STEP_M)
    occupied = now.occupied
    rows, first = np.arange(len(occupied)), np.argmax(np.isfinite(occupied.near_m), axis=1)
    return PlanEnvelope(
        path_world=route.pose_world(np.minimum(path_s_m, route.s_m[-1])),
        half_width_m=shape.half_width_m + corridor.margin_m,
        vru_half_width_m=shape.half_width_m + corridor.vru_margin_m,
        front_m=shape.front_m,
        comfort_stop_m=comfort_stop_m,
        full_stop_m=full_stop_m,
        track_id=now.tracks.track_id[occupied.row],
        probability=occupied.probability,
        near_m=occupied.near_m[rows, first],
        far_m=occupied.far_m[rows, first],
        enters_s=occupied.time_s[first],
    )
