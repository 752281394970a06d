"""The tracker's own memory: one row a track, arrays replaced and never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from fusion.classes import class_belief
from fusion.lifecycle import existence
from fusion.models import moving_belief, moving_prior
from moosetest.arrays import FloatArray
from moosetest.objects import N_CLASSES, ObjectClass, TrackIdx, Tracks, TrackStatus

_SPEED_HITS = 4
_VELOCITY = [int(TrackIdx.VX), int(TrackIdx.VY)]
_POSITION = [int(TrackIdx.X), int(TrackIdx.Y)]


@dataclass(frozen=True, slots=True, eq=False)
class TrackTable:
    """Rows of tracks, in the world frame.

    `mean` (M, 6) and `cov` (M, 6, 6) over `TrackIdx`; `solid_hits` counts hits of LiDAR and radar, `hits` all;
    `has_extent`: the size was measured, not assumed; `has_speed`: some speed was; `label` is the last label given.
    """

    track_id: NDArray[np.int64]
    mean: FloatArray
    cov: FloatArray
    z_m: FloatArray
    size_lwh_m: FloatArray
    has_extent: NDArray[np.bool_]
    has_speed: NDArray[np.bool_]
    log_odds: FloatArray
    evidence: FloatArray
    label: NDArray[np.int64]
    status: NDArray[np.int8]
    hits: NDArray[np.int64]
    solid_hits: NDArray[np.int64]
    last_update_ns: NDArray[np.int64]
    seen_by: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.track_id)

    @classmethod
    def empty(cls) -> TrackTable:
        """No track."""
        z, i = np.zeros, np.int64
        return cls(
            track_id=z(0, i),
            mean=z((0, 6)),
            cov=z((0, 6, 6)),
            z_m=z(0),
            size_lwh_m=z((0, 3)),
            has_extent=z(0, np.bool_),
            has_speed=z(0, np.bool_),
            log_odds=z(0),
            evidence=z((0, N_CLASSES)),
            label=z(0, i),
            status=z(0, np.int8),
            hits=z(0, i),
            solid_hits=z(0, i),
            last_update_ns=z(0, i),
            seen_by=z(0, np.uint8),
        )

    def select(self, mask: NDArray[np.bool_]) -> TrackTable:
        """The rows where `mask` (M,) is true."""
        return TrackTable(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})

    def extended(self, other: TrackTable) -> TrackTable:
        """These rows, then those of `other`."""
        return TrackTable(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)}
        )

    def with_rows(self, row: NDArray[np.intp], **columns: NDArray[np.generic]) -> TrackTable:
        """A table in which the given columns are replaced at `row` (N,)."""
        changed = {}
        for name, value in columns.items():
            column = getattr(self, name).copy()
            column[row] = value
            changed[name] = column
        return replace(self, **changed)

    @property
    def xy_m(self) -> FloatArray:
        """(M, 2) positions in the world frame."""
        return self.mean[:, _POSITION]

    @property
    def velocity_mps(self) -> FloatArray:
        """(M, 2) velocities over ground in the world frame."""
        return self.mean[:, _VELOCITY]

    @property
    def speed_mps(self) -> FloatArray:
        """(M,) speeds, noise taken out as in `tracks`."""
        return np.asarray(np.linalg.norm(self._sure_velocity(), axis=1))

    @property
    def class_prob(self) -> FloatArray:
        """(M, C) class belief."""
        return class_belief(self.evidence)

    def tracks(self, t_ns: int) -> Tracks:
        """As the boundary type; velocity that may be noise is shrunk by the belief that the track moves."""
        return Tracks(
            t_ns=t_ns,
            track_id=self.track_id,
            center_world_m=np.column_stack([self.xy_m, self.z_m]),
            yaw_world_rad=self.mean[:, TrackIdx.YAW],
            velocity_world_mps=self._sure_velocity(),
            yaw_rate_radps=self.mean[:, TrackIdx.YAW_RATE],
            size_lwh_m=self.size_lwh_m,
            cov_state=self.cov,
            existence=existence(self.log_odds),
            class_prob=self.class_prob if len(self) else np.zeros((0, N_CLASSES)),
            status=self.status,
            last_update_ns=self.last_update_ns,
            seen_by=self.seen_by,
        )

    def _sure_velocity(self) -> FloatArray:
        if not len(self):
            return np.zeros((0, 2))
        cov = self.cov[:, _VELOCITY][:, :, _VELOCITY]
        prior = moving_prior(self.class_prob, self.size_lwh_m, self.has_extent)
        belief = moving_belief(self.velocity_mps, cov, self.class_prob, prior)
        # boxes of what was just uncovered or cut out of a hedge jump about: two or three make no speed
        nameless = self.class_prob[:, ObjectClass.UNKNOWN] > 0.5
        jumpy = nameless & (self.solid_hits < _SPEED_HITS) & self.has_extent & ~self.has_speed
        return self.velocity_mps * np.where(jumpy, 0.0, belief)[:, None]

    @property
    def is_tentative(self) -> NDArray[np.bool_]:
        """(M,) not believed yet."""
        return np.asarray(self.status == TrackStatus.TENTATIVE)
