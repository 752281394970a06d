"""The map of an episode: what clients are told of it, and what the server asks it: ground, lanes, speed limits."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from sim.server.layouts import CarlaTransform
from sim.server.poses import FloatArray, to_carla
from sim.world.maps.data import MapData

if TYPE_CHECKING:
    import carla

_LOG = logging.getLogger(__name__)

DEFAULT_SPEED_KMPH = 50.0
"""§ 3 StVO: the limit in towns where a road says nothing."""
_KMPH_PER_UNIT = {"km/h": 1.0, "mph": 1.609344, "m/s": 3.6}
_SLOPE_STEP_M = 0.5
_AROUND_M = _SLOPE_STEP_M * np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


class MapGround:
    """The ground under bodies, as the physics asks for it: height and slope of the same places one after the other."""

    def __init__(self, data: MapData) -> None:
        self._ground_z_m = data.ground_z_m
        self._asked = np.zeros((0, 2))
        self._heights_m = np.zeros((5, 0))

    def height_m(self, xy_world_m: FloatArray) -> FloatArray:
        """(N,) heights at (N, 2) places."""
        return self._around(xy_world_m)[0]

    def normal(self, xy_world_m: FloatArray) -> FloatArray:
        """(N, 3) upward unit normals, from height differences over 1 m."""
        _, east, west, north, south = self._around(xy_world_m)
        normal = np.stack([west - east, south - north, np.full_like(east, 2 * _SLOPE_STEP_M)], axis=1)
        return normal / np.sqrt(np.einsum("nk,nk->n", normal, normal))[:, None]

    def _around(self, xy_world_m: FloatArray) -> FloatArray:
        """(5, N) heights at the places, and to their east, west, north and south."""
        if not np.array_equal(xy_world_m, self._asked):
            places = (xy_world_m[None] + _AROUND_M[:, None]).reshape(-1, 2)
            self._heights_m = self._ground_z_m(places).reshape(5, -1)
            self._asked = np.array(xy_world_m)
        return self._heights_m.copy()


@dataclass(frozen=True, slots=True)
class _SpeedRecord:
    start_m: float
    limit_kmph: float


class WorldMap:
    """One map as the server uses it; parsed for lane queries at the first one."""

    def __init__(self, data: MapData) -> None:
        self.data = data
        self.name = f"Carla/Maps/{data.name}"
        self.ground = MapGround(data)

    @cached_property
    def spawn_points(self) -> list[CarlaTransform]:
        """Recommended places for vehicles, in CARLA's frame."""
        points = []
        for x, y, z, yaw in self.data.spawn_points:
            T_world_car = np.eye(4)
            T_world_car[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
            T_world_car[:3, 3] = x, y, z
            points.append(to_carla(T_world_car))
        return points

    @cached_property
    def navigation_mesh(self) -> bytes:
        """The file with which clients steer walkers, empty when the map has nowhere to walk; made at the first call."""
        from sim.world.navigation import make_navigation_mesh

        try:
            return make_navigation_mesh(self.data)
        except ValueError as error:
            _LOG.warning("map %s has no navigation mesh: %s", self.data.name, error)
            return b""

    @cached_property
    def navigation_path(self) -> str:
        """Where clients keep that file, for ever: so its name tells its content."""
        stem = "".join(letter if letter.isalnum() else "_" for letter in self.data.name)
        return f"Carla/Maps/Nav/{stem}-{hashlib.sha256(self.navigation_mesh).hexdigest()[:16]}.bin"

    @cached_property
    def level_z_m(self) -> float:
        """Mean height of the roads: of the spawn points."""
        heights = [z for _, _, z, _ in self.data.spawn_points]
        return float(np.mean(heights)) if heights else 0.0

    @cached_property
    def lanes(self) -> carla.Map:
        """CARLA's own lane queries, as a client has them."""
        import carla

        return carla.Map(self.data.name, self.data.xodr)

    @cached_property
    def xml(self) -> ElementTree.Element:
        """The root of the OpenDRIVE text."""
        return ElementTree.fromstring(self.data.xodr)

    @cached_property
    def _speed_records(self) -> dict[int, list[_SpeedRecord]]:
        records: dict[int, list[_SpeedRecord]] = {}
        for road in self.xml.iter("road"):
            found = []
            for kind in road.findall("type"):  # road marks have types of their own
                speed = kind.find("speed")
                limit = _speed_kmph(speed) if speed is not None else None
                found.append(_SpeedRecord(float(kind.get("s", 0.0)), limit or DEFAULT_SPEED_KMPH))
            records[int(road.get("id", -1))] = sorted(found, key=lambda record: record.start_m)
        return records

    @cached_property
    def _lane_speed_records(self) -> dict[tuple[int, int], list[tuple[float, float, _SpeedRecord]]]:
        """Limits of single lanes by road and lane: from and to which arc length their section is, and the record."""
        records: dict[tuple[int, int], list[tuple[float, float, _SpeedRecord]]] = {}
        for road in self.xml.iter("road"):
            sections = road.findall("lanes/laneSection")
            starts = [float(section.get("s", 0.0)) for section in sections]
            for section, start_m, end_m in zip(sections, starts, [*starts[1:], np.inf], strict=True):
                for lane in section.iter("lane"):
                    for speed in lane.findall("speed"):
                        limit = _speed_kmph(speed) or DEFAULT_SPEED_KMPH
                        record = _SpeedRecord(start_m + float(speed.get("sOffset", 0.0)), limit)
                        key = int(road.get("id", -1)), int(lane.get("id", 0))
                        records.setdefault(key, []).append((start_m, end_m, record))
        return records

    @cached_property
    def _only_limit_kmph(self) -> float | None:
        """The limit of all roads where it is one and the same, None else: no lane need be looked up for it."""
        limits = {record.limit_kmph for records in self._speed_records.values() for record in records}
        whole = all(records and records[0].start_m <= 0.0 for records in self._speed_records.values())
        return limits.pop() if whole and len(limits) == 1 and not self._lane_speed_records else None

    def speed_limit_kmph(self, position_world_m: NDArray[np.float64]) -> float:
        """The speed limit of the nearest driving lane: its own, else its road's."""
        if self._only_limit_kmph is not None:
            return self._only_limit_kmph
        import carla

        x, y, z = (float(v) for v in position_world_m)
        waypoint = self.lanes.get_waypoint(carla.Location(x, -y, z))
        if waypoint is None:
            return DEFAULT_SPEED_KMPH
        limit = DEFAULT_SPEED_KMPH
        for record in self._speed_records.get(waypoint.road_id, []):
            if record.start_m <= waypoint.s:
                limit = record.limit_kmph
        for start_m, end_m, record in self._lane_speed_records.get((waypoint.road_id, waypoint.lane_id), []):
            if start_m <= waypoint.s < end_m and record.start_m <= waypoint.s:
                limit = record.limit_kmph
        return limit


def available_maps() -> list[str]:
    """The names a client may load: our own maps, then those of the user's folder."""
    from sim.world.maps import folder_maps, map_names

    own = map_names()
    return [f"Carla/Maps/{name}" for name in [*own, *(name for name in folder_maps() if name not in own)]]


def find_map(name_or_xodr: str) -> WorldMap:
    """The map of a name (with or without folders), of an OpenDRIVE file, or of OpenDRIVE text.

    Names are those of our own maps and of the files in the user's folder; an own map wins.

    Raises:
        UnknownMapError: no such map, and no such file.
        ValueError: a file or text that is not OpenDRIVE, or a folder of maps that is none.
    """
    from sim.world.maps import folder_maps, load_map, map_names, unknown_map

    if name_or_xodr.lstrip().startswith("<"):
        return opendrive_map("OpenDriveMap", name_or_xodr)
    files = folder_maps()
    path = Path(name_or_xodr)
    if path.suffix == ".xodr":
        return _file_map(path)
    name = name_or_xodr.rsplit("/", 1)[-1]
    if name in map_names():
        return WorldMap(load_map(name))
    if name in files:
        return _file_map(files[name])
    raise unknown_map(name, [*map_names(), *files])


def _file_map(path: Path) -> WorldMap:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); want an OpenDRIVE file") from error
    try:
        return opendrive_map(path.stem, text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def opendrive_map(name: str, xodr: str) -> WorldMap:
    """The map of OpenDRIVE text.

    Raises:
        ValueError: not OpenDRIVE.
    """
    from sim.world.maps import map_from_xodr

    try:
        root = ElementTree.fromstring(xodr)
    except ElementTree.ParseError as error:
        raise ValueError(f"{name}: not OpenDRIVE: {error}") from error
    if root.tag != "OpenDRIVE":
        raise ValueError(f"{name}: root element {root.tag!r}, want 'OpenDRIVE'")
    return WorldMap(map_from_xodr(name, xodr))


def _speed_kmph(speed: ElementTree.Element) -> float | None:
    """A speed element's limit, None for "no limit" and for what is no number."""
    try:
        number: Any = float(speed.get("max", ""))
    except ValueError:
        return None
    return number * _KMPH_PER_UNIT.get(speed.get("unit", "m/s"), 3.6)
