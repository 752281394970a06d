"""Things among a physical radar's returns: single echoes count when scans agree about them; heights hardly do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from moosetest.arrays import FloatArray
from moosetest.config import ConfigError, want_positive
from moosetest.frames import Transform
from moosetest.objects import Detections
from moosetest.sensing import SensorBundle
from moosetest.timing import s_from_ns
from perception.radar.own_motion import IMU_ID, ODOMETRY_ID, own_motion
from perception.radar.things import LONGEST_VEHICLE_M, Returns, lengths_m, returns_over_ground, things
from perception.registry import DETECTORS

HALF_SCORE_ECHOES = 2.0
"""Echoes, those of the scans before included, at which the score is one half."""
LONGEST_PERSON_M = 3.0
"""Who pushes a bicycle is 2 m long, and his echoes scatter."""
ROLLING = (0.0, 2.0)
"""What a wheel's parts do on a body that rolls, in speeds of it: the tread stands on the road, its top goes twice."""


@dataclass(frozen=True, slots=True)
class RadarEchoesConfig:
    """What joins echoes, what confirms them, and what is left out.

    Args:
        sensor_id: the radar.
        join_base_m, join_slope: echoes join over the ground within `join_base_m` + `join_slope` * range: cells are 3
            degrees wide, so that the parts of one body scatter by 0.02 of the range.
        join_speed_mps: and if their speeds over ground differ by less: arms and legs swing by that.
        body_m: echoes this near are of one body that rolls, if one goes as wheels of the other do.
        rolling_mps: slower bodies have no wheels that stand out.
        memory_scans, confirm_scans: a lone echo is a thing when so many of the last scans had it where it then was.
        gate_m, gate_slope: "where it then was" is within `gate_m` + `gate_slope` * range.
        gate_speed_mps: and no more than this faster or slower.
        road_range_m, road_height_m: what stands, is nearer than the first and lower than the second is road; farther
            away the road is even clutter, which the radar's own threshold hides, and heights tell nothing: mirrored in
            the road, a person of 1.8 m is heard anywhere between 1 m and -1 m.
        max_height_m, doubt_slope: what is higher than `max_height_m` + `doubt_slope` * range hangs over the road: an
            elevation errs by a degree.
        moving_mps: faster echoes are not of the ground, however low; wheel speed and yaw rate err by less.
        range_sd_m, azimuth_sd_rad: resolution of a 77 GHz long-range radar, as data sheets state.
    """

    sensor_id: str = "radar_front"
    join_base_m: float = 1.5
    join_slope: float = 0.02
    join_speed_mps: float = 2.0
    body_m: float = 5.0
    rolling_mps: float = 3.0
    memory_scans: int = 3
    confirm_scans: int = 2
    gate_m: float = 0.7
    gate_slope: float = 0.015
    gate_speed_mps: float = 1.0
    road_range_m: float = 15.0
    road_height_m: float = 0.3
    max_height_m: float = 3.0
    doubt_slope: float = 0.02
    moving_mps: float = 0.7
    range_sd_m: float = 0.4
    azimuth_sd_rad: float = 0.01

    def __post_init__(self) -> None:
        want_positive(self)
        if self.confirm_scans > self.memory_scans:
            raise ConfigError(f"RadarEchoesConfig.confirm_scans: {self.confirm_scans}, want <= memory_scans")


class Scan(NamedTuple):
    """What is remembered of a scan: places over the ground (N, 2) in today's ego frame, and radial speeds (N,)."""

    xy_ego_m: FloatArray
    radial_mps: FloatArray


@DETECTORS.register("radar-echoes-v1", RadarEchoesConfig)
class RadarEchoDetector:
    """One physical radar's returns -> things of class UNKNOWN with a radial speed over ground."""

    def __init__(self, config: RadarEchoesConfig) -> None:
        self._config = config
        self._memory: deque[Scan] = deque(maxlen=config.memory_scans)
        self._t_ns: int | None = None

    @property
    def needs(self) -> frozenset[str]:
        """The radar, and what tells the car's own motion."""
        return frozenset({self._config.sensor_id, ODOMETRY_ID, IMU_ID})

    def reset(self, rng: np.random.Generator) -> None:
        """Forget all scans."""
        self._memory.clear()
        self._t_ns = None

    def detect(self, bundle: SensorBundle) -> Detections:
        """Things at `bundle.t_ns`, nearest first; empty without a radar frame or odometry."""
        heard = returns_over_ground(bundle, self._config.sensor_id)
        if heard is None:
            return Detections.empty(self._config.sensor_id, bundle.t_ns)
        frame, returns = heard
        returns = returns.where(self._is_thing(returns))
        self._carry_memory(bundle, frame.T_ego_sensor)
        scans = self._scans_that_agree(returns)
        self._memory.append(Scan(returns.place_ego_m[:, :2], returns.radial_mps))
        returns = lowered(returns, self._config)
        order, size, radial_mps, score = self._grouped(returns, scans)
        resolution = (self._config.range_sd_m, self._config.azimuth_sd_rad)
        returns = returns.where(order)
        return things(frame, returns, size, radial_mps, score, resolution, self._stands(returns, size, radial_mps))

    def _stands(self, returns: Returns, size: NDArray[np.intp], radial_mps: FloatArray) -> NDArray[np.bool_]:
        """(K,) true for what is larger than a person and comes no nearer.

        A car that crosses does come nearer, or goes away, until it is all but dead ahead; only people are so slow.
        Of walls and hedges another part is heard in each scan, which looks as if they moved across.
        """
        if not len(size):
            return np.zeros(0, np.bool_)
        is_large = lengths_m(returns, np.cumsum(size) - size) > LONGEST_PERSON_M
        return np.asarray(is_large & (np.abs(radial_mps) <= self._config.moving_mps))

    def _is_thing(self, returns: Returns) -> NDArray[np.bool_]:
        """(N,) false for the road near by, and for what hangs over it."""
        config, height_m = self._config, returns.place_ego_m[:, 2]
        low = (returns.range_m < config.road_range_m) & (height_m < config.road_height_m)
        moves = np.abs(returns.radial_mps) > config.moving_mps
        hangs = height_m > config.max_height_m + config.doubt_slope * returns.range_m
        return (moves | ~low) & ~hangs

    def _carry_memory(self, bundle: SensorBundle, T_ego_sensor: Transform) -> None:
        """Put what is remembered where it should be by now: the car has gone on, and so have they."""
        mount_m, before_ns, self._t_ns = T_ego_sensor.translation_m[:2], self._t_ns, bundle.t_ns
        motion = own_motion(bundle)
        if before_ns is None or motion is None:
            return
        step_s = s_from_ns(bundle.t_ns - before_ns)
        turn_rad = motion[1] * step_s
        cos, sin = np.cos(turn_rad), np.sin(turn_rad)
        way_m = motion[0] * step_s * np.array([np.cos(turn_rad / 2), np.sin(turn_rad / 2)])
        for number, scan in enumerate(self._memory):
            sight = scan.xy_ego_m - mount_m
            sight = sight / np.maximum(np.hypot(*sight.T), 0.1)[:, None]
            xy_m = scan.xy_ego_m + sight * (scan.radial_mps * step_s)[:, None] - way_m
            self._memory[number] = Scan(xy_m @ np.array([[cos, -sin], [sin, cos]]), scan.radial_mps)

    def _scans_that_agree(self, returns: Returns) -> NDArray[np.intp]:
        """(N,) how many of the remembered scans have each echo where it must have been, as fast as it is."""
        config, agree = self._config, np.zeros(len(returns.range_m), np.intp)
        gate_m = config.gate_m + config.gate_slope * returns.range_m
        for scan in self._memory:
            apart_m = np.linalg.norm(returns.place_ego_m[:, None, :2] - scan.xy_ego_m, axis=2)
            as_fast = np.abs(returns.radial_mps[:, None] - scan.radial_mps) <= config.gate_speed_mps
            agree += ((apart_m <= gate_m[:, None]) & as_fast).any(axis=1)
        return agree

    def _grouped(
        self, returns: Returns, scans: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray, FloatArray]:
        """Rows of all things from the nearest on, how many each has, its radial speed, its score."""
        label = bodies(returns, self._config)
        order = np.argsort(label, kind="stable")
        size = np.bincount(label)
        if not len(size):
            return order, size, np.zeros(0), np.zeros(0)
        first = np.cumsum(size) - size
        # A radar tells the strongest first: that is the body, not its wheels or arms.
        radial_mps = returns.radial_mps[order[first]]
        confirmed = (size > 1) | (scans[order[first]] >= self._config.confirm_scans)
        is_long = lengths_m(returns.where(order), first) > LONGEST_VEHICLE_M
        whole = confirmed & ~(is_long & (np.abs(radial_mps) <= self._config.moving_mps))
        near_m = np.minimum.reduceat(returns.range_m[order], first)
        kept = np.argsort(near_m, kind="stable")
        kept = kept[whole[kept]]
        rows = np.concatenate([np.zeros(0, np.intp), *(order[first[k] : first[k] + size[k]] for k in kept)])
        echoes = size + np.maximum.reduceat(scans[order], first)
        return rows, size[kept], radial_mps[kept], (echoes / (echoes + HALF_SCORE_ECHOES))[kept]


def lowered(returns: Returns, config: RadarEchoesConfig) -> Returns:
    """The returns with no more height than is sure."""
    place_ego_m = returns.place_ego_m.copy()
    place_ego_m[:, 2] -= config.doubt_slope * returns.range_m
    return returns._replace(place_ego_m=place_ego_m)


def bodies(returns: Returns, config: RadarEchoesConfig) -> NDArray[np.intp]:
    """Group numbers (N,) from 0 on: a group's members are near in place and speed, or wheels of one that rolls."""
    count = len(returns.range_m)
    if not count:
        return np.zeros(0, np.intp)
    xy_m, radial_mps = returns.place_ego_m[:, :2], returns.radial_mps
    apart_m = np.linalg.norm(xy_m[:, None] - xy_m, axis=2)
    depth_m = np.abs(returns.range_m[:, None] - returns.range_m)
    reach_m = config.join_base_m + config.join_slope * np.minimum(returns.range_m[:, None], returns.range_m)
    alike = np.abs(radial_mps[:, None] - radial_mps) <= config.join_speed_mps
    rolls = np.abs(radial_mps) > config.rolling_mps
    share = radial_mps / np.where(rolls, radial_mps, np.inf)[:, None]
    moves = np.abs(radial_mps) > config.moving_mps
    is_wheel = rolls[:, None] & moves & (share > ROLLING[0]) & (share < ROLLING[1])
    across_m = np.sqrt(np.maximum(apart_m**2 - depth_m**2, 0.0))
    one_body = (is_wheel | is_wheel.T) & (depth_m <= config.body_m) & (across_m <= reach_m)
    linked = (alike & (apart_m <= reach_m)) | one_body
    _, label = connected_components(coo_matrix(linked), directed=False)
    return np.asarray(label, np.intp)
