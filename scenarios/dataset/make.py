"""Makes a dataset: the cameras and the LiDAR of the default rig in random nominal scenes, frame by frame."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from math import radians
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from moosetest.objects import ObjectClass
from moosetest.timing import TICK_NS, s_from_ns
from moosetest.world import LaneMap
from perception.training.dataset_format import CameraSample, DatasetWriter, TrainingSample
from scenarios.dataset.labels import camera_sample, lidar_sample
from scenarios.dataset.light import draw_light
from scenarios.dataset.traffic import TAG, Population, RoadUser, ego_pose, population_of, traffic
from scenarios.staging import EGO_BLUEPRINT
from sim.assets import library
from sim.assets.mesh import MeshKey
from sim.lane_map import lane_map
from sim.raycast.caster import RayCaster
from sim.raycast.lidar import Lidar, LidarParams, LidarSweep
from sim.raycast.lidar_physics import LidarPhysics
from sim.raycast.receiver import Receiver
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.rig import LidarMount, Rig, load_rig
from sim.suite import LIDAR_DROPOFF, LIDAR_NOISE_M
from sim.world.maps import MapData, load_map, map_names
from sim.world.scene import Instance, Scene
from sim.world.vehicle_spec import vehicle_spec

ASSET_SPLIT = {"train": "train", "val": "nominal"}
"""Validation frames are made of maps and assets that training never sees."""
NO_PEOPLE_MAPS = frozenset({"motorway", "motorway_exit", "tunnel"})
TRAINING_PEOPLE = (10, 32)
"""Tries to place somebody on foot where networks learn: twice as many as on a nominal street."""
COMPANY = 0.3
"""Of those on foot have others beside them."""
FRAMES_A_MAP = 20
"""So many frames in a row are of one map: to build its scenery for the renderer takes longer than a frame."""
EGO_ID = 10_000
"""Above all road users'."""
USUAL_FLARE = 0.1
"""Of the rig's cameras: CARLA's default of `lens_flare_intensity`."""


class _Block(NamedTuple):
    """Frames `numbers` of a split, all on one map."""

    split: str
    numbers: range


def make_dataset(folder: Path, frames: int, val_frames: int, seed: int, workers: int = 1) -> None:
    """Write `frames` training and `val_frames` validation frames; goes on where an earlier call stopped.

    What a frame shows depends on the seed, its split and its number alone, whatever the number of `workers`.

    Raises:
        ConfigError: `folder` holds something else.
    """
    rig = load_rig("default")
    meta = {"seed": seed, "rig": rig.name, "moosetest": version("moosetest"), "light": "day to night, dry to fog"}
    writer = DatasetWriter(folder, meta)
    blocks = [*_blocks("val", val_frames), *_blocks("train", frames)]
    columns = (TextColumn("frames"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("", total=val_frames + frames)
        if workers == 1:
            maker = _Maker(rig, seed)
            for block in blocks:
                for _ in maker.write(block, writer):
                    bar.advance(task)
            return
        # Spawned, not forked: a worker makes an OpenGL context of its own.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            for count in pool.map(partial(_write, folder, meta, rig, seed), blocks):
                bar.advance(task, count)


def _blocks(split: str, count: int) -> list[_Block]:
    return [_Block(split, range(k, min(k + FRAMES_A_MAP, count))) for k in range(0, count, FRAMES_A_MAP)]


_MAKERS: dict[tuple[str, int], _Maker] = {}
"""A worker's own, kept from block to block."""


def _write(folder: Path, meta: Mapping[str, object], rig: Rig, seed: int, block: _Block) -> int:
    """In a worker: write one block; how many frames it has."""
    maker = _MAKERS.setdefault((rig.name, seed), _Maker(rig, seed))
    return sum(1 for _ in maker.write(block, DatasetWriter(folder, meta)))


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """One map, ready for scenes."""

    data: MapData
    lanes: LaneMap


class _Maker:
    """Holds what is costly: renderer, ray caster, maps."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig, self._seed = rig, seed
        self._renderer = CameraRenderer(library.mesh)
        self._caster = RayCaster(library.mesh)
        self._stages: dict[str, list[_Stage]] = {}
        self._populations: dict[str, Population] = {}

    def write(self, block: _Block, writer: DatasetWriter) -> Iterator[str]:
        """Write the frames of a block that are not there; the id of each that is, one by one."""
        for number in block.numbers:
            frame_id = f"{block.split}_{number:06d}"
            if (block.split, frame_id) not in writer:
                writer.add(self.sample(block.split, number, frame_id))
            yield frame_id

    def sample(self, split: str, number: int, frame_id: str) -> TrainingSample:
        """One frame: depends on the seed, the split and the number alone, so that it may be made in any order."""
        rng = np.random.default_rng([self._seed, len(split), number])
        stages = self._stages_of(split)
        stage = stages[number // FRAMES_A_MAP % len(stages)]
        ego = ego_pose(stage.lanes, rng)
        population = self._populations[split]
        if stage.data.name in NO_PEOPLE_MAPS:
            population = replace(population, people=(0, 0))
        users = traffic(stage.lanes, ego, population, rng)
        light = draw_light(ASSET_SPLIT[split], rng)
        instances = (_ego_body(ego), *(user.instance for user in users))
        scene = light.shed_on(Scene(stage.data.scenery(), instances, light.weather, time_s=0.0, frame=number))
        mount = self._rig.lidars[0]
        T_ego_sensor = mount.T_ego_body.matrix
        return TrainingSample(
            split=split,
            frame_id=frame_id,
            cameras=self._pictures(scene, ego, users),
            lidar=lidar_sample(self._sweep(scene, mount, ego @ T_ego_sensor), T_ego_sensor, ego, users),
            conditions={"map": stage.data.name, **light.conditions},
        )

    def _pictures(self, scene: Scene, ego: NDArray[np.float64], users: list[RoadUser]) -> dict[str, CameraSample]:
        pictures = {}
        for mount in self._rig.cameras:
            view = CameraView(
                mount.width_px,
                mount.height_px,
                radians(mount.fov_deg),
                ego @ mount.T_ego_body.matrix,
                noise_seed=scene.frame,
                flare=USUAL_FLARE,
            )
            images = self._renderer.render(scene, view, frozenset({"rgb", "instance"}))
            pictures[mount.sensor_id] = camera_sample(images, view, users)
        return pictures

    def _sweep(self, scene: Scene, mount: LidarMount, T_world_sensor: NDArray[np.float64]) -> LidarSweep:
        self._caster.set_scene(scene)
        lidar = Lidar(lidar_params(mount), seed=self._seed)
        return lidar.sweep(self._caster, T_world_sensor, scene.frame, s_from_ns(TICK_NS))

    def _stages_of(self, split: str) -> list[_Stage]:
        """The maps of a dataset's split."""
        if split not in self._stages:
            import carla

            population = replace(population_of(ASSET_SPLIT[split]), company=COMPANY)
            self._populations[split] = replace(population, people=TRAINING_PEOPLE) if split == "train" else population
            maps = [load_map(name) for name in map_names()]
            self._stages[split] = [
                _Stage(data, lane_map(carla.Map(data.name, data.xodr)))
                for data in maps
                if data.split == ASSET_SPLIT[split]
            ]
        return self._stages[split]


def _ego_body(T_world_ego: NDArray[np.float64]) -> Instance:
    """The car that carries the sensors: its bonnet is seen, and its headlamps light the road."""
    half_wheelbase = np.eye(4)
    half_wheelbase[0, 3] = vehicle_spec(EGO_BLUEPRINT, library.size_lwh_m(EGO_BLUEPRINT)).wheelbase_m / 2
    return Instance(
        actor_id=EGO_ID,
        tag=TAG[ObjectClass.CAR],
        mesh=MeshKey(EGO_BLUEPRINT, ""),
        T_world_body=T_world_ego @ half_wheelbase,
    )


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
