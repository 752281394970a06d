"""Truth in place of perception, and nothing in place of perception: how a case proves what it tests."""

from __future__ import annotations

import numpy as np

from moosetest.objects import N_CLASSES, Detections, ImageDetections, Tracks, TrackStatus
from moosetest.world import EgoState
from sim.session import Tick
from sim.truth import GroundTruth

Perceived = tuple[EgoState, tuple[Detections, ...], tuple[ImageDetections, ...], Tracks, dict[str, float]]


class OraclePerceiver:
    """Tracks are the truth: what is left to fail is the planner."""

    needs: frozenset[str] = frozenset()

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def perceive(self, tick: Tick) -> Perceived:
        """True ego state, every actor a confirmed track."""
        return tick.truth.ego, (), (), true_tracks(tick.truth), {}


class BlindPerceiver:
    """Sees nothing at all: a case that it passes tests nothing that must be reacted to."""

    needs: frozenset[str] = frozenset()

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def perceive(self, tick: Tick) -> Perceived:
        """True ego state, no track."""
        return tick.truth.ego, (), (), Tracks.empty(tick.truth.t_ns), {}


def true_tracks(truth: GroundTruth) -> Tracks:
    """Every actor a confirmed track, numbered as the actor."""
    objects = truth.objects
    count = len(objects)
    t_ns = truth.t_ns
    return Tracks(
        t_ns=t_ns,
        track_id=objects.actor_id,
        center_world_m=objects.center_world_m,
        yaw_world_rad=objects.yaw_world_rad,
        velocity_world_mps=objects.velocity_world_mps[:, :2],
        yaw_rate_radps=np.zeros(count),
        size_lwh_m=objects.size_lwh_m,
        cov_state=np.tile(np.eye(6) * 1e-4, (count, 1, 1)),
        existence=np.ones(count),
        class_prob=np.eye(N_CLASSES)[objects.class_id],
        status=np.full(count, TrackStatus.CONFIRMED, dtype=np.int8),
        last_update_ns=np.full(count, t_ns, dtype=np.int64),
        seen_by=np.zeros(count, dtype=np.uint8),
    )
