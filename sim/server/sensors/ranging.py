"""LiDARs, radar and the obstacle detector: rays, as CARLA's points and detections."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from sim.raycast.beams import Motion
from sim.raycast.echoes import Returns
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.radar import Radar, RadarParams
from sim.raycast.radar_cells import RadarReceiver
from sim.raycast.radar_physics import RadarPhysics
from sim.raycast.receiver import Receiver
from sim.raycast.sphere_sweep import sweep_ball
from sim.server.actors import Actor
from sim.server.scenery_actor import scenery_actor
from sim.server.sensors.adapter import (
    Payload,
    SensorState,
    TickView,
    attribute_flag,
    attribute_float,
    attribute_int,
    chosen_noise_seed,
)

_MAX_CHANNELS = 1024
_MAX_POINTS_PER_S = 50_000_000
_MAX_RAYS = 1 << 22
"""Of one measurement, some 0.4 GB of work: a longer time than they take is measured at its end only."""
_SEMANTIC_POINT = np.dtype(
    [("xyz_m", "<f4", 3), ("cos_incidence", "<f4"), ("actor_id", "<u4"), ("tag", "<u4")], align=False
)
Points = Callable[[LidarSweep], NDArray[np.generic]]


class LidarSensor:
    """A LiDAR that keeps its angle between ticks."""

    def __init__(self, actor: Actor, server_seed: int, points: Points, with_losses: bool) -> None:
        self._lidar = Lidar(lidar_params(actor, with_losses), chosen_noise_seed(server_seed, actor))
        self._points = points
        self._moves_in_scan = attribute_flag(actor, "moosetest_scan_motion")

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One message with the rays of the time since the last."""
        caster = view.eyes.caster(state.actor.ignored_ids)
        time_s = _longest_s(state.since_last_s, self._lidar.params.points_per_second)
        motion = None
        if self._moves_in_scan:
            motion = Motion(state.velocity_world_mps, state.angular_velocity_world_radps, time_s)
        sweep = self._lidar.sweep(caster, state.T_world_sensor, state.noise_frame, time_s, motion)
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

    losses: dict[str, float] = {}
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
        physics=_lidar_physics(actor) if with_losses and attribute_flag(actor, "moosetest_physics") else None,
        **losses,
    )


def _lidar_physics(actor: Actor) -> LidarPhysics:
    receiver = Receiver(
        range_10_percent_m=attribute_float(actor, "moosetest_range_10_percent", 90.0),
        pulse_s=attribute_float(actor, "moosetest_pulse_ns", 3.0) / 1e9,
        jitter_m=max(attribute_float(actor, "noise_stddev", 0.0), 0.0),
    )
    return LidarPhysics(
        receiver=receiver,
        returns=Returns(actor.attribute("moosetest_returns", "strongest")),
        divergence_rad=attribute_float(actor, "moosetest_beam_divergence", 3.0) * 1e-3,
        crosstalk_rate=attribute_float(actor, "moosetest_crosstalk_rate", 0.0),
    )


class RadarSensor:
    """A radar; CARLA counts azimuth to the right."""

    def __init__(self, actor: Actor, server_seed: int) -> None:
        params = RadarParams(
            horizontal_fov_rad=math.radians(min(max(attribute_float(actor, "horizontal_fov", 30.0), 0.1), 170.0)),
            vertical_fov_rad=math.radians(min(max(attribute_float(actor, "vertical_fov", 30.0), 0.1), 170.0)),
            range_m=max(attribute_float(actor, "range", 100.0), 0.0),
            points_per_second=min(max(attribute_int(actor, "points_per_second", 1500), 0), _MAX_POINTS_PER_S),
            physics=_radar_physics(actor) if attribute_flag(actor, "moosetest_physics") else None,
        )
        self._radar = Radar(params, chosen_noise_seed(server_seed, actor))

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """One message of velocity, azimuth, altitude, depth a detection."""
        caster = view.eyes.caster(state.actor.ignored_ids)
        velocity = state.velocity_world_mps
        time_s = _longest_s(state.since_last_s, self._radar.params.points_per_second)
        scan = self._radar.scan(caster, state.T_world_sensor, velocity, state.noise_frame, time_s)
        detections = np.stack([scan.range_rate_mps, -scan.azimuth_rad, scan.elevation_rad, scan.range_m], axis=1)
        return [(detections.astype("<f4").tobytes(),)]


def _radar_physics(actor: Actor) -> RadarPhysics:
    receiver = RadarReceiver(
        range_1_m2_m=attribute_float(actor, "moosetest_range_1_m2", 140.0),
        range_resolution_m=attribute_float(actor, "moosetest_range_resolution", 0.4),
        azimuth_resolution_rad=math.radians(attribute_float(actor, "moosetest_azimuth_resolution", 3.0)),
        elevation_resolution_rad=math.radians(attribute_float(actor, "moosetest_elevation_resolution", 10.0)),
        velocity_resolution_mps=attribute_float(actor, "moosetest_velocity_resolution", 0.2),
    )
    return RadarPhysics(receiver=receiver, minimum_speed_mps=attribute_float(actor, "moosetest_minimum_speed", 0.0))


def _longest_s(time_s: float, points_per_second: int) -> float:
    return min(time_s, _MAX_RAYS / max(points_per_second, 1))


class ObstacleSensor:
    """Pushes a ball ahead and names what it touches first; like CARLA's, `distance` is the way of the ball's middle."""

    def __init__(self, actor: Actor, _: int) -> None:
        self._travel_m = max(attribute_float(actor, "distance", 5.0), 0.0)
        self._radius_m = max(attribute_float(actor, "hit_radius", 0.5), 0.0)
        self._only_dynamics = attribute_flag(actor, "only_dynamics")

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """A message for the nearest thing in the way, if any; the sensor's own parent does not count."""
        passed = {state.actor.parent_id, *state.actor.ignored_ids}
        if self._only_dynamics:
            passed.update(identity for identity, wire in view.actors.items() if not _moves(wire))
        touched = sweep_ball(
            view.eyes.caster(),
            state.T_world_sensor,
            self._radius_m,
            self._travel_m,
            ignore_actor_ids=passed,
            bodies_only=self._only_dynamics,
        )
        if touched is None:
            return []
        own = view.actors.get(state.actor.parent_id) or view.actors[state.actor.id]
        other = view.actors.get(touched.actor_id) or scenery_actor(touched.tag).to_wire(b"")
        return [(msgpack.packb([own, other, touched.travel_m], use_bin_type=True),)]


def _moves(wire: list[Any]) -> bool:
    """Whether CARLA counts an actor (its struct) among the dynamic ones."""
    blueprint_id: str = wire[2][1]
    return blueprint_id.startswith(("vehicle.", "walker."))
