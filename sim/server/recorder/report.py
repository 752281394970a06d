"""What a recording holds, as the lines that CARLA's tools read: events of its frames, or all there is."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sim.server.recorder.births import read_births
from sim.server.recorder.log_reader import Fields, Frame, LogReader, table
from sim.server.recorder.packets import F64, U16, U32, WHEEL, Kind
from sim.server.recorder.physics import NAMES, read_physics

MAX_TEXT_CHARS = 1 << 24
"""An answer of 16 MB: a long recording shown in full is cut there."""
_LAMPS = (
    (1, "Position"),
    (2, "LowBeam"),
    (4, "HighBeam"),
    (8, "Brake"),
    (16, "RightBlinker"),
    (32, "LeftBlinker"),
    (64, "Reverse"),
    (256, "Interior"),
    (128, "Fog"),
    (512, "Special1"),
    (1024, "Special2"),
)
_DOORS = ("Front Left", "Front Right", "Rear Left", "Rear Right", "Hood", "Trunk", "All")
_WEATHER = (
    *("Cloudiness", "Precipitation", "PrecipitationDeposits", "WindIntensity", "SunAzimuthAngle", "SunAltitudeAngle"),
    *("FogDensity", "FogDistance", "FogFalloff", "Wetness", "ScatteringIntensity", "MieScatteringScale"),
    *("RayleighScatteringScale", "DustStorm"),
)


def file_info(log: LogReader, show_all: bool) -> str:
    """The frames in which something happened, or all with everything in them.

    Raises:
        LogError: the recording is broken.
    """
    lines = list(head(log))
    size = 0
    for index in range(len(log)):
        found = list(_frame_lines(log, log.frame(index), show_all))
        size += sum(map(len, found)) + len(found)
        if size > MAX_TEXT_CHARS:
            lines.append(f"... and {len(log) - index} more frames: the text ends here")
            break
        lines += found
    return "\n".join([*lines, *foot(log)])


def head(log: LogReader) -> Iterator[str]:
    """Version, map and date."""
    header = log.header
    yield f"Version: {header.version}"
    yield f"Map: {header.map_name}"
    try:
        date = time.strftime("%x %X", time.localtime(header.date_s))
    except (OverflowError, ValueError, OSError):
        date = "unknown"
    yield f"Date: {date}"
    yield ""


def foot(log: LogReader) -> Iterator[str]:
    """Number of frames, length, and whether the end is missing."""
    last = log.frame(len(log) - 1) if len(log) else None
    yield ""
    yield f"Frames: {last.number if last else 0}"
    yield f"Duration: {last.elapsed_s if last else 0.0:g} seconds"
    if log.torn:
        yield f"Incomplete: {log.torn}"
    yield ""


def _frame_lines(log: LogReader, frame: Frame, show_all: bool) -> Iterator[str]:
    lines: list[str] = []
    for kind, payload in log.packets(frame):
        if kind in _EVENTS:
            lines += _EVENTS[kind](payload)
        elif show_all and kind in _DETAILS:
            lines += _DETAILS[kind](payload)
    if lines or show_all:
        yield f"Frame {frame.number} at {frame.elapsed_s:g} seconds"
        yield from lines
        yield ""


def _births(payload: bytes) -> Iterator[str]:
    for birth in read_births(payload):
        x, y, z = (100.0 * v for v in birth.pose.location_m)
        name = birth.description.blueprint_id
        yield f" Create {birth.actor_id}: {name} ({birth.actor_type}) at ({x:g}, {y:g}, {z:g})"
        for attribute in birth.description.attributes:
            yield f"  {attribute.name} = {attribute.value}"


def _deaths(payload: bytes) -> Iterator[str]:
    for row in table(Kind.DEATHS, payload):
        yield f" Destroy {row['id']}"


def _parents(payload: bytes) -> Iterator[str]:
    for row in table(Kind.PARENTS, payload):
        yield f" Parenting {row['id']} with {row['parent_id']} (parent)"


def _collisions(payload: bytes) -> Iterator[str]:
    for row in table(Kind.COLLISIONS, payload):
        first, second = (" (hero) " if row[side] else "" for side in ("a_is_hero", "b_is_hero"))
        yield f" Collision id {row['number']} between {row['id_a']}{first} with {row['id_b']}{second}"


def _weather(payload: bytes) -> Iterator[str]:
    rows = table(Kind.WEATHER, payload)
    yield f" Weathers: {len(rows)}"
    for row in rows:
        yield "  " + " ".join(f"{name}: {value:g}" for name, value in zip(_WEATHER, row["values"], strict=True))


def _session(payload: bytes) -> Iterator[str]:
    yield f" Session: {payload[:4096].decode('utf-8', 'replace')}"


_Lines = Callable[[bytes], Iterator[str]]
_EVENTS: dict[Kind, _Lines] = {
    Kind.BIRTHS: _births,
    Kind.DEATHS: _deaths,
    Kind.PARENTS: _parents,
    Kind.COLLISIONS: _collisions,
    Kind.WEATHER: _weather,
    Kind.SESSION: _session,
}


def _row_lines(kind: Kind, title: str, line: Callable[[np.void], str]) -> _Lines:
    """Lines of a packet of rows: how many, then one each."""

    def lines(payload: bytes) -> Iterator[str]:
        rows = table(kind, payload)
        yield f" {title}: {len(rows)}"
        for row in rows:
            yield "  " + line(row)

    return lines


def _triple(values: NDArray[np.float32]) -> str:
    return "({:g}, {:g}, {:g})".format(*values)


def _lamps(row: np.void) -> str:
    lit = [name for flag, name in _LAMPS if int(row["flags"]) & flag]
    return f"Id: {row['id']} {' '.join(lit) or 'None'}"


def _door(row: np.void) -> str:
    door = int(row["door"])
    name = _DOORS[door] if door < len(_DOORS) else f"door {door}"
    return f"Id: {row['id']} {name}: {'opened' if row['is_open'] else 'closed'}"


def _box(row: np.void) -> str:
    return f"Id: {row['id']} origin: {_triple(row['center_cm'])} extension: {_triple(row['half_cm'])}"


def _platform_time(payload: bytes) -> Iterator[str]:
    yield f" Current platform time: {Fields(payload).take(F64)[0]:g}"


def _physics(payload: bytes) -> Iterator[str]:
    vehicles = read_physics(payload)
    yield f" Physics Control events: {len(vehicles)}"
    for vehicle in vehicles:
        yield f"  Id: {vehicle.actor_id}"
        for name, value in zip(NAMES, vehicle.numbers, strict=True):
            shown = ("true" if value else "false") if name == "use_gear_autobox" else f"{value:g}"
            yield f"   {'use_gear_auto_box' if name == 'use_gear_autobox' else name} = {shown}"
        yield "   center_of_mass = ({:g}, {:g}, {:g})".format(*vehicle.center_of_mass_m)
        yield "   torque_curve =" + "".join(f" ({x:g}, {y:g})" for x, y in vehicle.torque_curve)
        yield "   steering_curve =" + "".join(f" ({x:g}, {y:g})" for x, y in vehicle.steering_curve)
        yield "   forward_gears:"
        for number, (ratio, down, up) in enumerate(vehicle.forward_gears):
            yield f"    gear {number}: ratio {ratio:g} down_ratio {down:g} up_ratio {up:g}"
        yield "   wheels:"
        for number, wheel in enumerate(vehicle.wheels):
            yield (
                f"    wheel {number}: tire_friction {wheel[0]:g} damping_rate {wheel[1]:g} max_steer_angle {wheel[2]:g}"
                f" radius {wheel[3]:g} max_brake_torque {wheel[4]:g} max_handbrake_torque {wheel[5]:g}"
                f" position ({wheel[9]:g}, {wheel[10]:g}, {wheel[11]:g})"
            )


def _wheels(payload: bytes) -> Iterator[str]:
    fields = Fields(payload)
    count = fields.count(U16, 8)
    yield f" Vehicle wheel animations: {count}"
    for _ in range(count):
        identity = fields.take(U32)[0]
        wheels = [fields.take(_WHEEL) for _ in range(fields.count(U32, WHEEL.itemsize))]
        yield f"  Id: {identity} Steering: " + " ".join(f"{steer:g}" for _, steer, _ in wheels)


def _bones(payload: bytes) -> Iterator[str]:
    fields = Fields(payload)
    count = fields.count(U16, 6)
    yield f" Walkers Bones: {count}"
    for _ in range(count):
        yield f"  Id: {fields.take(U32)[0]}"
        for _ in range(fields.count(U16, 26)):
            name, values = fields.text(), fields.take(_SIX)
            place, turn = ("({:g}, {:g}, {:g})".format(*part) for part in (values[:3], values[3:]))
            yield f'     Bone: "{name}" relative: Loc{place} Rot{turn}'


_WHEEL = struct.Struct("<Bff")
_SIX = struct.Struct("<6f")
_DETAILS: dict[Kind, _Lines] = {
    Kind.POSITIONS: _row_lines(
        Kind.POSITIONS,
        "Positions",
        lambda r: f"Id: {r['id']} Location: {_triple(r['location_cm'])} Rotation: {_triple(r['roll_pitch_yaw_deg'])}",
    ),
    Kind.TRAFFIC_LIGHTS: _row_lines(
        Kind.TRAFFIC_LIGHTS,
        "State traffic lights",
        lambda r: f"Id: {r['id']} state: {r['color']} frozen: {r['frozen']} elapsedTime: {r['elapsed_s']:g}",
    ),
    Kind.VEHICLES: _row_lines(
        Kind.VEHICLES,
        "Vehicle animations",
        lambda r: (
            f"Id: {r['id']} Steering: {r['steer']:g} Throttle: {r['throttle']:g} Brake: {r['brake']:g} "
            f"Handbrake: {r['hand_brake']} Gear: {r['gear']}"
        ),
    ),
    Kind.WALKERS: _row_lines(Kind.WALKERS, "Walker animations", lambda r: f"Id: {r['id']} speed: {r['speed_cmps']:g}"),
    Kind.DOORS: _row_lines(Kind.DOORS, "Vehicle door animations", _door),
    Kind.VEHICLE_LIGHTS: _row_lines(Kind.VEHICLE_LIGHTS, "Vehicle light animations", _lamps),
    Kind.SCENE_LIGHTS: _row_lines(
        Kind.SCENE_LIGHTS,
        "Scene light changes",
        lambda r: (
            f"Id: {r['id']} enabled: {'True' if r['is_on'] else 'False'} intensity: {r['intensity']:g} "
            f"RGB_color: {_triple(r['rgba'][:3])}"
        ),
    ),
    Kind.KINEMATICS: _row_lines(
        Kind.KINEMATICS,
        "Dynamic actors",
        lambda r: (
            f"Id: {r['id']} linear_velocity: {_triple(r['velocity_mps'])} "
            f"angular_velocity: {_triple(r['angular_velocity_degps'])}"
        ),
    ),
    Kind.BOUNDING_BOXES: _row_lines(Kind.BOUNDING_BOXES, "Actor bounding boxes", _box),
    Kind.TRIGGER_VOLUMES: _row_lines(Kind.TRIGGER_VOLUMES, "Actor trigger volumes", _box),
    Kind.PLATFORM_TIME: _platform_time,
    Kind.PHYSICS: _physics,
    Kind.TRAFFIC_LIGHT_TIMES: _row_lines(
        Kind.TRAFFIC_LIGHT_TIMES,
        "Traffic Light time events",
        lambda r: f"Id: {r['id']} green_time: {r['green_s']:g} yellow_time: {r['yellow_s']:g} red_time: {r['red_s']:g}",
    ),
    Kind.WHEELS: _wheels,
    Kind.BONES: _bones,
    Kind.IMPULSES: _row_lines(
        Kind.IMPULSES,
        "Collision impulses",
        lambda r: f"Id: {r['id_a']} with {r['id_b']} impulse on the first: {_triple(r['impulse_on_a_ns'])}",
    ),
}
