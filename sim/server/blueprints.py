"""What can be spawned: blueprint ids, true sizes and attributes, from `blueprints.csv` and `sensor_blueprints.toml`."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sim.server.layouts import AttributeValue


class AttributeKind(IntEnum):
    """carla.ActorAttributeType."""

    BOOL = 1
    INT = 2
    FLOAT = 3
    STRING = 4
    COLOR = 5


class ActorKind(Enum):
    """What an actor is to the server."""

    VEHICLE = "vehicle"
    WALKER = "walker"
    SENSOR = "sensor"
    PROP = "static"
    TRAFFIC_LIGHT = "traffic light"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a blueprint; `choices` are recommended values, or the only ones if `restricted`."""

    name: str
    kind: int
    value: str
    choices: list[str]
    modifiable: bool = True
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One thing that can be spawned; `size_lwh_m` is all zero for what has no body."""

    uid: int
    id: str
    tags: str
    attributes: tuple[Attribute, ...]
    kind: ActorKind
    size_lwh_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    base_type: str = ""

    @property
    def semantic_tag(self) -> int:
        """carla.CityObjectLabel of the body, 0 for none."""
        if self.kind is ActorKind.PROP:
            return STATIC_TAG
        return _SEMANTIC_TAGS.get(self.base_type if self.kind is ActorKind.VEHICLE else self.kind.value, 0)

    def completed(self, given: list[AttributeValue]) -> list[AttributeValue]:
        """The attributes an actor gets: what the client sent, then the defaults of those it left out."""
        have = {attribute.name for attribute in given}
        rest = [AttributeValue(a.name, a.kind, a.value) for a in self.attributes if a.name not in have]
        return [*given, *rest]


STATIC_TAG = 20
_SEMANTIC_TAGS = {
    "walker": 12,
    "car": 14,
    "van": 14,
    "truck": 15,
    "bus": 16,
    "motorcycle": 18,
    "bicycle": 19,
    "traffic light": 7,
}
_COLORS = ["17,37,103", "180,20,20", "240,240,240", "25,25,25", "120,124,128", "60,90,60"]


@cache
def library() -> Mapping[str, Blueprint]:
    """All blueprints by id, in the order the client gets them."""
    blueprints: dict[str, Blueprint] = {}
    for make in (_bodies, _sensors, _others):
        for blueprint in make(len(blueprints) + 1):
            blueprints[blueprint.id] = blueprint
    return MappingProxyType(blueprints)


def definitions() -> list[list[object]]:
    """The wire form of all blueprints."""
    return [
        [b.uid, b.id, b.tags, [[a.name, a.kind, a.value, a.choices, a.modifiable, a.restricted] for a in b.attributes]]
        for b in library().values()
    ]


def kind_of(blueprint_id: str) -> ActorKind:
    """What the id's first words make of an actor."""
    if blueprint_id.startswith("traffic.traffic_light"):
        return ActorKind.TRAFFIC_LIGHT
    first = blueprint_id.split(".", 1)[0]
    return ActorKind(first) if first in ("vehicle", "walker", "sensor", "static") else ActorKind.OTHER


def _bodies(first_uid: int) -> Iterator[Blueprint]:
    text = files("sim.server").joinpath("blueprints.csv").read_text(encoding="utf-8")
    for uid, row in enumerate(csv.DictReader(text.splitlines()), start=first_uid):
        kind = kind_of(row["id"])
        attributes = {ActorKind.VEHICLE: _vehicle, ActorKind.WALKER: _walker}.get(kind, _prop)(row)
        size = (float(row["length_m"]), float(row["width_m"]), float(row["height_m"]))
        tags = row["id"].replace(".", ",")
        yield Blueprint(uid, row["id"], tags, tuple(attributes), kind, size, row["base_type"])


def _vehicle(row: dict[str, str]) -> list[Attribute]:
    return [
        Attribute("color", AttributeKind.COLOR, _COLORS[0], _COLORS),
        Attribute("driver_id", AttributeKind.INT, "0", ["0"]),
        Attribute("sticky_control", AttributeKind.BOOL, "true", []),
        Attribute("terramechanics", AttributeKind.BOOL, "false", []),
        Attribute("role_name", AttributeKind.STRING, "autopilot", ["autopilot", "scenario", "ego_vehicle"]),
        _fixed("object_type", AttributeKind.STRING, ""),
        _fixed("base_type", AttributeKind.STRING, row["base_type"]),
        _fixed("special_type", AttributeKind.STRING, row["special_type"]),
        _fixed("number_of_wheels", AttributeKind.INT, row["wheels"]),
        _fixed("generation", AttributeKind.INT, row["generation"]),
        _fixed("has_lights", AttributeKind.BOOL, _truth(row["lights"])),
        _fixed("has_dynamic_doors", AttributeKind.BOOL, _truth(row["doors"])),
    ]


def _walker(row: dict[str, str]) -> list[Attribute]:
    attributes = [
        Attribute("role_name", AttributeKind.STRING, "pedestrian", ["pedestrian"]),
        Attribute("is_invincible", AttributeKind.BOOL, "true", []),
        Attribute("speed", AttributeKind.FLOAT, "1.4", ["0.0", "1.4", "2.8"]),
        _fixed("gender", AttributeKind.STRING, row["gender"]),
        _fixed("age", AttributeKind.STRING, row["age"]),
        _fixed("generation", AttributeKind.INT, row["generation"]),
        _fixed("can_use_wheelchair", AttributeKind.BOOL, "false"),
    ]
    if row["id"].startswith("walker.moosetest."):
        attributes.append(Attribute("clothing_reflectance", AttributeKind.FLOAT, "1.0", ["0.1", "1.0"]))
    return attributes


def _prop(row: dict[str, str]) -> list[Attribute]:
    size = "big" if float(row["height_m"]) > 2.0 else "medium" if float(row["height_m"]) > 0.8 else "small"
    attributes = [
        Attribute("role_name", AttributeKind.STRING, "prop", ["prop"]),
        _fixed("size", AttributeKind.STRING, size),
    ]
    if row["id"] == "static.moosetest.billboard":
        attributes.append(Attribute("picture", AttributeKind.STRING, "", ["", "person", "people", "child"]))
        attributes.append(Attribute("picture_scale", AttributeKind.FLOAT, "1.0", ["0.5", "1.0"]))
    return attributes


def _sensors(first_uid: int) -> Iterator[Blueprint]:
    table = tomllib.loads(files("sim.server").joinpath("sensor_blueprints.toml").read_text(encoding="utf-8"))
    for uid, (name, groups) in enumerate(table["sensors"].items(), start=first_uid):
        attributes = [Attribute("role_name", AttributeKind.STRING, "front", [])]
        for group in groups:
            attributes += [_sensor_attribute(key, value) for key, value in table["groups"][group].items()]
        yield Blueprint(uid, name, name.replace(".", ","), tuple(attributes), ActorKind.SENSOR)


def _sensor_attribute(name: str, default: bool | int | float | str) -> Attribute:
    if isinstance(default, bool):
        return Attribute(name, AttributeKind.BOOL, _truth(default), [])
    kinds = {int: AttributeKind.INT, float: AttributeKind.FLOAT, str: AttributeKind.STRING}
    return Attribute(name, kinds[type(default)], str(default), [str(default)])


def _others(first_uid: int) -> Iterator[Blueprint]:
    role = Attribute("role_name", AttributeKind.STRING, "default", [])
    yield Blueprint(first_uid, "controller.ai.walker", "controller,ai,walker", (role,), ActorKind.OTHER)


def _fixed(name: str, kind: int, value: str) -> Attribute:
    return Attribute(name, kind, value, [], modifiable=False)


def _truth(value: object) -> str:
    return "true" if value in (True, "1") else "false"
