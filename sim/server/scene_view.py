"""The world of one tick as the sensors see it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moosetest.timing import s_from_ns
from sim.assets.laid import MARKING
from sim.assets.library import has_asset, size_lwh_m
from sim.assets.mesh import MeshKey
from sim.server.actors import Actor
from sim.server.blueprints import SIGNAL_STATES, SNOW, WORN_LINES, ActorKind
from sim.server.episode import Episode
from sim.server.gait import shown_pose
from sim.server.layouts import WeatherParameters
from sim.server.paint import painted
from sim.server.poses import matrices
from sim.server.signals import SignalLight
from sim.world.puffs import puffs_behind
from sim.world.scene import Instance, Scene, Weather

_USUAL = WeatherParameters()
_GOLDEN = 0.6180339887


def build_scene(episode: Episode) -> Scene:
    """All that cameras and rays can meet at the present tick; shares nothing with the episode that changes later."""
    table = episode.table
    T_world_body = matrices(table.position_world_m, table.rpy_rad)
    velocity = table.velocity_world_mps.copy()
    turn = table.angular_velocity_world_radps.copy()
    instances = []
    for row, actor in enumerate(table.actors.values()):
        if actor.kind is ActorKind.TRAFFIC_LIGHT:
            instances.append(_signal_head(episode.signals.lights[actor.id]))
        elif actor.blueprint_id == MARKING:
            instances += painted(episode, actor, T_world_body[row], velocity[row])
        elif has_asset(actor.asset):
            instances.append(_instance(episode, actor, T_world_body[row], velocity[row], turn[row]))
    weather = _with_ground(weather_of(episode.weather, episode.map.level_z_m), table.actors.values())
    time_s = s_from_ns(episode.elapsed_ns - episode.shown_from_ns)
    return Scene(
        static=episode.level.scenery,
        instances=tuple(instances),
        weather=weather,
        time_s=time_s,
        # noise is seeded by each sensor's own age: the frame number depends on how long the server ran before
        frame=0,
        lamps=episode.street_lights.shining(episode.level.absent_lamps),
        culling_distance_m=episode.settings.max_culling_distance_m or math.inf,
        covers=episode.level.covers,
        marks=episode.debug_shapes.marks(episode.tick, episode.elapsed_ns),
        puffs=puffs_behind(instances, size_lwh_m, weather, time_s),
    )


def weather_of(parameters: WeatherParameters, level_z_m: float = 0.0) -> Weather:
    """CARLA's percentages and degrees as shares and radians; `level_z_m` is the height of the map's roads."""

    def share(percent: float) -> float:
        return min(max(percent / 100.0, 0.0), 1.0)

    return Weather(
        sun_azimuth_rad=-math.radians(parameters.sun_azimuth_deg),
        sun_elevation_rad=math.radians(parameters.sun_altitude_deg),
        cloudiness=share(parameters.cloudiness),
        precipitation=share(parameters.precipitation),
        wetness=share(max(parameters.wetness, parameters.precipitation_deposits)),
        fog_density=share(parameters.fog_density),
        fog_distance_m=max(parameters.fog_distance_m, 0.0),
        fog_falloff=max(parameters.fog_falloff, 0.0),
        dust_storm=share(parameters.dust_storm),
        deposits=share(parameters.precipitation_deposits),
        wind=share(parameters.wind_intensity),
        scattering=max(parameters.scattering_intensity, 0.0),
        mie=max(parameters.mie_scattering_scale / _USUAL.mie_scattering_scale, 0.0),
        rayleigh=max(parameters.rayleigh_scattering_scale / _USUAL.rayleigh_scattering_scale, 0.0),
        fog_base_z_m=level_z_m,
    )


def _with_ground(weather: Weather, actors: Iterable[Actor]) -> Weather:
    """The weather with the snow, and the wear of lines, of the youngest actor that brings some."""
    for actor in actors:
        if actor.blueprint_id == SNOW:
            fall, cover = (_number(actor.attribute(name), 0.0) for name in ("snowfall_mm_per_h", "snow_cover"))
            weather = replace(weather, snowfall_mm_per_h=fall, snow_cover=cover)
        elif actor.blueprint_id == WORN_LINES:
            weather = replace(weather, line_contrast=_number(actor.attribute("contrast"), 1.0))
    return weather


def _instance(
    episode: Episode,
    actor: Actor,
    T_world_body: NDArray[np.float64],
    velocity_world_mps: NDArray[np.float64],
    turn_world_radps: NDArray[np.float64],
) -> Instance:
    return Instance(
        actor_id=actor.id,
        tag=actor.semantic_tag,
        mesh=MeshKey(actor.asset, shown_pose(episode, actor)),
        T_world_body=T_world_body,
        velocity_world_mps=velocity_world_mps,
        angular_velocity_world_radps=turn_world_radps,
        paint_rgb=_linear_rgb(actor.attribute("color", "128,128,128")),
        lights=actor.vehicle.lights if actor.vehicle is not None else 0,
        lamp_share=_number(actor.attribute("moosetest_lamps"), 1.0),
        cloth_reflectance=_number(actor.attribute("clothing_reflectance"), 1.0),
        cloth_rgb=_linear_rgb(dye) if (dye := actor.attribute("clothing_color")) else None,
        picture=actor.attribute("picture"),
        picture_scale=_number(actor.attribute("picture_scale"), 1.0),
        poster=actor.poster,
        signal_state=SIGNAL_STATES.get(actor.attribute("state"), SIGNAL_STATES["off"]),
        seed=actor.id * _GOLDEN % 1.0,
    )


_LAMPS_TO_TRAFFIC = np.diag([-1.0, -1.0, 1.0, 1.0])
"""The mesh's lamps look along -x, a head's x axis points at its traffic."""


def _signal_head(light: SignalLight) -> Instance:
    return Instance(
        actor_id=light.actor_id,
        tag=7,
        mesh=MeshKey("traffic.traffic_light"),
        T_world_body=light.head.T_world_head @ _LAMPS_TO_TRAFFIC,
        signal_state=light.color,
    )


def _linear_rgb(color: str) -> tuple[float, float, float]:
    """CARLA's "r,g,b" of display values as linear light; grey for what is no colour."""
    try:
        r, g, b = (min(max(float(part) / 255.0, 0.0), 1.0) ** 2.2 for part in color.split(","))
    except ValueError:
        return (0.2, 0.2, 0.2)
    return (r, g, b)


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise
