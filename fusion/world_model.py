"""Believed tracks, their predictions and the map, as the planner gets them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fusion.prediction import PredictionConfig, predict
from moosetest.objects import Tracks, TrackStatus
from moosetest.world import EgoState, LaneMap, SignalState, WorldModel


def build_world_model(
    ego: EgoState,
    tracks: Tracks,
    lanes: LaneMap,
    signals: tuple[SignalState, ...] = (),
    staleness_ns: Mapping[str, int] | None = None,
    config: PredictionConfig | None = None,
) -> WorldModel:
    """The world model at `ego.t_ns`: TENTATIVE tracks are left out, the others predicted; modifies nothing."""
    believed = tracks.select(np.asarray(tracks.status != TrackStatus.TENTATIVE))
    pred_world, pred_prob, pred_dt_ns = predict(believed, ego, lanes, config or PredictionConfig())
    return WorldModel(
        t_ns=ego.t_ns,
        ego=ego,
        tracks=believed,
        pred_world=pred_world,
        pred_prob=pred_prob,
        pred_dt_ns=pred_dt_ns,
        lanes=lanes,
        signals=signals,
        staleness_ns=dict(staleness_ns or {}),
    )
