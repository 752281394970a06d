"""The wire structs of CARLA's calls: msgpack arrays by position, checked on the way in and packed on the way out."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

Vector3 = tuple[float, float, float]
"""x, y, z in CARLA's left-handed frame; for rotations pitch, yaw, roll in degrees."""

UInt8 = Annotated[int, 0, (1 << 8) - 1]
UInt32 = Annotated[int, 0, (1 << 32) - 1]
Int32 = Annotated[int, -(1 << 31), (1 << 31) - 1]
"""Whole numbers that clients are told again: one that does not fit would end the client that reads it."""

Convert = Callable[[Any], Any]


class LayoutError(ValueError):
    """A value from the wire that does not fit its struct; the message says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class CarlaTransform:
    """Location x, y, z in metres and rotation pitch, yaw, roll in degrees, left-handed."""

    location_m: Vector3 = (0.0, 0.0, 0.0)
    rotation_deg: Vector3 = (0.0, 0.0, 0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class BoundingBox:
    """A box of half sizes `extent_m`, relative to its actor (or in the world for boxes of the level)."""

    location_m: Vector3
    extent_m: Vector3
    rotation_deg: Vector3 = (0.0, 0.0, 0.0)
    actor_id: UInt32 = 0


@dataclasses.dataclass(frozen=True, slots=True)
class AttributeValue:
    """One attribute of an actor: `kind` is carla.ActorAttributeType."""

    name: str
    kind: UInt8
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class ActorDescription:
    """What a client asks to be spawned: blueprint number, blueprint id, attributes."""

    uid: UInt32
    blueprint_id: str
    attributes: list[AttributeValue] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class EpisodeSettings:
    """carla.WorldSettings with the defaults of a fresh server."""

    synchronous_mode: bool = False
    no_rendering_mode: bool = False
    fixed_delta_s: float | None = None
    substepping: bool = True
    max_substep_delta_s: float = 0.01
    max_substeps: Int32 = 10
    max_culling_distance_m: float = 0.0
    deterministic_ragdolls: bool = True
    tile_stream_distance_m: float = 3000.0
    actor_active_distance_m: float = 2000.0
    spectator_as_ego: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class WeatherParameters:
    """carla.WeatherParameters: percentages and degrees, with the defaults of a fresh server."""

    cloudiness: float = 0.0
    precipitation: float = 0.0
    precipitation_deposits: float = 0.0
    wind_intensity: float = 10.0
    sun_azimuth_deg: float = -1.0
    sun_altitude_deg: float = 45.0
    fog_density: float = 2.0
    fog_distance_m: float = 0.75
    fog_falloff: float = 0.1
    wetness: float = 0.0
    scattering_intensity: float = 1.0
    mie_scattering_scale: float = 0.03
    rayleigh_scattering_scale: float = 0.0331
    dust_storm: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class VehicleControl:
    """Pedals in [0, 1] and steering in [-1, 1], right +."""

    throttle: float = 0.0
    steer: float = 0.0
    brake: float = 0.0
    hand_brake: bool = False
    reverse: bool = False
    manual_gear_shift: bool = False
    gear: Int32 = 0


@dataclasses.dataclass(frozen=True, slots=True)
class AckermannControl:
    """carla.VehicleAckermannControl: angles in radians (right +), speed in m/s."""

    steer_rad: float = 0.0
    steer_speed_radps: float = 0.0
    speed_mps: float = 0.0
    acceleration_mps2: float = 0.0
    jerk_mps3: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class AckermannSettings:
    """Gains of the Ackermann controller, CARLA's defaults."""

    speed_kp: float = 0.15
    speed_ki: float = 0.0
    speed_kd: float = 0.25
    accel_kp: float = 0.01
    accel_ki: float = 0.0
    accel_kd: float = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class WalkerControl:
    """Walk along `direction` (left-handed world) at `speed_mps`."""

    direction: Vector3 = (1.0, 0.0, 0.0)
    speed_mps: float = 0.0
    jump: bool = False


@cache
def unpacker(hint: Any) -> Convert:
    """The function that checks a wire value against a type: scalars, tuples, lists, optionals, structs of this module.

    Structs may be shorter (their defaults fill in) or longer than declared, as stock CARLA accepts them.
    """
    origin = get_origin(hint)
    if hint is Any or hint is list:
        return _anything
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _struct_unpacker(hint)
    if origin is Annotated:
        return _whole_number_unpacker(*get_args(hint)[1:])
    if origin in (Union, types.UnionType):
        return _optional_unpacker(hint)
    if origin is tuple:
        return _tuple_unpacker(get_args(hint))
    if origin is list:
        return _list_unpacker(unpacker(get_args(hint)[0]))
    raise TypeError(f"no wire layout for {hint}")


def to_wire(value: Any) -> Any:
    """Plain msgpack values of structs, however deep."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        optional = _optional_fields(type(value))
        packed = []
        for name in _field_names(type(value)):
            item = getattr(value, name)
            if name in optional:
                packed.append([False] if item is None else [True, to_wire(item)])
            else:
                packed.append(to_wire(item))
        return packed
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    return value


@cache
def _field_names(struct_type: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(struct_type))


@cache
def _optional_fields(struct_type: type) -> frozenset[str]:
    hints = get_type_hints(struct_type)
    return frozenset(name for name, hint in hints.items() if get_origin(hint) in (Union, types.UnionType))


_FLOAT32_MAX = 3.4e38
"""Clients send float32, and are told float32: what does not fit is as good as infinite."""


def _anything(value: Any) -> Any:
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FLOAT32_MAX:
        raise LayoutError(f"{value!r:.60}, want a finite number")
    return float(value)


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise LayoutError(f"{value!r:.60}, want an integer")
    return value


def _bool(value: Any) -> bool:
    if value not in (True, False):
        raise LayoutError(f"{value!r:.60}, want true or false")
    return bool(value)


def _str(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if not isinstance(value, str):
        raise LayoutError(f"{value!r:.60}, want a string")
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise LayoutError(f"{value!r:.60}, want bytes")
    return value


_SCALARS: dict[Any, Convert] = {float: _float, int: _int, bool: _bool, str: _str, bytes: _bytes}


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise LayoutError(f"{value!r:.60}, want an array")
    return value


def _whole_number_unpacker(lowest: int, highest: int) -> Convert:
    def convert(value: Any) -> int:
        number = _int(value)
        if not lowest <= number <= highest:
            raise LayoutError(f"{number}, want {lowest} to {highest}")
        return number

    return convert


def _struct_unpacker(struct_type: type) -> Convert:
    hints = get_type_hints(struct_type, include_extras=True)
    converters = [unpacker(hints[field.name]) for field in dataclasses.fields(struct_type)]

    def convert(value: Any) -> Any:
        items = _items(value)
        try:
            return struct_type(*(c(item) for c, item in zip(converters, items, strict=False)))
        except TypeError as error:
            raise LayoutError(f"{struct_type.__name__}: {len(items)} items are too few") from error

    return convert


def _optional_unpacker(hint: Any) -> Convert:
    inner = unpacker(next(arg for arg in get_args(hint) if arg is not type(None)))

    def convert(value: Any) -> Any:
        items = _items(value)
        return inner(items[1]) if len(items) > 1 and items[0] else None

    return convert


def _tuple_unpacker(hints: tuple[Any, ...]) -> Convert:
    converters = [unpacker(hint) for hint in hints]

    def convert(value: Any) -> tuple[Any, ...]:
        items = _items(value)
        if len(items) != len(converters):
            raise LayoutError(f"array of {len(items)}, want {len(converters)} items")
        return tuple(c(item) for c, item in zip(converters, items, strict=True))

    return convert


def _list_unpacker(inner: Convert) -> Convert:
    def convert(value: Any) -> list[Any]:
        return [inner(item) for item in _items(value)]

    return convert
