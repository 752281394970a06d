"""The scenes of the nominal set: frame by frame, each from the set's seed and its own number alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import numpy as np

from moosetest.world import LaneMap
from scenarios.dataset.traffic import RoadUser, ego_pose, traffic
from scenarios.realism.definition import NominalSet
from sim.lane_map import lane_map
from sim.render.view import CameraView
from sim.world.maps import MapData, load_map
from sim.world.scene import Scene
from sim.world.weathers import weathers


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture to take, and who is in it."""

    number: int
    map_name: str
    scene: Scene
    view: CameraView
    users: tuple[RoadUser, ...]


class Scenes:
    """Draws the frames of a set; frame i shows map i modulo the number of maps."""

    def __init__(self, nominal: NominalSet) -> None:
        import carla

        self._set, self._population = nominal, nominal.population()
        self._maps: list[tuple[MapData, LaneMap]] = []
        for name in nominal.maps:
            data = load_map(name)
            self._maps.append((data, lane_map(carla.Map(data.name, data.xodr))))

    def frame(self, number: int) -> Frame:
        """Frame `number`, from 0 on."""
        rng = np.random.default_rng([self._set.seed, number])
        data, lanes = self._maps[number % len(self._maps)]
        ego = ego_pose(lanes, rng)
        users = tuple(traffic(lanes, ego, self._population, rng))
        weather = weathers()[self._set.weathers[int(rng.integers(len(self._set.weathers)))]].draw(rng)
        instances = tuple(user.instance for user in users)
        camera = self._set.camera
        pose = ego @ camera.T_ego_body.matrix
        view = CameraView(camera.width_px, camera.height_px, radians(camera.fov_deg), pose, noise_seed=number)
        scene = Scene(data.scenery(), instances, weather, time_s=0.0, frame=number)
        return Frame(number, data.name, scene, view, users)
