"""What light does in the lens and the air between: glare of lamps and the sun, and streaks of rain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.render.lighting import Light
from sim.render.sources import LampSource
from sim.render.view import CameraView
from sim.world.scene import Scene

GLOW_FORMAT = "4f 2f 3f/i"
GLOW_NAMES = ("in_place", "in_reach", "in_glow")
RAIN_FORMAT = "4f 1f/i"
RAIN_NAMES = ("in_streak", "in_alpha")
MOST_GLOWS = 192
STREAKS = 700
"""Streaks of the heaviest rain."""
_DARK_FROM = 0.15
"""Share of night from which lamps glare."""
_PX_PER_ROOT_LUX = 85.0
"""Radius of glare against the square root of exposed illuminance at the lens (veil falls with the angle squared)."""
_GHOSTS = ((-0.35, 0.12), (-0.7, 0.06), (-1.15, 0.2), (0.4, 0.05))
"""Place and size of the sun's ghosts, as shares of its own place and of its veil's size."""
_GHOST_STRENGTH = 0.06
"""Of the sun's veil, at a flare of 1: at CARLA's default of 0.1 they are barely seen."""


def has_glare(light: Light) -> bool:
    """Whether it is dark enough for lamps to glare."""
    return light.night > _DARK_FROM


def glows_of(
    sources: Sequence[LampSource], view: CameraView, light: Light, clip_from_world: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(N, 9) float32: place, reach and colour of each disc of glare, the strongest `MOST_GLOWS`."""
    sun = _sun_row(view, light, clip_from_world) if light.has_sun else None
    suns = np.array([] if sun is None else [sun]).reshape(-1, 9)
    rows = np.concatenate([suns, _lamp_rows(sources, view, light, clip_from_world)])
    glare = rows[np.argsort(-rows[:, 4], kind="stable")[: MOST_GLOWS if view.glare > 0.0 else 0]]
    glare[:, 6:] *= view.glare
    return np.concatenate([glare, _ghosts(sun, view.flare)]).astype(np.float32)


def _ghosts(sun: NDArray[np.float64] | None, flare: float) -> NDArray[np.float64]:
    """Reflections between the lens's surfaces: discs on the line from the sun through the middle of the picture."""
    rows = np.zeros((0 if sun is None or flare <= 0.0 else len(_GHOSTS), 9))
    for row, (place, size) in zip(rows, _GHOSTS, strict=False):
        row[:] = sun
        row[:2] *= place
        row[4:6] *= size
        row[6:] *= _GHOST_STRENGTH * flare
    return rows


def _lamp_rows(
    sources: Sequence[LampSource], view: CameraView, light: Light, clip_from_world: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N, 9) of the lamps that are in or near the picture and send light to the eye."""
    eye, axes, shift = view.eye_world_m, clip_from_world[:, :3].T, clip_from_world[:, 3]
    world = np.array([source.position_world_m for source in sources]).reshape(-1, 3)
    clip = world @ axes + shift
    seen = np.flatnonzero((clip[:, 3] >= 0.5) & (np.abs(clip[:, :2]) <= 1.1 * clip[:, 3:]).all(axis=1))
    power = np.array([sources[k].candela_toward(eye) for k in seen.tolist()])
    seen, power = seen[power > 0.0], power[power > 0.0]
    world, clip = world[seen], clip[seen]
    distance = np.linalg.norm(world - eye, axis=1)
    lux = power / distance**2 * np.exp(-light.fog_per_m * distance)
    strength = np.sqrt(lux * light.exposure)
    radius_px = np.clip(_PX_PER_ROOT_LUX * strength, 1.5, 0.45 * view.height_px) * view.width_px / 640.0
    # nearer by the depth of a lamp's housing, so that a lamp does not hide its own middle
    near = (world + (eye - world) * np.minimum(0.35 / distance, 0.5)[:, None]) @ axes + shift
    rows = np.zeros((len(seen), 9))
    rows[:, :2], rows[:, 2] = clip[:, :2] / clip[:, 3:], 0.5 * near[:, 2] / near[:, 3] + 0.5
    rows[:, 4:6] = 2.0 * radius_px[:, None] / (view.width_px, view.height_px)
    color = np.array([sources[k].color_rgb for k in seen.tolist()]).reshape(-1, 3)
    rows[:, 6:] = color * np.minimum(1.3, 0.5 + 2.0 * strength)[:, None]
    return rows


def _sun_row(view: CameraView, light: Light, clip_from_world: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The sun's veil, while the sun is in or near the picture."""
    clip = clip_from_world @ np.append(light.sun_direction_world, 0.0)
    if clip[3] < 0.2:
        return None
    at = clip[:2] / clip[3]
    outside = float(np.maximum(np.abs(at) - 1.0, 0.0).max())
    strength = float(light.sun_rgb.mean()) * max(0.0, 1.0 - outside / 0.6)
    if strength < 0.02:
        return None
    reach_px = 0.9 * view.width_px
    reach = 2.0 * reach_px / np.array([view.width_px, view.height_px])
    rgb = light.sun_rgb / light.sun_rgb.max() * min(1.6, 1.8 * strength)
    return np.concatenate([at, [1.0, 1.0], reach, rgb])


def rain_streaks(scene: Scene, view: CameraView) -> NDArray[np.float32]:
    """(N, 5) float32: middle, half size and opacity of each streak, new in every frame."""
    count = int(STREAKS * np.clip(scene.weather.precipitation, 0.0, 1.0))
    rng = np.random.default_rng([view.noise_seed & 0xFFFFFFFF, scene.frame, 77])
    rows = np.empty((count, 5), dtype=np.float32)
    near = rng.uniform(0.0, 1.0, count) ** 3
    rows[:, :2] = rng.uniform(-1.05, 1.05, (count, 2))
    rows[:, 2] = (0.5 + 0.9 * near) / view.width_px
    rows[:, 3] = (6.0 + 38.0 * near) / view.height_px
    rows[:, 4] = 0.10 + 0.14 * rng.uniform(0.0, 1.0, count)
    return rows
