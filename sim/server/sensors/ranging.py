"""LiDARs, radar and the obstacle detector: rays, as CARLA's points and detections."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgpack
import numpy as np
from numpy.typing import NDArray

from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.radar import Radar, RadarParams
from sim.server.actors import Actor
from sim.server.sensors.adapter import (
    Payload,
    SensorState,
    TickView,
    attribute_float,
    attribute_int,
    noise_rng_seed,
)

_MAX_CHANNELS = 1024
_MAX_POINTS_PER_S = 50_000_000
_SEMANTIC_POINT = np.dtype(
    [("xyz_m", "<f4", 3), ("cos_incidence", "<f4"), ("actor_id", "<u4"), ("tag", "<u4")], align=False
)
_OBSTACLE_RAYS = 8
Points = Callable[[LidarSweep], NDArray[np.generic]]


class LidarSensor:
    """A LiDAR that keeps its angle between ticks."""

    def __init__(self, actor: Actor, server_seed: int, points: Points, with_losses: bool) -> None:
        self._lidar = Lidar(lidar_params(actor, with_losses), noise_rng_seed(server_seed, actor))
        self._points = points

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One message with the rays of the time since the last."""
        caster = view.eyes.caster(state.actor.ignored_ids)
        sweep = self._lidar.sweep(caster, state.T_world_sensor, state.noise_frame, state.since_last_s)
        head = np.concatenate([[np.uint32(len(sweep.points_per_channel))], sweep.points_per_channel]).astype("<u4")
        angle = np.float32(sweep.horizontal_angle_rad).tobytes()
        return [(angle, head.tobytes(), self._points(sweep).tobytes())]


def plain_points(sweep: LidarSweep) -> NDArray[np.generic]:
    """(N, 4) x, y, z in CARLA's axes, intensity."""
    points = np.empty((len(sweep.points_sensor_m), 4), "<f4")
    points[:, :3] = sweep.points_sensor_m * np.array([1.0, -1.0, 1.0], np.float32)
    points[:, 3] = sweep.intensity
    return points


def semantic_points(sweep: LidarSweep) -> NDArray[np.generic]:
    """Points with the cosine of incidence, actor id and tag."""
    points = np.empty(len(sweep.points_sensor_m), _SEMANTIC_POINT)
    points["xyz_m"] = sweep.points_sensor_m * np.array([1.0, -1.0, 1.0], np.float32)
    points["cos_incidence"] = sweep.cos_incidence
    points["actor_id"], points["tag"] = sweep.actor_id, sweep.tag
    return points


def lidar_params(actor: Actor, with_losses: bool) -> LidarParams:
    """A LiDAR's attributes; a semantic one loses nothing."""

    def number(name: str, default: float) -> float:
        return attribute_float(actor, name, default)

    losses = {}
    if with_losses:
        losses = {
            "atmosphere_attenuation_rate": number("atmosphere_attenuation_rate", 0.004),
            "dropoff_intensity_limit": number("dropoff_intensity_limit", 0.8),
            "noise_stddev_m": max(number("noise_stddev", 0.0), 0.0),
        }
    return LidarParams(
        channels=min(max(attribute_int(actor, "channels", 32), 1), _MAX_CHANNELS),
        range_m=max(number("range", 10.0), 0.0),
        points_per_second=min(max(attribute_int(actor, "points_per_second", 56_000), 0), _MAX_POINTS_PER_S),
        rotation_frequency_hz=max(number("rotation_frequency", 10.0), 0.0),
        upper_fov_rad=math.radians(number("upper_fov", 10.0)),
        lower_fov_rad=math.radians(number("lower_fov", -30.0)),
        horizontal_fov_rad=math.radians(min(max(number("horizontal_fov", 360.0), 0.0), 360.0)),
        dropoff_general_rate=number("dropoff_general_rate", 0.45) if with_losses else 0.0,
        dropoff_zero_intensity=number("dropoff_zero_intensity", 0.4) if with_losses else 0.0,
        noise_seed=abs(attribute_int(actor, "noise_seed", 0)),
        **losses,
    )


class RadarSensor:
    """A radar; CARLA counts azimuth to the right."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        params = RadarParams(
            horizontal_fov_rad=math.radians(min(max(attribute_float(actor, "horizontal_fov", 30.0), 0.1), 170.0)),
            vertical_fov_rad=math.radians(min(max(attribute_float(actor, "vertical_fov", 30.0), 0.1), 170.0)),
            range_m=max(attribute_float(actor, "range", 100.0), 0.0),
            points_per_second=min(max(attribute_int(actor, "points_per_second", 1500), 0), _MAX_POINTS_PER_S),
        )
        self._radar = Radar(params, noise_rng_seed(server_seed, actor))

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One message of velocity, azimuth, altitude, depth a detection."""
        caster = view.eyes.caster(state.actor.ignored_ids)
        velocity = state.velocity_world_mps
        scan = self._radar.scan(caster, state.T_world_sensor, velocity, state.noise_frame, state.since_last_s)
        detections = np.stack([scan.range_rate_mps, -scan.azimuth_rad, scan.elevation_rad, scan.range_m], axis=1)
        return [(detections.astype("<f4").tobytes(),)]


class ObstacleSensor:
    """Feels for actors ahead with a bundle of rays as wide as the attribute `hit_radius`."""

    def __init__(self, actor: Actor, _: int) -> None:
        self._reach_m = max(attribute_float(actor, "distance", 5.0), 0.0)
        radius_m = max(attribute_float(actor, "hit_radius", 0.5), 0.0)
        angle = np.arange(_OBSTACLE_RAYS) * 2 * np.pi / _OBSTACLE_RAYS
        ring = np.stack([np.zeros_like(angle), radius_m * np.cos(angle), radius_m * np.sin(angle)], axis=1)
        self._start_sensor_m = np.concatenate([np.zeros((1, 3)), ring])

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """A message for the nearest actor in reach, if any; the sensor's own parent does not count."""
        rotation, place = state.T_world_sensor[:3, :3], state.T_world_sensor[:3, 3]
        origin = self._start_sensor_m @ rotation.T + place
        direction = np.tile(rotation[:, 0], (len(origin), 1))
        own = frozenset({state.actor.parent_id}) | state.actor.ignored_ids
        hits = view.eyes.caster().cast(origin, direction, self._reach_m, ignore_actor_ids=own)
        met = np.flatnonzero((hits.source >= 0) & (hits.actor_id != 0))
        known = [ray for ray in met if int(hits.actor_id[ray]) in view.actors]
        if not known or state.actor.parent_id not in view.actors:
            return []
        nearest = min(known, key=lambda ray: float(hits.range_m[ray]))
        other = view.actors[int(hits.actor_id[nearest])]
        message = [view.actors[state.actor.parent_id], other, float(hits.range_m[nearest])]
        return [(msgpack.packb(message, use_bin_type=True),)]
