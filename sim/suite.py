"""The sensors of a rig on a car: spawned, listened to, and collected by frame id."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moosetest.frames import Transform
from moosetest.sensing import SensorFrame
from sim import convert
from sim.rig import CameraMount, LidarMount, Mount, RadarMount, Rig

IMU_MOUNT = Mount(sensor_id="imu", x_m=0.0, y_m=0.0, z_m=0.0)
"""The IMU sits at the ego frame's origin."""

LIDAR_DROPOFF = 0.05
"""Share of rays without a return: CARLA's default of 0.45 is that of no sensor on the market."""
LIDAR_NOISE_M = 0.02
"""Ranging noise, one sigma: data sheets of 64-beam sensors say 1 to 3 cm."""
MOST_OF_A_KIND = 16
"""Sensors of a kind that a rig has at most: two runs never share a seed of noise."""
NOISE_SEED = "moosetest_noise_seed"

PHYSICS = "moosetest_physics"
"""Makes a sensor of the embedded server a physical instrument."""

Convert = Callable[[Any, int, int], Any]
"""From a measurement, its time in ns and its number, what is handed on of it."""
Planned = tuple[Mount, Any, Convert]
"""Where a sensor goes, its blueprint, and what is made of what it sends."""


class MissingBlueprintError(LookupError):
    """The server has no such blueprint: the case cannot run there."""


@dataclass(slots=True)
class SyncCounters:
    """What went wrong on the way from the sensors: all zero in a good run."""

    missing: int = 0
    late: int = 0
    doubled: int = 0


class SensorSuite:
    """Spawns sensors on `ego` and gives, for a frame id, exactly that frame of each.

    Args:
        world: the `carla.World`.
        ego: the `carla.Vehicle` that carries them.
        plan: which sensors, as `rig_plan` gives them.
        T_body_ego: ego frame in CARLA's actor frame (right-handed).
    """

    def __init__(self, world: Any, ego: Any, plan: Sequence[Planned], T_body_ego: Transform) -> None:
        self.counters = SyncCounters()
        self._actors: list[Any] = []
        self._queues: dict[str, queue.SimpleQueue[Any]] = {}
        self._converters: dict[str, Convert] = {}
        self._sequence: dict[str, int] = {}
        for mount, blueprint, converter in plan:
            T_body_mount = T_body_ego @ mount.T_ego_body
            actor = world.spawn_actor(blueprint, convert.carla_transform(T_body_mount.matrix), attach_to=ego)
            self._actors.append(actor)
            inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
            self._queues[mount.sensor_id] = inbox
            self._converters[mount.sensor_id] = converter
            self._sequence[mount.sensor_id] = 0
            actor.listen(inbox.put)

    def collect(self, frame: int, t_ns: int, timeout_s: float) -> tuple[dict[str, Any], frozenset[str]]:
        """The frames of simulation frame `frame`, and the ids of those that did not come in `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        frames: dict[str, Any] = {}
        missing: set[str] = set()
        for sensor_id, inbox in self._queues.items():
            measurement = self._await(inbox, frame, deadline_s)
            if measurement is None:
                missing.add(sensor_id)
                continue
            sequence = self._sequence[sensor_id]
            frames[sensor_id] = self._converters[sensor_id](measurement, t_ns, sequence)
            self._sequence[sensor_id] = sequence + 1
        self.counters.missing += len(missing)
        return frames, frozenset(missing)

    def destroy(self) -> None:
        """Stop listening and remove the sensors."""
        for actor in self._actors:
            actor.stop()
        for actor in self._actors:
            actor.destroy()
        self._actors.clear()

    def _await(self, inbox: queue.SimpleQueue[Any], frame: int, deadline_s: float) -> Any | None:
        while True:
            try:
                measurement = inbox.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except queue.Empty:
                return None
            if measurement.frame == frame:
                return measurement
            if measurement.frame < frame:
                self.counters.late += 1
            else:
                self.counters.doubled += 1


def rig_plan(library: Any, rig: Rig, seed: int) -> list[Planned]:
    """The sensors of `rig`, and the IMU.

    Args:
        library: the world's blueprints.
        rig: which sensors.
        seed: of their noise.

    Raises:
        MissingBlueprintError: the server lacks something that the rig asks for.
    """
    plan: list[Planned] = []
    for camera in rig.cameras:
        blueprint = _camera_blueprint(library, camera, seed)
        plan.append((camera, blueprint, _bind(convert.camera_frame, camera)))
    for number, lidar in enumerate(rig.lidars):
        blueprint = _set(_lidar_blueprint(library, lidar), {"noise_seed": _noise_seed(seed, number)})
        plan.append((lidar, blueprint, _bind(convert.lidar_frame, lidar)))
    for number, radar in enumerate(rig.radars):
        blueprint = _set(_radar_blueprint(library, radar), {"noise_seed": _noise_seed(seed, number)})
        plan.append((radar, blueprint, _bind(convert.radar_frame, radar)))
    plan.append((IMU_MOUNT, library.find("sensor.other.imu"), _bind(convert.imu_sample, IMU_MOUNT)))
    return plan


def _bind(function: Callable[[Any, Any, int, int], SensorFrame], mount: Mount) -> Convert:
    return lambda measurement, t_ns, sequence: function(measurement, mount, t_ns, sequence)


def _set(blueprint: Any, attributes: Mapping[str, object]) -> Any:
    for name, value in attributes.items():
        blueprint.set_attribute(name, str(value))
    return blueprint


def _noise_seed(seed: int, number: int) -> int:
    """The seed of the sensor of that number of its kind; sensors of one run err differently."""
    return (seed * MOST_OF_A_KIND + number) % 2**31


def _camera_blueprint(library: Any, camera: CameraMount, seed: int) -> Any:
    size = {"image_size_x": camera.width_px, "image_size_y": camera.height_px, "fov": camera.fov_deg}
    blueprint = _set(library.find("sensor.camera.rgb"), size)
    # CARLA's own cameras have no noise to seed.
    return _set(blueprint, {NOISE_SEED: seed % 2**31}) if blueprint.has_attribute(NOISE_SEED) else blueprint


def _lidar_blueprint(library: Any, lidar: LidarMount) -> Any:
    attributes = {
        "channels": lidar.channels,
        "range": lidar.range_m,
        "points_per_second": lidar.points_per_second,
        "rotation_frequency": 10.0,
        "upper_fov": lidar.upper_fov_deg,
        "lower_fov": lidar.lower_fov_deg,
        "horizontal_fov": lidar.horizontal_fov_deg,
        "dropoff_general_rate": 0.0 if lidar.physics else LIDAR_DROPOFF,
        "noise_stddev": LIDAR_NOISE_M,
    }
    return _with_physics(_set(library.find("sensor.lidar.ray_cast"), attributes), lidar)


def _radar_blueprint(library: Any, radar: RadarMount) -> Any:
    attributes = {
        "points_per_second": radar.points_per_tick * 10,
        "range": radar.range_m,
        "horizontal_fov": radar.horizontal_fov_deg,
        "vertical_fov": radar.vertical_fov_deg,
    }
    return _with_physics(_set(library.find("sensor.other.radar"), attributes), radar)


def _with_physics(blueprint: Any, mount: LidarMount | RadarMount) -> Any:
    """Ask for the physical instrument where the rig does; CARLA's own server has none, and no such attribute."""
    if not mount.physics:
        return blueprint
    if not blueprint.has_attribute(PHYSICS):
        raise MissingBlueprintError(f"the server has no {PHYSICS!r} for sensors; {mount.sensor_id} wants it")
    return _set(blueprint, {PHYSICS: True})
