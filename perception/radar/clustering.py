"""Radar returns that belong together: one thing of unknown class each, with its speed along the line of sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from moosetest.config import want_positive
from moosetest.objects import Detections
from moosetest.sensing import SensorBundle
from perception.radar.own_motion import IMU_ID, ODOMETRY_ID
from perception.radar.things import LONGEST_VEHICLE_M, Returns, lengths_m, returns_over_ground, things
from perception.registry import DETECTORS

FASTER_THAN_WALKING_MPS = 3.0
"""Things this fast are vehicles; people in a group walk at 1 to 2 m/s and stay apart."""
HALF_SCORE_RETURNS = 2.0
"""Returns at which the score is one half."""


@dataclass(frozen=True, slots=True)
class RadarClustersConfig:
    """What joins returns, and what is left out.

    Args:
        sensor_id: the radar.
        join_base_m, join_slope: returns join over the ground within `join_base_m` + `join_slope` * range. The default
            rig's 600 rays lie some 0.8 m apart at 50 m, and twice that at the edge of the field.
        join_hidden_m: returns of a vehicle on the move may lie this much deeper: the length of a bonnet or a boot.
        join_speed_mps: and only if their speeds over ground differ by less; parts of a turning car do by 1 or 2 m/s.
        ground_height_m, ground_slope: what stands and is lower than `ground_height_m` + `ground_slope` * range is road
            and kerb; a braking car's nose dips by about half a degree.
        max_height_m: what is higher hangs over the road.
        moving_mps: faster returns are not of the ground, however low; wheel speed and yaw rate err by less.
        min_returns: fewer are no thing.
        range_sd_m, azimuth_sd_rad: resolution of a 77 GHz long-range radar, as data sheets state.
    """

    sensor_id: str = "radar_front"
    join_base_m: float = 1.5
    join_slope: float = 0.02
    join_hidden_m: float = 2.0
    join_speed_mps: float = 2.0
    ground_height_m: float = 0.3
    ground_slope: float = 0.01
    max_height_m: float = 3.0
    moving_mps: float = 0.7
    min_returns: int = 2
    range_sd_m: float = 0.4
    azimuth_sd_rad: float = 0.01

    def __post_init__(self) -> None:
        want_positive(self)


@DETECTORS.register("radar-clusters-v1", RadarClustersConfig)
class RadarClusterDetector:
    """One radar's returns -> things of class UNKNOWN with a radial speed over ground."""

    def __init__(self, config: RadarClustersConfig) -> None:
        self._config = config

    @property
    def needs(self) -> frozenset[str]:
        """The radar, and what tells the car's own motion."""
        return frozenset({self._config.sensor_id, ODOMETRY_ID, IMU_ID})

    def reset(self, rng: np.random.Generator) -> None:
        """Nothing to forget."""

    def detect(self, bundle: SensorBundle) -> Detections:
        """Things at `bundle.t_ns`, nearest first; empty without a radar frame or odometry."""
        heard = returns_over_ground(bundle, self._config.sensor_id)
        if heard is None:
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        frame, returns = heard
        returns, size = self._things(returns.where(self._is_over_ground(returns)))
        radial_mps = np.add.reduceat(returns.radial_mps, np.cumsum(size) - size) / size if len(size) else np.zeros(0)
        resolution = (self._config.range_sd_m, self._config.azimuth_sd_rad)
        return things(frame, returns, size, radial_mps, size / (size + HALF_SCORE_RETURNS), resolution)

    def _is_over_ground(self, returns: Returns) -> NDArray[np.bool_]:
        """(N,) false for the ground, and for what hangs over the road."""
        config, height_m = self._config, returns.place_ego_m[:, 2]
        over_ground = height_m > config.ground_height_m + config.ground_slope * returns.range_m
        moves = np.abs(returns.radial_mps) > config.moving_mps
        return (over_ground | moves) & (height_m < config.max_height_m)

    def _things(self, returns: Returns) -> tuple[Returns, NDArray[np.intp]]:
        """The returns of all things, thing after thing from the nearest on, and how many each has (K,)."""
        label = clusters(returns, self._config)
        count = int(label.max(initial=-1)) + 1
        order = np.argsort(label, kind="stable")
        returns, size = returns.where(order), np.bincount(label, minlength=count)
        if not count:
            return returns, size
        first = np.cumsum(size) - size
        moves = np.abs(np.add.reduceat(returns.radial_mps, first) / size) > self._config.moving_mps
        whole = (size >= self._config.min_returns) & (moves | (lengths_m(returns, first) <= LONGEST_VEHICLE_M))
        nearest_first = np.argsort(np.minimum.reduceat(returns.range_m, first), kind="stable")
        kept = nearest_first[whole[nearest_first]]
        rows = np.concatenate([np.zeros(0, np.intp), *(np.arange(first[k], first[k] + size[k]) for k in kept)])
        return returns.where(rows), size[kept]


def clusters(returns: Returns, config: RadarClustersConfig) -> NDArray[np.intp]:
    """Group numbers (N,) from 0 on: a group's members are linked by neighbours near in place and in speed."""
    if not len(returns.range_m):
        return np.zeros(0, np.intp)
    farthest_m = config.join_base_m + config.join_hidden_m + config.join_slope * float(returns.range_m.max())
    a, b = KDTree(returns.place_ego_m[:, :2]).query_pairs(farthest_m, output_type="ndarray").T
    range_m, radial_mps = returns.range_m, returns.radial_mps
    apart_m = np.hypot(*(returns.place_ego_m[a, :2] - returns.place_ego_m[b, :2]).T)
    drives = np.minimum(np.abs(radial_mps[a]), np.abs(radial_mps[b])) > FASTER_THAN_WALKING_MPS
    # Of a moving car the face shows, and now and then a wheel or the roof metres behind it, nothing in between.
    hidden_m = np.where(drives, np.minimum(np.abs(range_m[a] - range_m[b]), config.join_hidden_m), 0.0)
    reach_m = config.join_base_m + config.join_slope * (range_m[a] + range_m[b]) / 2.0
    linked = (apart_m - hidden_m <= reach_m) & (np.abs(radial_mps[a] - radial_mps[b]) <= config.join_speed_mps)
    edges = coo_matrix((linked[linked], (a[linked], b[linked])), shape=(len(range_m), len(range_m)))
    _, label = connected_components(edges, directed=False)
    return np.asarray(label, np.intp)
