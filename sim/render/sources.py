"""Lamps as points of light: where they are, and what they send where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import Material
from sim.render.actors import Actors
from sim.render.headlamps import headlamp_cd
from sim.render.lamps import LAMP_HEIGHT_M, LAMPS_OF_TAG
from sim.world.scene import Instance, Scene, StreetLamp
from sim.world.vehicle_lights import (
    BRAKE,
    HIGH_BEAM,
    LEFT_BLINKER,
    LOW_BEAM,
    POSITION,
    REVERSE,
    RIGHT_BLINKER,
    SPECIAL_1,
    SPECIAL_2,
)

_COLORS: dict[Material, tuple[float, float, float]] = {
    Material.HEADLAMP: (1.0, 0.95, 0.85),
    Material.TAILLAMP: (1.0, 0.10, 0.06),
    Material.INDICATOR: (1.0, 0.50, 0.08),
    Material.REVERSE_LAMP: (1.0, 0.95, 0.9),
    Material.BEACON: (0.45, 0.5, 1.0),
    Material.SIGNAL_RED: (1.0, 0.10, 0.06),
    Material.SIGNAL_YELLOW: (1.0, 0.6, 0.1),
    Material.SIGNAL_GREEN: (0.1, 1.0, 0.5),
}

FRONT_LAMPS = POSITION | LOW_BEAM | HIGH_BEAM
"""With any of these on, the tail lamps are too."""


@dataclass(frozen=True, slots=True, eq=False)
class LampSource:
    """One lamp.

    Args:
        position_world_m: (3,).
        ground_z_m: height of the road under it.
        color_rgb: of its light.
        candela_toward: luminous intensity towards a point (3,) of the world; 0 where it is off or looks away.
    """

    position_world_m: NDArray[np.float64]
    ground_z_m: float
    color_rgb: tuple[float, float, float]
    candela_toward: Callable[[NDArray[np.float64]], float]


def sources_of(scene: Scene, actors: Actors) -> list[LampSource]:
    """Lamps of actors in view, and the street's that are on."""
    found = [_street_lamp(lamp) for lamp in scene.lamps if lamp.intensity_cd > 0.0]
    for k in np.flatnonzero(actors.visible):
        instance, T = actors.instances[k], actors.T_world_body[k]
        for material, lamps in actors.meshes[k].lamps.items():
            if material not in _COLORS:
                continue
            for center, normal in zip(lamps.center_body_m, lamps.normal_body, strict=True):
                at = T[:3, :3] @ center + T[:3, 3]
                if material is Material.HEADLAMP:
                    if instance.lights & FRONT_LAMPS == 0:
                        continue
                    power = partial(_headlamp, instance, T[:3, :3], at)
                else:
                    axis_cd = instance.lamp_share * candela(
                        material, instance.lights, instance.signal_state, bool(center[1] > 0), scene.time_s
                    )
                    if axis_cd == 0.0:
                        continue
                    power = partial(_lens, axis_cd, T[:3, :3] @ normal, at)
                found.append(LampSource(at, float(T[2, 3]), _COLORS[material], power))
    return found


def _headlamp(
    instance: Instance, R: NDArray[np.float64], at_m: NDArray[np.float64], point_m: NDArray[np.float64]
) -> float:
    strength = min(LAMPS_OF_TAG.get(instance.tag, 2.0), 1.0) * instance.lamp_share
    return strength * headlamp_cd(instance.lights, R.T @ (point_m - at_m))


def _lens(
    axis_cd: float, normal: NDArray[np.float64], at_m: NDArray[np.float64], point_m: NDArray[np.float64]
) -> float:
    """Lamps that shine all round have a short mean normal."""
    length = float(np.linalg.norm(normal))
    if length < 0.4:
        return axis_cd
    toward = point_m - at_m
    return axis_cd * max(float(toward @ normal) / (float(np.linalg.norm(toward)) * length), 0.0) ** 3


def _street_lamp(lamp: StreetLamp) -> LampSource:
    at = np.array(lamp.position_world_m)
    power = partial(_bowl, lamp.intensity_cd, at)
    return LampSource(at, float(at[2]) - LAMP_HEIGHT_M, lamp.color_rgb, power)


def _bowl(axis_cd: float, at_m: NDArray[np.float64], point_m: NDArray[np.float64]) -> float:
    toward = point_m - at_m
    down = max(-float(toward[2]) / float(np.linalg.norm(toward)), 0.0)
    return axis_cd * (0.02 + min(1.0, 2.0 * down) * 0.25)


def candela(material: Material, lights: int, signal_state: int, left: bool, time_s: float) -> float:
    """Luminous intensity along its axis of any lamp but headlamps, 0 when off; states are those of `lamp.glsl`."""
    blink = (time_s * 1.5) % 1.0 < 0.5
    phase = (time_s * (4.0 if lights & SPECIAL_2 else 2.0) + (0.5 if left else 0.0)) % 1.0
    flash = phase < 0.2 or 0.3 < phase < 0.5
    states = {
        Material.TAILLAMP: 60.0 if lights & BRAKE else 6.0 if lights & FRONT_LAMPS else 0.0,
        Material.INDICATOR: 120.0 if blink and lights & (LEFT_BLINKER if left else RIGHT_BLINKER) else 0.0,
        Material.REVERSE_LAMP: 80.0 if lights & REVERSE else 0.0,
        Material.BEACON: 400.0 if flash and lights & (SPECIAL_1 | SPECIAL_2) else 0.0,
        Material.SIGNAL_RED: 200.0 if signal_state == 0 else 0.0,
        Material.SIGNAL_YELLOW: 200.0 if signal_state == 1 else 0.0,
        Material.SIGNAL_GREEN: 200.0 if signal_state == 2 else 0.0,
    }
    return states[material]
