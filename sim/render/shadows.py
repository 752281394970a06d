"""Shadows of the sun: a map for scenery, kept while the camera stays in a cell, and one for actors, made each frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.render.view import CameraView

STATIC_SIZE_PX = 2048
ACTOR_SIZE_PX = 1024
KEPT_MAPS = 2
"""Scenery's maps of 16 MiB each: for a wide and a narrow camera."""
REACH_M = (46.0, 96.0)
"""Half the side of the shadowed square for a wide and a narrow angle of view."""
_WIDE_FOCAL_PX, _NARROW_FOCAL_PX = 700.0, 1800.0
_DEPTH_REACH_M = 160.0
_CELLS_PER_REACH = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class ShadowView:
    """Where the light looks: a square of the scene along the sun's direction.

    `clip_from_world` is for drawing the maps, `unit_from_world` (to [0, 1]) for reading them, `lift_m` off the surface;
    `reach_m` is half the side of the square.
    """

    key: tuple[float, ...]
    clip_from_world: NDArray[np.float64]
    unit_from_world: NDArray[np.float64]
    lift_m: float
    reach_m: float


def shadow_reach_m(view: CameraView) -> float:
    """Half the side of the shadowed square."""
    narrow = np.clip((view.focal_px - _WIDE_FOCAL_PX) / (_NARROW_FOCAL_PX - _WIDE_FOCAL_PX), 0.0, 1.0)
    return float(np.round(REACH_M[0] + narrow * (REACH_M[1] - REACH_M[0])))


def actor_texel_m(view: CameraView) -> float:
    """Side of a texel of the map of actors' shadows."""
    return 2.0 * shadow_reach_m(view) / ACTOR_SIZE_PX


def shadow_view(view: CameraView, sun_direction_world: NDArray[np.float64]) -> ShadowView:
    """The square in front of the camera; it moves in steps so that scenery's map can be kept between frames."""
    reach = shadow_reach_m(view)
    flat = np.array([view.forward_world[0], view.forward_world[1], 0.0])
    center = view.eye_world_m + flat * (0.8 * reach)
    axes = _light_axes(sun_direction_world)
    step = reach / _CELLS_PER_REACH
    cell = np.round(axes @ center / step)
    depth = _DEPTH_REACH_M
    clip = np.eye(4)
    clip[:3, :3] = axes / np.array([reach, reach, -depth])[:, None]
    clip[:3, 3] = -cell * step / np.array([reach, reach, -depth])
    unit = np.eye(4)
    unit[:3] = 0.5 * clip[:3]
    unit[:3, 3] += 0.5
    # against self-shadowing, both measured in texels of the coarser map: a step along the light, a lift off the surface
    texel = actor_texel_m(view)
    unit[2, 3] -= (0.03 + 0.4 * texel) / (2.0 * depth)
    return ShadowView((reach, *cell, *sun_direction_world), clip, unit, 0.8 * texel, reach)


def _light_axes(sun: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) rows: two axes across the light and one towards the sun."""
    side = np.cross(np.array([0.0, 0.0, 1.0]), sun)
    if np.linalg.norm(side) < 1e-6:
        side = np.array([1.0, 0.0, 0.0])
    side = side / np.linalg.norm(side)
    return np.stack([side, np.cross(sun, side), sun])


@dataclass(slots=True, eq=False)
class StaticShadow:
    """Scenery's map for one reach; `key` says of what it is."""

    texture: Any
    target: Any
    key: tuple[object, ...] | None = None


class ShadowMaps:
    """The depth maps of one context: one for actors, and for scenery one a reach.

    A car's wide and narrow cameras take turns; with one map for both, scenery would be drawn anew for every picture.
    """

    def __init__(self, context: Any) -> None:
        self._context = context
        self._static: dict[float, StaticShadow] = {}
        self.actor_map, self.actor_target = _depth_map(context, ACTOR_SIZE_PX)

    def static_for(self, view: ShadowView) -> StaticShadow:
        """Scenery's map for the reach of `view`; the one unused longest makes room for a new one."""
        shadow = self._static.pop(view.reach_m, None)
        if shadow is None and len(self._static) < KEPT_MAPS:
            shadow = StaticShadow(*_depth_map(self._context, STATIC_SIZE_PX))
        elif shadow is None:
            shadow = self._static.pop(next(iter(self._static)))
            shadow.key = None
        self._static[view.reach_m] = shadow
        return shadow


def _depth_map(context: Any, size: int) -> tuple[Any, Any]:
    texture = context.depth_texture((size, size))
    texture.compare_func = "<="
    texture.filter = (context.LINEAR, context.LINEAR)
    texture.repeat_x = texture.repeat_y = False
    return texture, context.framebuffer(depth_attachment=texture)
