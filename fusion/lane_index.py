"""The lane map, indexed for questions about places: which lane runs here, and where does it lead."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from moosetest.arrays import FloatArray
from moosetest.world import LaneMap

_SPACING_M = 2.0
_NEIGHBOURS = 16  # points looked at around a place: enough for four lanes on top of each other in a junction


class LaneIndex:
    """Points along all lane centres, with their lanes and directions.

    Args:
        lanes: the map; must have a lane.
    """

    def __init__(self, lanes: LaneMap) -> None:
        self._lanes = lanes
        self._ids = sorted(lanes.lanes)
        lines = [_resampled(lanes.lanes[lane_id].center_world_m[:, :2]) for lane_id in self._ids]
        self._lane = np.concatenate([np.full(len(line), i) for i, line in enumerate(lines)])
        self._xy = np.concatenate(lines)
        self._along = np.concatenate([_directions(line) for line in lines])
        self._tree = cKDTree(self._xy)
        self._onward: dict[int, FloatArray] = {}
        self._way: dict[int, FloatArray] = {}

    def lane_at(
        self, xy_m: FloatArray, heading: FloatArray, reach_m: FloatArray, max_turn_rad: float
    ) -> NDArray[np.intp]:
        """(N,) the nearest lane within `reach_m` (N,) of places (N, 2) that runs along `heading` (N, 2); else -1."""
        k = min(_NEIGHBOURS, len(self._xy))
        distance, point = self._tree.query(xy_m, k=k, distance_upper_bound=float(reach_m.max()) + _SPACING_M)
        distance, point = distance.reshape(len(xy_m), k), np.minimum(point.reshape(len(xy_m), k), len(self._xy) - 1)
        along = self._along[point]
        aligned = np.einsum("nki,ni->nk", along, heading) > np.cos(max_turn_rad)
        offset = xy_m[:, None] - self._xy[point]
        across = np.abs(along[..., 0] * offset[..., 1] - along[..., 1] * offset[..., 0])
        across = np.where(aligned & np.isfinite(distance), across, np.inf)
        best = np.argmin(across, axis=1)
        rows = np.arange(len(xy_m))
        return np.where(across[rows, best] <= reach_m, self._lane[point[rows, best]], -1)

    def onward(self, lane: int) -> FloatArray:
        """(P, 2) the centre of a lane and of those that follow it, the straightest at each fork."""
        if lane not in self._onward:
            path, length_m = [self._ids[lane]], 0.0
            while length_m < 200.0:
                line = self._lanes.lanes[path[-1]].center_world_m[:, :2]
                length_m += float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
                onward = self._straightest(path[-1])
                if onward is None or onward in path:
                    break
                path.append(onward)
            joined = np.concatenate([self._lanes.lanes[lane_id].center_world_m[:, :2] for lane_id in path])
            self._onward[lane] = _resampled(joined)
        return self._onward[lane]

    def way(self, lane: int) -> FloatArray:
        """(P, 2) the centre of a lane and of all that can follow it soon, whichever way is taken."""
        if lane in self._way:
            return self._way[lane]
        queue, seen = [self._ids[lane]], list[str]()
        while queue and len(seen) < 12:
            lane_id = queue.pop(0)
            if lane_id in self._lanes.lanes and lane_id not in seen:
                seen.append(lane_id)
                queue.extend(self._lanes.lanes[lane_id].successors)
        lines = [_resampled(self._lanes.lanes[lane_id].center_world_m[:, :2]) for lane_id in seen]
        return self._way.setdefault(lane, np.concatenate(lines))

    def _straightest(self, lane_id: str) -> str | None:
        lane = self._lanes.lanes[lane_id]
        end = _directions(lane.center_world_m[:, :2])[-1]
        onward = [n for n in lane.successors if n in self._lanes.lanes]
        if not onward:
            return None
        return max(onward, key=lambda n: (float(_directions(self._lanes.lanes[n].center_world_m[:, :2])[-1] @ end), n))


@lru_cache(maxsize=8)
def lane_index(lanes: LaneMap) -> LaneIndex | None:
    """The index of a map, made once a map; None where it is empty."""
    return LaneIndex(lanes) if len(lanes) else None


def _resampled(line_m: FloatArray) -> FloatArray:
    step = np.linalg.norm(np.diff(line_m, axis=0), axis=1)
    s = np.r_[0.0, np.cumsum(step)]
    at = np.linspace(0.0, s[-1], max(2, int(np.ceil(s[-1] / _SPACING_M)) + 1))
    return np.stack([np.interp(at, s, line_m[:, i]) for i in (0, 1)], axis=1)


def _directions(line_m: FloatArray) -> FloatArray:
    delta = np.gradient(line_m, axis=0)
    return np.asarray(delta / np.maximum(np.linalg.norm(delta, axis=1, keepdims=True), 1e-9))
