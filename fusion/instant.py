"""The track table while one instant is fused: who was hit by what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusion.lifecycle import SensorBelief
from fusion.monocular import seen_from
from fusion.sensors import CAMERA, N_KINDS
from fusion.table import TrackTable
from moosetest.arrays import FloatArray
from moosetest.world import EgoState


class Instant:
    """Holds the table and the hits of one update; the table in it is replaced, never changed.

    Args:
        table: tracks predicted to this instant.
        ego: the car's state at this instant.

    `seen` (M, kinds) tells who was hit, `camera_view` (M,) how well the best picture would show each track.
    """

    def __init__(self, table: TrackTable, ego: EgoState) -> None:
        self.table = table
        self.t_ns = ego.t_ns
        self.camera_view = np.zeros(len(table))
        self._T_world_ego = ego.T_world_ego
        self.seen = np.zeros((len(table), N_KINDS), dtype=np.bool_)
        self._mask = np.zeros(len(table), dtype=np.uint8)

    def hit(self, row: NDArray[np.intp], score: FloatArray, kind: int, bit: int, belief: SensorBelief) -> None:
        """Count hits at `row` (N,): belief grows once an instant for each kind, as one kind's errors are shared."""
        log_odds = self.table.log_odds.copy()
        log_odds[row] += np.where(self.seen[row, kind], 0.0, belief.hit(score))
        self.seen[row, kind] = True
        self._mask[row] |= np.uint8(1 << bit)
        self.table = replace(self.table, log_odds=log_odds)

    def add(self, born: TrackTable, kind: int, bit: int) -> None:
        """Append new tracks, hit by `kind`."""
        self.table = self.table.extended(born)
        seen = np.zeros((len(born), N_KINDS), dtype=np.bool_)
        seen[:, kind] = True
        self.seen = np.concatenate([self.seen, seen])
        self.camera_view = np.concatenate([self.camera_view, np.zeros(len(born))])
        self._mask = np.concatenate([self._mask, np.full(len(born), 1 << bit, dtype=np.uint8)])

    def look(self, view: FloatArray) -> None:
        """Enter how well a picture would show each track (M,); the best picture counts."""
        self.camera_view = np.maximum(self.camera_view, view)

    @property
    def seen_now(self) -> NDArray[np.bool_]:
        """(M,) hit by anything."""
        return np.asarray(self.seen.any(axis=1))

    @property
    def xy_ego_m(self) -> FloatArray:
        """(M, 2) places of the tracks in the ego frame."""
        return seen_from(self._T_world_ego, np.column_stack([self.table.xy_m, self.table.z_m]))[:, :2]

    def counted(self) -> TrackTable:
        """The table with hits, times and sensors of this instant entered."""
        now, solid = self.seen_now, self.seen[:, :CAMERA].any(axis=1)
        return replace(
            self.table,
            hits=self.table.hits + now,
            solid_hits=self.table.solid_hits + solid,
            last_update_ns=np.where(now, self.t_ns, self.table.last_update_ns),
            seen_by=np.where(now, self._mask, self.table.seen_by),
        )
