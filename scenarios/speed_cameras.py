"""How long cameras take in a busy street: of high and of low quality, in night rain, and beside another renderer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import radians
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scenarios.dataset.traffic import with_headlamps
from scenarios.speed_peer import PEER, Peer
from sim.assets import library
from sim.render.quality import Quality
from sim.render.renderer import CameraRenderer
from sim.render.view import OUTPUTS, CameraView
from sim.rig import CameraMount
from sim.world.scene import Scene, Weather
from sim.world.vehicle_lights import LOW_BEAM

ROUNDS = 15
NIGHT_RAIN = Weather(
    sun_elevation_rad=-0.4, cloudiness=0.9, precipitation=0.7, wetness=0.8, deposits=0.6, fog_density=0.1
)

Row = tuple[str, float, str, str]
"""What, measured, unit, budget."""


def camera_rows(
    scene: Scene, T_world_ego: NDArray[np.float64], mounts: tuple[CameraMount, ...], with_peer: bool
) -> list[Row]:
    """Rows of all cameras of a rig, all modalities; those that are compared take turns in one run.

    Args:
        scene: by day.
        T_world_ego: (4, 4).
        mounts: the cameras.
        with_peer: whether to time the other renderer too; the cameras keep their budgets without.

    Raises:
        PeerUnavailableError: the other renderer is not installed.
    """
    renderer = CameraRenderer(library.mesh)
    budgets_ms = {"cam_main": "≤ 40 ms", "cam_tele": "≤ 18 ms"}
    rows: list[Row] = []
    peers: list[Peer] = []  # all live to the end: one that goes takes the OpenGL context of the next one with it
    for mount in mounts:
        pose = T_world_ego @ mount.T_ego_body.matrix
        view = CameraView(mount.width_px, mount.height_px, radians(mount.fov_deg), pose)
        work: dict[str, Callable[[], object]] = {
            "high": partial(renderer.render, scene, view, OUTPUTS),
            "low": partial(renderer.render, scene, replace(view, quality=Quality.LOW), OUTPUTS),
            "night": partial(renderer.render, _by_night(scene), view, OUTPUTS),
        }
        if with_peer:
            peers.append(Peer(scene, view, library.mesh))
            work["peer"] = peers[-1].render
        times_ms = _times_ms(work)
        high_ms, name = float(np.median(times_ms["high"])), mount.sensor_id
        size = f"{mount.width_px}×{mount.height_px}"
        what = f"{name} {size}, {len(scene.instances)} actors, all modalities"
        rows.append((what, high_ms, "ms", budgets_ms.get(name, "")))
        rows.append((f"{name}, low quality, of that time", _ratio(times_ms, "low", "high"), "×", "≤ 0.75"))
        rows.append((f"{name}, night rain, of that time", _ratio(times_ms, "night", "high"), "×", "≤ 1.6"))
        if with_peer:
            rows.append((f"{name}, how much faster than {PEER}", _ratio(times_ms, "peer", "high"), "×", "≥ 3"))
    return rows


def _by_night(scene: Scene) -> Scene:
    lit = with_headlamps(scene.instances, LOW_BEAM)
    return replace(scene, weather=NIGHT_RAIN, lamps=scene.static.lamps, instances=lit)


def _ratio(times_ms: dict[str, NDArray[np.float64]], one: str, other: str) -> float:
    """Median of the ratios of neighbouring times: what slows a machine for a while slows both."""
    return float(np.median(times_ms[one] / times_ms[other]))


def _times_ms(work: dict[str, Callable[[], object]]) -> dict[str, NDArray[np.float64]]:
    for do in work.values():
        do()
    times_ms: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, do in work.items():
            started = perf_counter()
            do()
            times_ms[name].append((perf_counter() - started) * 1e3)
    return {name: np.array(times) for name, times in times_ms.items()}
