"""What a recorded frame says besides places: controls, lamps, traffic lights, gaits, weather."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from moosetest.timing import ns_from_s
from sim.server.actors import Actor
from sim.server.layouts import VehicleControl, WalkerControl, WeatherParameters
from sim.server.poses import flip
from sim.server.recorder.log_reader import LogError, table
from sim.server.recorder.packets import CM_PER_M, F64, Kind
from sim.server.recorder.stage import Stage
from sim.server.signals import SignalLight
from sim.server.street_lights import LightState

if TYPE_CHECKING:
    from sim.server.episode import Episode

Rows = np.ndarray
_COLORS = range(5)
_ALL_DOORS = 6
"""carla.VehicleDoor.All: the four side doors."""


def apply(episode: Episode, stage: Stage, packets: dict[Kind, bytes]) -> None:
    """Bring controls, lamps and traffic lights to what a frame says.

    Raises:
        LogError: a broken packet.
    """
    if Kind.VISUAL_TIME in packets and len(packets[Kind.VISUAL_TIME]) == F64.size:
        shown_s = F64.unpack(packets[Kind.VISUAL_TIME])[0]
        if abs(shown_s) < 1e9:  # not for what is no number
            episode.shown_from_ns = episode.elapsed_ns - ns_from_s(shown_s)
    for kind, function in _STATES.items():
        if kind in packets:
            function(episode, stage, table(kind, packets[kind]))
    if Kind.WORLD_STATE not in packets:
        for kind, function in _COARSE_CONTROLS.items():
            if kind in packets:
                function(episode, stage, table(kind, packets[kind]))


def happen(episode: Episode, stage: Stage, packets: dict[Kind, bytes]) -> None:
    """What a frame changes for good, and a later frame does not say again.

    Raises:
        LogError: a broken packet.
    """
    for row in table(Kind.WEATHER, packets.get(Kind.WEATHER, b"\0\0")):
        if not np.isfinite(row["values"]).all():
            raise LogError("a recorded weather is no weather")
        episode.weather = WeatherParameters(*(float(v) for v in row["values"]))
    for row in table(Kind.TRAFFIC_LIGHT_TIMES, packets.get(Kind.TRAFFIC_LIGHT_TIMES, b"\0\0")):
        light = _light(episode, stage, row)
        times = [float(row[name]) for name in ("green_s", "yellow_s", "red_s")]
        if light is not None and np.isfinite(times).all():
            light.controller.green_s, light.controller.yellow_s, light.controller.red_s = times

    lamps = table(Kind.SCENE_LIGHTS, packets.get(Kind.SCENE_LIGHTS, b"\0\0"))
    if len(lamps):
        episode.street_lights.set([_lamp(row) for row in lamps])
    for row in table(Kind.DOORS, packets.get(Kind.DOORS, b"\0\0")):
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.vehicle is not None:
            door = frozenset({int(row["door"])} if row["door"] != _ALL_DOORS else range(4))
            doors = actor.vehicle.open_doors
            actor.vehicle.open_doors = doors | door if row["is_open"] else doors - door
    for row in table(Kind.POSES, packets.get(Kind.POSES, b"\0\0")):
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.walker is not None and np.isfinite(row["bones"]).all():
            actor.walker.bones, actor.walker.bones_share = row["bones"].copy(), _finite(row["share"])


def _lamp(row: np.void) -> LightState:
    """A street lamp; it stays where it stands."""
    red, green, blue = (round(min(max(_finite(v), 0.0), 1.0) * 255) for v in row["rgba"][:3])
    nowhere = (0.0, 0.0, 0.0)
    intensity_lm = _finite(row["intensity"])
    return LightState(
        int(row["id"]), nowhere, intensity_lm, int(row["group"]), (red, green, blue), active=bool(row["is_on"])
    )


def _controls(episode: Episode, stage: Stage, rows: Rows) -> None:
    """Controls of vehicles and walkers as the clients saw them."""
    for row in rows:
        actor = stage.player(int(row["actor_id"]))
        if actor is not None and actor.vehicle is not None:
            reverse, manual = bool(row["reverse"]), bool(row["manual_gear_shift"])
            _drive(episode, actor, _pedals(row, reverse=reverse, manual_gear_shift=manual))
        elif actor is not None and actor.walker is not None:
            x, y, z = (_finite(v) for v in row["walk_direction"])
            _walk(episode, actor, WalkerControl((x, y, z), _finite(row["walk_speed_mps"]), bool(row["walk_jump"])))


def _vehicles(episode: Episode, stage: Stage, rows: Rows) -> None:
    """Pedals and gear as stock CARLA records them."""
    for row in rows:
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.vehicle is not None:
            _drive(episode, actor, _pedals(row, reverse=int(row["gear"]) < 0, manual_gear_shift=False))


def _walkers(episode: Episode, stage: Stage, rows: Rows) -> None:
    """Speeds as stock CARLA records them: everyone walks where it looks."""
    for row in rows:
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.walker is not None:
            x, y, z = (float(v) for v in flip(episode.table.pose(actor.id)[:3, 0]))
            _walk(episode, actor, WalkerControl((x, y, z), _finite(row["speed_cmps"]) / CM_PER_M))


def _gaits(episode: Episode, stage: Stage, rows: Rows) -> None:
    """The phase of each walker's step, and who lies."""
    for row in rows:
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.walker is not None:
            episode.bodies.set_gait(actor, bool(row["is_down"]), _finite(row["walked_m"]))


def _vehicle_lights(_: Episode, stage: Stage, rows: Rows) -> None:
    for row in rows:
        actor = stage.player(int(row["id"]))
        if actor is not None and actor.vehicle is not None:
            actor.vehicle.lights = int(row["flags"])


def _traffic_lights(episode: Episode, stage: Stage, rows: Rows) -> None:
    for row in rows:
        light = _light(episode, stage, row)
        if light is not None and int(row["color"]) in _COLORS:
            light.color, light.controller.elapsed_s = int(row["color"]), _finite(row["elapsed_s"])
            light.cycle.frozen = bool(row["frozen"])
            light.cycle.take_up()


def _light(episode: Episode, stage: Stage, row: np.void) -> SignalLight | None:
    actor = stage.player(int(row["id"]))
    return None if actor is None else episode.signals.lights.get(actor.id)


def _pedals(row: np.void, reverse: bool, manual_gear_shift: bool) -> VehicleControl:
    return VehicleControl(
        throttle=_finite(row["throttle"]),
        steer=_finite(row["steer"]),
        brake=_finite(row["brake"]),
        hand_brake=bool(row["hand_brake"]),
        reverse=reverse,
        manual_gear_shift=manual_gear_shift,
        gear=int(row["gear"]),
    )


def _drive(episode: Episode, actor: Actor, control: VehicleControl) -> None:
    if actor.vehicle is not None and (actor.vehicle.control != control or actor.vehicle.ackermann is not None):
        actor.vehicle.ackermann = None
        episode.control_vehicle(actor, actor.vehicle, control)


def _walk(episode: Episode, actor: Actor, control: WalkerControl) -> None:
    if actor.walker is not None and actor.walker.control != control:
        episode.control_walker(actor, control)


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else 0.0


_Apply = Callable[["Episode", Stage, Rows], None]
_STATES: dict[Kind, _Apply] = {
    Kind.WORLD_STATE: _controls,
    Kind.VEHICLE_LIGHTS: _vehicle_lights,
    Kind.TRAFFIC_LIGHTS: _traffic_lights,
    Kind.GAITS: _gaits,
}
_COARSE_CONTROLS: dict[Kind, _Apply] = {Kind.VEHICLES: _vehicles, Kind.WALKERS: _walkers}
"""Where the clients' own records are missing."""
