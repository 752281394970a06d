"""One street in eight lights and weathers on a sheet, for people to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import pi, radians
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scenarios.dataset.light import Light
from scenarios.dataset.traffic import ego_pose, population_of, traffic
from sim.assets import library
from sim.lane_map import lane_map
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.maps import load_map
from sim.world.scene import Scene, Weather

CELL_PX: Final = (480, 288)
LABEL_PX: Final = 18
CELLS_A_ROW: Final = 2
AHEAD_RAD: Final = 0.04
"""How far beside the camera's own way the low sun stands."""
WEATHERS: Final[Mapping[str, Weather]] = {
    "clear noon": Weather(sun_azimuth_rad=2.4, sun_elevation_rad=0.9, cloudiness=0.15),
    "low sun ahead": Weather(sun_azimuth_rad=AHEAD_RAD, sun_elevation_rad=0.10, cloudiness=0.25),
    "overcast": Weather(sun_elevation_rad=0.7, cloudiness=0.95),
    "heavy rain": Weather(sun_elevation_rad=0.6, cloudiness=1.0, precipitation=0.8, wetness=0.9, deposits=0.7),
    "fog": Weather(sun_elevation_rad=0.5, cloudiness=0.9, fog_density=0.5, fog_distance_m=0.0),
    "snow": Weather(sun_elevation_rad=0.4, cloudiness=0.95, snowfall_mm_per_h=1.5, snow_cover=0.8),
    "dusk": Weather(sun_azimuth_rad=2.0, sun_elevation_rad=-0.07, cloudiness=0.3),
    "night, wet": Weather(
        sun_azimuth_rad=pi, sun_elevation_rad=-0.3, cloudiness=0.3, precipitation=0.2, wetness=0.8, deposits=0.5
    ),
}
"""Azimuths are relative to where the camera looks."""


def weather_sheet(map_name: str, seed: int) -> NDArray[np.uint8]:
    """(H, W, 3) picture of a street with traffic in each of `WEATHERS`.

    Args:
        map_name: of the catalogue, or an OpenDRIVE file.
        seed: draws the place and the traffic; equal seeds give equal sheets.

    Raises:
        RenderUnavailableError: no OpenGL here.
    """
    scene, view = _street(map_name, seed)
    forward = view.forward_world
    ahead_rad = float(np.arctan2(forward[1], forward[0]))
    renderer = CameraRenderer(library.mesh)
    try:
        cells = [_cell(renderer, _in_weather(scene, w, ahead_rad), view, name) for name, w in WEATHERS.items()]
    finally:
        renderer.close()
    rows = [np.concatenate(cells[k : k + CELLS_A_ROW], axis=1) for k in range(0, len(cells), CELLS_A_ROW)]
    return np.concatenate(rows)


def _street(map_name: str, seed: int) -> tuple[Scene, CameraView]:
    import carla

    data = load_map(map_name)
    lanes = lane_map(carla.Map(data.name, data.xodr))
    rng = np.random.default_rng(seed)
    T_world_ego = ego_pose(lanes, rng)
    users = traffic(lanes, T_world_ego, population_of("nominal"), rng)
    T_ego_camera = np.eye(4)
    T_ego_camera[:3, 3] = (0.6, 0.0, 1.5)
    view = CameraView(*CELL_PX, radians(70.0), T_world_ego @ T_ego_camera, supersampling=2)
    return Scene(data.scenery(), tuple(user.instance for user in users), Weather(), time_s=0.0), view


def _in_weather(scene: Scene, weather: Weather, ahead_rad: float) -> Scene:
    """The scene under a sky that turns with the camera; after sunset all lamps are lit."""
    turned = replace(weather, sun_azimuth_rad=weather.sun_azimuth_rad + ahead_rad)
    return Light("", turned, street_lamps=True).shed_on(scene)


def _cell(renderer: CameraRenderer, scene: Scene, view: CameraView, name: str) -> NDArray[np.uint8]:
    picture = renderer.render(scene, view, frozenset({"rgb"})).rgb
    assert picture is not None
    label = np.full((LABEL_PX, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(label, name, (4, LABEL_PX - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
    return np.concatenate([label, picture])
