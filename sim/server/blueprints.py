"""What can be spawned: blueprint ids, true sizes and attributes, from `blueprints.csv` and `sensor_blueprints.toml`."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sim.assets.animals.names import ANIMALS
from sim.assets.catalog import assets
from sim.assets.laid import MARKING
from sim.assets.people.walker import stature_m
from sim.assets.props.obstacles import MOVABLE, PREFIX
from sim.assets.signs.faces import FACES
from sim.render.quality import Quality
from sim.server.calls import CallError
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
    TRAFFIC_SIGN = "traffic sign"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a blueprint.

    Args:
        name: its id.
        kind: an `AttributeKind`.
        value: the default.
        choices: recommended values, or the only ones if `restricted`.
        modifiable: whether a client may set it.
        restricted: only the choices are allowed.
        limits: least and greatest number; CARLA tells clients of no such limits, but cannot do what is outside either.
        otherwise: the kind that a value must be of which is not the default, 0 for any.
    """

    name: str
    kind: int
    value: str
    choices: list[str]
    modifiable: bool = True
    restricted: bool = False
    limits: tuple[float, float] = (-math.inf, math.inf)
    otherwise: int = 0

    def check(self, value: str) -> None:
        """Refuse a value that is none of this attribute.

        Raises:
            CallError: wrong kind, not one of the only choices, or outside the limits.
        """
        kind = AttributeKind(self.kind if value == self.value else self.otherwise or self.kind)
        if not _READABLE[kind](value):
            raise CallError(f"attribute {self.name}: {value[:40]!r} is not {_KIND_WORDS[kind]}")
        if self.restricted and value not in self.choices:
            raise CallError(f"attribute {self.name}: {value[:40]!r} is not one of {', '.join(self.choices)}")
        low, high = self.limits
        if self.kind in (AttributeKind.INT, AttributeKind.FLOAT) and not low <= float(value) <= high:
            raise CallError(f"attribute {self.name}: {value} is not within {low:g} and {high:g}")


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
        if self.id in ANIMALS or self.id.removeprefix(PREFIX) in MOVABLE:
            return DYNAMIC_TAG
        if self.id == TRAFFIC_SIGN:
            return TRAFFIC_SIGN_TAG
        if self.id == MARKING:
            return ROAD_LINE_TAG
        if self.id == SIGNAL_HEAD:
            return TRAFFIC_LIGHT_TAG
        if self.kind is ActorKind.PROP:
            return STATIC_TAG
        return _SEMANTIC_TAGS.get(self.base_type if self.kind is ActorKind.VEHICLE else self.kind.value, 0)

    def completed(self, given: list[AttributeValue]) -> list[AttributeValue]:
        """The attributes an actor gets: what the client sent, then the defaults of those it left out.

        What the blueprint does not have is kept unread, as in CARLA.

        Raises:
            CallError: a value that its attribute cannot have.
        """
        known = {attribute.name: attribute for attribute in self.attributes}
        for sent in given:
            if sent.name in known:
                known[sent.name].check(sent.value)
        have = {attribute.name for attribute in given}
        rest = [AttributeValue(a.name, a.kind, a.value) for a in self.attributes if a.name not in have]
        completed = [*given, *rest]
        pixels = math.prod(float(a.value) for a in completed if a.name in known and a.name in _SIDES)
        if pixels > MOST_PIXELS:
            raise CallError(f"{self.id}: a picture of {pixels:.3g} pixels, want at most {MOST_PIXELS}")
        return completed


def _is_finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_color(value: str) -> bool:
    parts = value.split(",")
    return len(parts) == 3 and all(part.strip().isdecimal() and float(part) <= 255.0 for part in parts)


MOST_PIXELS = 1 << 25
"""Of one picture: 8K (7680 x 4320) fits."""
_SIDES = ("image_size_x", "image_size_y")
_READABLE: dict[AttributeKind, Callable[[str], bool]] = {
    AttributeKind.BOOL: lambda value: value.lower() in ("true", "false", "1", "0"),
    AttributeKind.INT: _is_finite,  # CARLA drops what is behind the point
    AttributeKind.FLOAT: _is_finite,
    AttributeKind.STRING: lambda value: True,
    AttributeKind.COLOR: _is_color,
}
_KIND_WORDS = {
    AttributeKind.BOOL: "true or false",
    AttributeKind.INT: "a finite number",
    AttributeKind.FLOAT: "a finite number",
    AttributeKind.COLOR: "a colour like 255,255,255",
}
TRAFFIC_SIGN_TAG = 8
STATIC_TAG = 20
ROAD_LINE_TAG = 24
TRAFFIC_LIGHT_TAG = 7
DYNAMIC_TAG = 21
"""CARLA's label for what may move and is neither vehicle nor person: its documentation names animals."""
STATURE = "height_m"
STATURES_M = (0.5, 2.2)
POSTER_SIDES_M = (0.1, 12.0)
MARKING_SIDES_M = (0.1, 50.0)
DYED = frozenset({"walker.moosetest.adult", "walker.moosetest.child", "walker.moosetest.board_carrier"})
"""Walkers whose cloth is their clothes alone, at every distance."""
BOARDS = frozenset({"static.moosetest.billboard", "static.moosetest.poster"})
"""Show a picture: one that has a name, or a file on the server's machine."""
PICTURE_FILE = "picture_file"
POSTER = "static.moosetest.poster"
TRAFFIC_SIGN = "static.moosetest.traffic_sign"
SIGNAL_HEAD = "static.moosetest.signal_head"
SIGNAL_STATES = {"red": 0, "amber": 1, "green": 2, "off": 3}
"""carla.TrafficLightState by the words of the attribute `state`."""
_PICTURES = ["", "person", "people", "child", "car"]
MESH_PROP = "static.prop.mesh"
"""Looks like the blueprint that its `mesh_path` names."""
SNOW = "static.moosetest.snow"
WORN_LINES = "static.moosetest.worn_lines"
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
_UNPAINTED = frozenset({"vehicle.tesla.cybertruck"})
"""Has no `color` in CARLA."""
_WITH_DRIVER = frozenset({"vehicle.lincoln.mkz_2020"})
"""Has a `driver_id` in CARLA, as all two-wheelers have."""
_SENSOR_ROLES = ["front", "back", "left", "right", "front_left", "front_right", "back_left", "back_right"]
_COLORS = ["17,37,103", "180,20,20", "240,240,240", "25,25,25", "120,124,128", "60,90,60"]


@cache
def library() -> Mapping[str, Blueprint]:
    """All blueprints by id, in the order the client gets them."""
    blueprints: dict[str, Blueprint] = {}
    for make in (_bodies, _sensors, _others):
        for blueprint in make(len(blueprints) + 1):
            blueprints[blueprint.id] = blueprint
    return MappingProxyType(blueprints)


def definitions(camera_quality: Quality = Quality.HIGH) -> list[list[object]]:
    """The wire form of all blueprints; cameras are of `camera_quality` unless a client sets another."""
    return [[b.uid, b.id, b.tags, [_wire(a, camera_quality) for a in b.attributes]] for b in library().values()]


def _wire(a: Attribute, camera_quality: Quality) -> list[object]:
    value = camera_quality.value if a.name == "moosetest_quality" else a.value
    return [a.name, a.kind, value, a.choices, a.modifiable, a.restricted]


def kind_of(blueprint_id: str) -> ActorKind:
    """What the id's first words make of an actor."""
    if blueprint_id.startswith("traffic.traffic_light"):
        return ActorKind.TRAFFIC_LIGHT
    if blueprint_id.startswith("traffic."):
        return ActorKind.TRAFFIC_SIGN
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
    attributes = _of_every_actor(["autopilot", "scenario", "ego_vehicle"])
    if row["id"] not in _UNPAINTED:
        attributes.append(Attribute("color", AttributeKind.COLOR, _COLORS[0], _COLORS))
    if row["wheels"] == "2" or row["id"] in _WITH_DRIVER:
        attributes.append(Attribute("driver_id", AttributeKind.INT, "0", ["0"], restricted=True))
    return [
        *attributes,
        _free("sticky_control", AttributeKind.BOOL, "true"),
        _free("terramechanics", AttributeKind.BOOL, "false"),
        _fixed("object_type", AttributeKind.STRING, ""),
        _fixed("base_type", AttributeKind.STRING, row["base_type"]),
        _fixed("special_type", AttributeKind.STRING, row["special_type"]),
        _fixed("number_of_wheels", AttributeKind.INT, row["wheels"]),
        _fixed("generation", AttributeKind.INT, row["generation"]),
        _fixed("has_lights", AttributeKind.BOOL, _truth(row["lights"])),
        _fixed("has_dynamic_doors", AttributeKind.BOOL, _truth(row["doors"])),
        Attribute("moosetest_lamps", AttributeKind.FLOAT, "1.0", ["0.0", "1.0"], limits=(0.0, 1.0)),
    ]


def _walker(row: dict[str, str]) -> list[Attribute]:
    attributes = [
        *_of_every_actor(["pedestrian"]),
        _free("is_invincible", AttributeKind.BOOL, "true"),
        Attribute("speed", AttributeKind.FLOAT, "1.4", ["0.0", "1.4", "2.8"]),
        # CARLA tells that no more is to be chosen, but takes "true" for any walker: traffic scripts set it unseen.
        Attribute("use_wheelchair", AttributeKind.BOOL, "false", ["false"]),
        _fixed("gender", AttributeKind.STRING, row["gender"]),
        _fixed("age", AttributeKind.STRING, row["age"]),
        _fixed("generation", AttributeKind.INT, row["generation"]),
        _fixed("can_use_wheelchair", AttributeKind.BOOL, "false"),
    ]
    if row["id"].startswith("walker.moosetest.") and row["id"] not in ANIMALS:
        attributes.append(Attribute("clothing_reflectance", AttributeKind.FLOAT, "1.0", ["0.1", "1.0"]))
        own_m = f"{stature_m(assets()[row['id']]):g}"
        attributes.append(Attribute(STATURE, AttributeKind.FLOAT, own_m, [own_m], limits=STATURES_M))
    if row["id"] in DYED:
        # no COLOR: that no client could read, as long as nobody has chosen one
        attributes.append(Attribute("clothing_color", AttributeKind.STRING, "", [""], otherwise=AttributeKind.COLOR))
    return attributes


def _prop(row: dict[str, str]) -> list[Attribute]:
    size = "big" if float(row["height_m"]) > 2.0 else "medium" if float(row["height_m"]) > 0.8 else "small"
    attributes = [*_of_every_actor(["prop"]), _fixed("size", AttributeKind.STRING, size)]
    if row["id"] == TRAFFIC_SIGN:
        attributes.append(Attribute("face", AttributeKind.STRING, FACES[0], list(FACES), restricted=True))
    if row["id"] in BOARDS:
        attributes.append(Attribute("picture", AttributeKind.STRING, "", _PICTURES, restricted=True))
        attributes.append(Attribute("picture_scale", AttributeKind.FLOAT, "1.0", ["0.5", "1.0"]))
        attributes.append(_free(PICTURE_FILE, AttributeKind.STRING, ""))
    if row["id"] == SIGNAL_HEAD:
        states = list(SIGNAL_STATES)
        attributes.append(Attribute("state", AttributeKind.STRING, states[0], states, restricted=True))
    if row["id"] == MARKING:
        for name in ("length_m", "width_m"):
            attributes.append(Attribute(name, AttributeKind.FLOAT, row[name], [row[name]], limits=MARKING_SIDES_M))
        attributes.append(Attribute("contrast", AttributeKind.FLOAT, "1.0", ["0.3", "1.0"], limits=(0.0, 1.0)))
        attributes.append(_free(PICTURE_FILE, AttributeKind.STRING, ""))
    if row["id"] == POSTER:
        for name, own in (("width_m", row["width_m"]), ("height_m", row["height_m"])):
            attributes.append(Attribute(name, AttributeKind.FLOAT, own, [own], limits=POSTER_SIDES_M))
    return attributes


def _sensors(first_uid: int) -> Iterator[Blueprint]:
    table = tomllib.loads(files("sim.server").joinpath("sensor_blueprints.toml").read_text(encoding="utf-8"))
    limits, choices = table["limits"], table["choices"]
    for uid, (name, groups) in enumerate(table["sensors"].items(), start=first_uid):
        attributes = _of_every_actor(_SENSOR_ROLES)
        for group in groups:
            for key, value in table["groups"][group].items():
                low, high = limits.get(key, (-math.inf, math.inf))
                attributes.append(_sensor_attribute(key, value, choices.get(key, []), (low, high)))
        yield Blueprint(uid, name, name.replace(".", ","), tuple(attributes), ActorKind.SENSOR)


def _sensor_attribute(
    name: str, default: bool | int | float | str, only: list[str], limits: tuple[float, float]
) -> Attribute:
    kinds = {bool: AttributeKind.BOOL, int: AttributeKind.INT, float: AttributeKind.FLOAT, str: AttributeKind.STRING}
    value = _truth(default) if isinstance(default, bool) else str(default)
    return Attribute(name, kinds[type(default)], value, only or [value], restricted=bool(only), limits=limits)


def _others(first_uid: int) -> Iterator[Blueprint]:
    for uid, name in enumerate(("controller.ai.walker", "util.actor.empty"), start=first_uid):
        attributes = tuple(_of_every_actor(["default"]))
        yield Blueprint(uid, name, name.replace(".", ","), attributes, ActorKind.OTHER)
    box = [_free(f"extent_{axis}", AttributeKind.FLOAT, "1.0") for axis in "xyz"]  # half sizes in cm
    trigger = (*_of_every_actor(["default"]), _free("friction", AttributeKind.FLOAT, "3.5"), *box)
    yield Blueprint(first_uid + 2, "static.trigger.friction", "static,trigger,friction", trigger, ActorKind.OTHER)
    yield _mesh_prop(first_uid + 3)
    yield _snow(first_uid + 4)
    yield _worn_lines(first_uid + 5)


def _mesh_prop(uid: int) -> Blueprint:
    """A prop of a client's choice: its `mesh_path` is the id of a prop or a vehicle, "" is nothing to see."""
    scale = Attribute("scale", AttributeKind.FLOAT, "1.0", ["1.0"], limits=(0.01, 100.0))
    mass = Attribute("mass", AttributeKind.FLOAT, "0.0", ["0.0"], limits=(0.0, 1e6))
    own = (_free("mesh_path", AttributeKind.STRING, ""), mass, scale)
    return Blueprint(uid, MESH_PROP, "static,prop,mesh", (*_of_every_actor(["prop"]), *own), ActorKind.PROP)


def _snow(uid: int) -> Blueprint:
    """Winter for as long as it is in the world, wherever it stands: CARLA's weather knows no snow."""
    fall = Attribute("snowfall_mm_per_h", AttributeKind.FLOAT, "1.0", ["0.0", "1.0", "5.0"], limits=(0.0, 50.0))
    cover = Attribute("snow_cover", AttributeKind.FLOAT, "0.8", ["0.0", "0.8", "1.0"], limits=(0.0, 1.0))
    return Blueprint(uid, SNOW, "static,moosetest,snow", (*_of_every_actor(["prop"]), fall, cover), ActorKind.OTHER)


def _worn_lines(uid: int) -> Blueprint:
    """Old paint on all roads for as long as it is in the world, wherever it stands."""
    contrast = Attribute("contrast", AttributeKind.FLOAT, "0.3", ["0.0", "0.3", "1.0"], limits=(0.0, 1.0))
    own = (*_of_every_actor(["prop"]), contrast)
    return Blueprint(uid, WORN_LINES, "static,moosetest,worn_lines", own, ActorKind.OTHER)


def _of_every_actor(roles: list[str]) -> list[Attribute]:
    """What all of CARLA's blueprints have. Nothing is published to ROS here: the values are kept and told, no more."""
    return [
        Attribute("role_name", AttributeKind.STRING, roles[0], roles),
        _free("ros_name", AttributeKind.STRING, ""),
        _free("ros_frame_id", AttributeKind.STRING, ""),
        _free("ros_publish_tf", AttributeKind.BOOL, "true"),
    ]


def _free(name: str, kind: int, value: str) -> Attribute:
    """An attribute that recommends its default alone."""
    return Attribute(name, kind, value, [value])


def _fixed(name: str, kind: int, value: str) -> Attribute:
    return Attribute(name, kind, value, [], modifiable=False)


def _truth(value: object) -> str:
    return "true" if value in (True, "1") else "false"
