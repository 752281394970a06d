"""Makes a dataset: the cameras and the LiDAR of the default rig in random nominal scenes, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from math import radians
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from moosetest.timing import TICK_NS, s_from_ns
from moosetest.world import LaneMap
from perception.training.dataset_format import DatasetWriter, TrainingSample
from scenarios.dataset.labels import camera_sample, lidar_sample
from scenarios.dataset.traffic import Population, daylight, ego_pose, population_of, traffic
from sim.assets import library
from sim.lane_map import lane_map
from sim.raycast.caster import RayCaster
from sim.raycast.lidar import Lidar, LidarParams
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.receiver import Receiver
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.rig import LidarMount, Rig, load_rig
from sim.suite import LIDAR_DROPOFF, LIDAR_NOISE_M
from sim.world.maps import MapData, load_map, map_names
from sim.world.scene import Scene

ASSET_SPLIT = {"train": "train", "val": "nominal"}
"""Validation frames are made of maps and assets that training never sees."""
PEOPLE_MAPS = frozenset(
    {"artery", "junction", "t_junction"}
    | {"urban_street", "urban_avenue", "urban_bend", "urban_boulevard", "urban_crescent"}
)


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """One map, ready for scenes."""

    data: MapData
    lanes: LaneMap


def make_dataset(folder: Path, frames: int, val_frames: int, seed: int) -> None:
    """Write `frames` training and `val_frames` validation frames; goes on where an earlier call stopped.

    Raises:
        ConfigError: `folder` holds something else.
    """
    rig = load_rig("default")
    meta = {"seed": seed, "rig": rig.name, "moosetest": version("moosetest"), "light": "daylight"}
    writer = DatasetWriter(folder, meta)
    maker = _Maker(rig, seed)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        for split, count in (("val", val_frames), ("train", frames)):
            task = bar.add_task(f"{split} frames", total=count)
            for index, frame_id in enumerate(_frame_ids(split, count)):
                if (split, frame_id) not in writer:
                    writer.add(maker.sample(split, index, frame_id))
                bar.advance(task)


def _frame_ids(split: str, count: int) -> Iterator[str]:
    return (f"{split}_{index:06d}" for index in range(count))


class _Maker:
    """Holds what is costly: renderer, ray caster, maps."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig, self._seed = rig, seed
        self._renderer = CameraRenderer(library.mesh)
        self._caster = RayCaster(library.mesh)
        self._stages: dict[str, list[_Stage]] = {}
        self._populations: dict[str, Population] = {}

    def sample(self, split: str, index: int, frame_id: str) -> TrainingSample:
        """One frame: depends on the seed, the split and the index alone, so that it may be made in any order."""
        rng = np.random.default_rng([self._seed, len(split), index])
        stages = self._stages_of(ASSET_SPLIT[split])
        stage = stages[index % len(stages)]
        ego = ego_pose(stage.lanes, rng)
        population = self._populations[ASSET_SPLIT[split]]
        if stage.data.name not in PEOPLE_MAPS:
            population = replace(population, people=(0, 0))
        users = traffic(stage.lanes, ego, population, rng)
        instances = tuple(user.instance for user in users)
        scene = Scene(stage.data.scenery(), instances, daylight(rng, ASSET_SPLIT[split]), time_s=0.0, frame=index)
        cameras = {}
        for mount in self._rig.cameras:
            pose = ego @ mount.T_ego_body.matrix
            view = CameraView(mount.width_px, mount.height_px, radians(mount.fov_deg), pose, noise_seed=index)
            cameras[mount.sensor_id] = camera_sample(
                self._renderer.render(scene, view, frozenset({"rgb", "instance"})), view, users
            )
        mount_lidar = self._rig.lidars[0]
        T_ego_sensor = mount_lidar.T_ego_body.matrix
        lidar = lidar_sample(self._sweep(scene, mount_lidar, ego @ T_ego_sensor), T_ego_sensor, ego, users)
        conditions = {"map": stage.data.name}
        return TrainingSample(split=split, frame_id=frame_id, cameras=cameras, lidar=lidar, conditions=conditions)

    def _sweep(self, scene: Scene, mount: LidarMount, T_world_sensor: NDArray[np.float64]) -> Any:
        self._caster.set_scene(scene)
        lidar = Lidar(lidar_params(mount), seed=self._seed)
        return lidar.sweep(self._caster, T_world_sensor, scene.frame, s_from_ns(TICK_NS))

    def _stages_of(self, split: str) -> list[_Stage]:
        if split not in self._stages:
            import carla

            self._populations[split] = population_of(split)
            maps = [load_map(name) for name in map_names()]
            self._stages[split] = [
                _Stage(data, lane_map(carla.Map(data.name, data.xodr))) for data in maps if data.split == split
            ]
        return self._stages[split]


def lidar_params(mount: LidarMount) -> LidarParams:
    """The same LiDAR as the closed loop spawns."""
    return LidarParams(
        channels=mount.channels,
        range_m=mount.range_m,
        points_per_second=mount.points_per_second,
        rotation_frequency_hz=1.0 / s_from_ns(TICK_NS),
        upper_fov_rad=radians(mount.upper_fov_deg),
        lower_fov_rad=radians(mount.lower_fov_deg),
        horizontal_fov_rad=radians(mount.horizontal_fov_deg),
        dropoff_general_rate=0.0 if mount.physics else LIDAR_DROPOFF,
        noise_stddev_m=LIDAR_NOISE_M,
        physics=LidarPhysics(receiver=Receiver(jitter_m=LIDAR_NOISE_M)) if mount.physics else None,
    )
