"""The numbers that all shaders of a frame share, packed as a uniform block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.lighting import Light, is_layered
from sim.render.shadows import ShadowView
from sim.render.snow import lying_threshold
from sim.render.tunnels import is_inside, tube_rows
from sim.render.view import CameraView
from sim.world.air import HALVINGS_PER_M, densest_fog_per_m, even_extinction_per_m
from sim.world.scene import Scene, Tube, Weather

MAX_BEAMS = 4
"""Vehicles whose headlamps light the street in one picture: the nearest."""
READ_NOISE = 0.0035
"""Standard deviation of the sensor's noise in the dark, of full scale, by day."""


@dataclass(frozen=True, slots=True, eq=False)
class Beam:
    """The headlamps of one vehicle as one source between them; strengths count lamps of `headlamps.py`."""

    position_world_m: NDArray[np.float64]
    forward_world: NDArray[np.float64]
    dipped: float
    main: float


@dataclass(frozen=True, slots=True, eq=False)
class LampField:
    """Where the map of street-lamp light lies: its corner, its side, and the height it fades out at."""

    corner_world_m: tuple[float, float]
    side_m: float
    ceiling_m: float
    rgb: tuple[float, float, float]


AIR_SHARE = 0.5
"""Fog under street lamps, as a share of white ground there. Above a square metre of ground that gets E lux, air is
crossed by 2 E: lamps shine aslant, and the ground sends some back. Drops scatter it to all sides: 2 E / (4 pi)."""
NO_LAMPS = LampField((0.0, 0.0), 1.0, 0.0, (0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class FrameInputs:
    """All that a frame's uniform block is made of."""

    scene: Scene
    view: CameraView
    light: Light
    clip_from_world: NDArray[np.float64]
    shadow: ShadowView
    beams: tuple[Beam, ...]
    lamp_field: LampField
    tubes: tuple[Tube, ...] = ()


def frame_block(inputs: FrameInputs) -> bytes:
    """The std140 bytes of the block `Frame` in `shaders/frame.glsl`."""
    light, weather, view = inputs.light, inputs.scene.weather, inputs.view
    forward = view.forward_world
    rows: list[NDArray[np.floating]] = [
        *inputs.clip_from_world.T,
        *inputs.shadow.unit_from_world.T,
        _row(view.eye_world_m, inputs.scene.time_s),
        _row(light.sun_direction_world, inputs.shadow.lift_m),
        _row(light.sun_rgb, weather.wetness),
        _row(light.sky_up_rgb, weather.cloudiness),
        _row(light.sky_down_rgb, light.night),
        _row(light.zenith_rgb, light.exposure),
        _row(light.horizon_rgb, even_extinction_per_m(weather) if is_layered(weather) else light.fog_per_m),
        _row(light.fog_rgb, light.fog_start_m),
        _row(forward, weather.precipitation),
        _noise_row(inputs),
        _lamp_row(inputs.lamp_field),
        _row(np.array(inputs.lamp_field.rgb) * light.exposure / np.pi, inputs.lamp_field.ceiling_m),
        _mist_row(weather),
        np.array([min(weather.mie, 8.0), weather.deposits, weather.wind, lying_threshold(weather.snow_cover)]),
    ]
    for k in range(MAX_BEAMS):
        rows += _beam_rows(inputs.beams[k] if k < len(inputs.beams) else None, light.exposure / np.pi)
    rows.append(_lamp_air_row(inputs))
    rows += _tunnel_rows(inputs)
    return np.array(rows, dtype=np.float32).tobytes()


def _lamp_air_row(inputs: FrameInputs) -> NDArray[np.float64]:
    white = inputs.light.street_lx * inputs.light.exposure / np.pi
    return _row(np.array(inputs.lamp_field.rgb) * (AIR_SHARE * white), 0.0)


def _tunnel_rows(inputs: FrameInputs) -> list[NDArray[np.float64]]:
    near, deep = (lx * inputs.light.exposure / np.pi for lx in inputs.light.tunnel_lx)
    is_eye_in = is_inside(inputs.tubes, inputs.view.eye_world_m)
    return [np.array([near, deep, 0.0, float(is_eye_in)]), *tube_rows(inputs.tubes)]


def _row(xyz: NDArray[np.float64], w: float) -> NDArray[np.float64]:
    return np.array([xyz[0], xyz[1], xyz[2], w])


def _mist_row(weather: Weather) -> NDArray[np.float64]:
    """The fog's extinction at its base, the rate at which it halves with height, its base, its depth towards the sky.

    CARLA hands `fog_falloff` to Unreal's height falloff, which halves the density every 10 m at 1. Seen from the ground
    the whole layer is as deep as a level way of 1 / (rate * ln 2); at CARLA's default that was a good 360 m / 2.5.
    """
    rate = HALVINGS_PER_M * weather.fog_falloff
    depth_m = min(36.0 / weather.fog_falloff, 9000.0) if weather.fog_falloff > 0.0 else 9000.0
    return np.array([densest_fog_per_m(weather), rate, weather.fog_base_z_m, depth_m])


def _noise_row(inputs: FrameInputs) -> NDArray[np.float32]:
    """The bits that seed the noise, how far lines stand out, and how strong noise is: it grows as light gets scarce."""
    view = inputs.view
    bits = np.random.SeedSequence([view.noise_seed & 0xFFFFFFFF, inputs.scene.frame]).generate_state(1)
    # the top bits are those of 1.0, so that no bit pattern is a NaN that a conversion might change
    seed = (bits & 0x007FFFFF | 0x3F800000).astype(np.uint32).view(np.float32)[0]
    strength = view.noise * READ_NOISE * (1.0 + 2.5 * inputs.light.night) * view.supersampling
    return np.array([seed, inputs.scene.weather.line_contrast, strength, 0.0], dtype=np.float32)


def _lamp_row(lamp_field: LampField) -> NDArray[np.float64]:
    x, y = lamp_field.corner_world_m
    return np.array([x, y, 1.0 / lamp_field.side_m, 0.0])


def _beam_rows(beam: Beam | None, per_lx: float) -> list[NDArray[np.float64]]:
    if beam is None:
        return [np.zeros(4), np.array([1.0, 0.0, 0.0, 0.0])]
    return [_row(beam.position_world_m, beam.dipped * per_lx), _row(beam.forward_world, beam.main * per_lx)]
