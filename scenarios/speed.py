"""The benchmark table: each figure beside its budget, and as a ratio to a peer of the same run where there is one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from scenarios.case import Arm, find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.speed_peer import check_peer
from scenarios.terminal import console
from sim.assets import library
from sim.embedded import EmbeddedServer
from sim.rig import load_rig
from sim.world.maps import load_map
from sim.world.scene import Scene

ACTORS = 60
TICKS = 400


def measure_speed(with_peer: bool = False) -> list[dict[str, Any]]:
    """Rows of what, measured, unit, budget, and how; medians on this machine as it is now.

    Args:
        with_peer: compare the cameras with another renderer, which has to be installed.

    Raises:
        PeerUnavailableError: it is not.
    """
    if with_peer:
        check_peer()
    errors = Console(stderr=True)
    rows: list[dict[str, Any]] = []
    measures: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "server start": _server_ready,
        "bare ticks": _bare_ticks,
        "sensors": partial(_sensors, with_peer),
        "drives": _drives,
    }
    for label, measure in measures.items():
        with errors.status(f"measuring {label}"):
            rows.extend(measure())
    return rows


def print_speed(rows: list[dict[str, Any]]) -> None:
    """The table as text."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("what", "measured", "budget"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for row in rows:
        table.add_row(row["what"], f"{row['measured']:.3g} {row['unit']}".strip(), row["budget"])
    console().print(table)


def _row(what: str, measured: float, unit: str, budget: str) -> dict[str, Any]:
    return {"what": what, "measured": measured, "unit": unit, "budget": budget}


def _server_ready() -> list[dict[str, Any]]:
    times_s = []
    for _ in range(5):
        started = perf_counter()
        with EmbeddedServer("urban_street"):
            times_s.append(perf_counter() - started)
    return [_row("server ready for the first client", float(np.median(times_s)), "s", "< 2 s")]


def _bare_ticks() -> list[dict[str, Any]]:
    few, many = _tick_rate(20, 0), _tick_rate(100, 50)
    return [
        _row("synchronous world, 20 vehicles, no sensor", few, "ticks/s", "≥ 800 ticks/s"),
        _row("synchronous world, 100 vehicles, 50 walkers, no sensor", many, "ticks/s", "≥ 100 ticks/s"),
    ]


def _tick_rate(n_vehicles: int, n_walkers: int) -> float:
    """Ticks a second of a motorway on which so many vehicles drive and so many people walk far beside it."""
    import carla

    with EmbeddedServer("motorway") as server:
        client = carla.Client("127.0.0.1", server.port)
        client.set_timeout(20.0)
        world = client.get_world()
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
        world.apply_settings(settings)
        library, points = world.get_blueprint_library(), world.get_map().get_spawn_points()
        vehicles = [world.spawn_actor(library.find("vehicle.tesla.model3"), point) for point in points[:n_vehicles]]
        beside = [carla.Transform(point.transform(carla.Location(y=25.0, z=1.0))) for point in points[:n_walkers]]
        walkers = [world.spawn_actor(library.find("walker.pedestrian.0001"), place) for place in beside]
        for vehicle in vehicles:
            vehicle.apply_control(carla.VehicleControl(throttle=0.4))
        for walker in walkers:
            walker.apply_control(carla.WalkerControl(carla.Vector3D(1.0, 0.0, 0.0), 1.4))
        world.tick()
        started = perf_counter()
        for _ in range(TICKS):
            world.tick()
        return TICKS / (perf_counter() - started)


def _crowded_scene() -> tuple[Scene, np.ndarray]:
    import carla

    from scenarios.dataset.traffic import crowd, ego_pose, population_of
    from sim.lane_map import lane_map
    from sim.world.weathers import weathers

    data = load_map("urban_street")
    lanes = lane_map(carla.Map(data.name, data.xodr))
    rng = np.random.default_rng(0)
    ego = ego_pose(lanes, rng)
    users = crowd(lanes, ego, population_of("train"), ACTORS, rng)
    return Scene(
        data.scenery(), tuple(user.instance for user in users), weathers()["clear_day"].draw(rng), time_s=0.0
    ), ego


def _sensors(with_peer: bool) -> list[dict[str, Any]]:
    from scenarios.speed_cameras import camera_rows
    from sim.raycast.speed import lidar_speed

    scene, ego = _crowded_scene()
    rig = load_rig()
    rows = [_row(*row) for row in camera_rows(scene, ego, rig.cameras, with_peer)]
    lidar = lidar_speed(scene, library.mesh, ego @ rig.lidars[0].T_ego_body.matrix)
    rows.append(_row("LiDAR sweep 64 × 1,024", lidar.sweep_ms, "ms", "≤ 8 ms"))
    rows.append(_row("LiDAR sweep, of the rate of Open3D's bare Embree cast", lidar.ratio, "", "≥ 0.7"))
    return rows


def _drives() -> list[dict[str, Any]]:
    rows = []
    for stack, budget in (("oracle", "≥ 25 (no rendered sensor)"), ("fused", "≥ 0.8")):
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "run" if stack == "fused" else None
            verdict = drive(
                DriveRequest(case=find_case("cut_out_reveal"), severity=0.0, stack=stack, arm=Arm.CASE, out=out)
            )
        rows.append(_row(f"closed loop, {stack}: real-time factor", verdict.real_time_factor, "×", budget))
        if stack == "fused":
            budgets = {"camera": "≤ 27 ms", "lidar_radar": "≤ 18 ms", "fusion": "≤ 8 ms with planning", "planning": ""}
            for name, value in verdict.stage_ms.items():
                rows.append(_row(f"stage {name}, beside the server", value, "ms", budgets.get(name, "")))
    return rows
