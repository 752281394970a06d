"""Ordinary traffic at one instant: who is where around the car, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from moosetest.world import Lane, LaneMap
from sim.assets import library
from sim.assets.catalog import Asset, assets
from sim.assets.mesh import MeshKey
from sim.world.scene import Instance

TAG = {  # carla.CityObjectLabel
    ObjectClass.PERSON: 12,
    ObjectClass.CAR: 14,
    ObjectClass.TRUCK: 15,
    ObjectClass.BUS: 16,
    ObjectClass.MOTORCYCLE: 18,
    ObjectClass.BICYCLE: 19,
}
_HEADLAMP_TAGS = frozenset(
    TAG[c] for c in (ObjectClass.CAR, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.MOTORCYCLE)
)
_CLASS = {
    "car": ObjectClass.CAR,
    "van": ObjectClass.CAR,
    "truck": ObjectClass.TRUCK,
    "bus": ObjectClass.BUS,
    "motorcycle": ObjectClass.MOTORCYCLE,
    "bicycle": ObjectClass.BICYCLE,
}
_SHARE = {  # of road users that are not on foot: enough of each to learn from, more cars than anything else
    ObjectClass.CAR: 0.52,
    ObjectClass.TRUCK: 0.14,
    ObjectClass.BUS: 0.08,
    ObjectClass.MOTORCYCLE: 0.12,
    ObjectClass.BICYCLE: 0.14,
}
_PAINTS = np.array(
    [[0.7, 0.7, 0.7], [0.02, 0.02, 0.02], [0.28, 0.29, 0.3], [0.42, 0.02, 0.02], [0.02, 0.06, 0.25], [0.5, 0.48, 0.42]]
)
AHEAD_M = (6.0, 95.0)
"""Where traffic stands along a lane: from just before the car to the reach of the LiDAR network."""
BLOCKING_M = 20.0
"""In the car's own lane nearer than this a vehicle fills the picture."""
VERGE_M = (0.6, 2.8)
"""People on a side walk: this far beyond the edge of the outermost lane."""
APART_M = (0.6, 1.3)
"""Between the middles of people who walk together: shoulder to shoulder, or an arm's length off."""


class Group(NamedTuple):
    """Vehicles of which one is as likely as the other, and their share of all vehicles (relative)."""

    share: float
    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Who is about, and how busy the street is.

    Args:
        groups: what drives and rides.
        walkers: who walks.
        vehicles: how often to try to place one: least, and one more than the largest; (0, 0) is never.
        people: likewise.
        company: chance that somebody on foot has one to three others beside them.
    """

    groups: tuple[Group, ...]
    walkers: tuple[Asset, ...]
    vehicles: tuple[int, int] = (6, 18)
    people: tuple[int, int] = (4, 18)
    company: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RoadUser:
    """One actor of a nominal scene: what it is, its box, and what the renderers need."""

    class_id: ObjectClass
    size_lwh_m: tuple[float, float, float]
    center_world_m: NDArray[np.float64]
    yaw_world_rad: float
    instance: Instance


def population_of(split: str) -> Population:
    """The assets of a training split; sorted, so that a seed draws the same ones everywhere."""
    found: dict[ObjectClass, list[Asset]] = {}
    for asset in sorted(assets().values()):
        class_id = class_of(asset)
        if class_id is not None and library.split(asset.name) == split:
            found.setdefault(class_id, []).append(asset)
    groups = tuple(Group(share, tuple(found[c])) for c, share in _SHARE.items() if c in found)
    return Population(groups=groups, walkers=tuple(found[ObjectClass.PERSON]))


def class_of(asset: Asset) -> ObjectClass | None:
    """What a road user is to a detector; None for things that are none."""
    return ObjectClass.PERSON if asset.category == "walker" else _CLASS.get(asset.category)


def ego_pose(lanes: LaneMap, rng: np.random.Generator) -> NDArray[np.float64]:
    """(4, 4) T_world_ego in some lane, nearly along it, with road ahead."""
    lane = _pick(lanes, rng)
    station_m = float(rng.uniform(0.0, 0.7)) * _length_m(lane)
    return _on_lane(lane, station_m, float(rng.normal(0.0, 0.25)), float(rng.normal(0.0, 0.03)))


def traffic(
    lanes: LaneMap, T_world_ego: NDArray[np.float64], population: Population, rng: np.random.Generator
) -> list[RoadUser]:
    """Vehicles in lanes and at the kerb, people on side walks and crossing; no two in one another."""
    users: list[RoadUser] = []
    for limits, make in ((population.vehicles, _vehicle), (population.people, _person)):
        for _ in range(int(rng.integers(*limits)) if limits != (0, 0) else 0):
            _try_add(users, make(lanes, T_world_ego, population, rng, len(users) + 1))
    if population.company:
        for leader in [user for user in users if user.class_id is ObjectClass.PERSON]:
            if rng.random() < population.company:
                for _ in range(int(rng.integers(1, 4))):
                    _try_add(users, _companion(leader, population, rng, len(users) + 1))
    return users


def with_headlamps(instances: Iterable[Instance], lights: int) -> tuple[Instance, ...]:
    """The same ones; whatever has headlamps and an engine shows `lights` (bits of carla.VehicleLightState) alone."""
    return tuple(replace(i, lights=lights) if i.tag in _HEADLAMP_TAGS else i for i in instances)


def crowd(
    lanes: LaneMap, T_world_ego: NDArray[np.float64], population: Population, count: int, rng: np.random.Generator
) -> list[RoadUser]:
    """`count` road users, half of them on foot: the busy street that speed is measured in."""
    users: list[RoadUser] = []
    for attempt in range(count * 50):
        make = _person if attempt % 2 else _vehicle
        _try_add(users, make(lanes, T_world_ego, population, rng, len(users) + 1))
        if len(users) == count:
            break
    return users


def _vehicle(
    lanes: LaneMap,
    T_world_ego: NDArray[np.float64],
    population: Population,
    rng: np.random.Generator,
    actor_id: int,
) -> RoadUser | None:
    shares = np.array([group.share for group in population.groups])
    among = population.groups[int(rng.choice(len(shares), p=shares / shares.sum()))].assets
    asset = among[int(rng.integers(len(among)))]
    lane, station_m = _near(lanes, T_world_ego, rng)
    left_m = float(rng.normal(-0.8 if asset.is_two_wheeler else 0.0, 0.3))
    turn_rad = float(rng.normal(0.0, 0.05)) if rng.random() > 0.12 else float(rng.uniform(-pi, pi))
    pose = _on_lane(lane, station_m, left_m, turn_rad)
    return _user(asset, "", pose, actor_id, rng)


def _person(
    lanes: LaneMap,
    T_world_ego: NDArray[np.float64],
    population: Population,
    rng: np.random.Generator,
    actor_id: int,
) -> RoadUser | None:
    asset = population.walkers[int(rng.integers(len(population.walkers)))]
    lane, station_m = _near(lanes, T_world_ego, rng)
    crossing = rng.random() < 0.3
    if crossing:
        left_m, turn_rad = float(rng.uniform(-3.5, 3.5)), float(rng.choice([-1.0, 1.0]) * pi / 2 + rng.normal(0, 0.3))
    elif lane.right is None:
        left_m = -float(lane.width_m[0]) / 2 - float(rng.uniform(*VERGE_M))
        turn_rad = float(rng.choice([0.0, pi]) + rng.normal(0, 0.5))
    else:
        return None
    pose = _on_lane(lane, station_m, left_m, turn_rad)
    return _user(asset, _posture(rng), pose, actor_id, rng, kerb_m=0.0 if crossing else 0.12)


def _companion(leader: RoadUser, population: Population, rng: np.random.Generator, actor_id: int) -> RoadUser:
    """Somebody who walks with, or stands beside, somebody else."""
    asset = population.walkers[int(rng.integers(len(population.walkers)))]
    pose, kerb_m = np.eye(4), float(leader.center_world_m[2] - leader.size_lwh_m[2] / 2)
    heading_rad = leader.yaw_world_rad + float(rng.normal(0.0, 0.3))
    around_rad, apart_m = float(rng.uniform(-pi, pi)), float(rng.uniform(*APART_M))
    c, s = np.cos(heading_rad), np.sin(heading_rad)
    pose[:2, :2] = [[c, -s], [s, c]]
    pose[:3, 3] = leader.center_world_m + apart_m * np.array([np.cos(around_rad), np.sin(around_rad), 0.0])
    pose[2, 3] = kerb_m
    return _user(asset, _posture(rng), pose, actor_id, rng)


def _posture(rng: np.random.Generator) -> str:
    return "stand" if rng.random() < 0.25 else f"walk_{int(rng.integers(8))}"


def _user(
    asset: Asset,
    posture: str,
    pose: NDArray[np.float64],
    actor_id: int,
    rng: np.random.Generator,
    kerb_m: float = 0.0,
) -> RoadUser:
    class_id = class_of(asset)
    assert class_id is not None, asset.name
    half_height_m = asset.size_lwh_m[2] / 2
    center_m = pose[:3, 3] + np.array([0.0, 0.0, half_height_m + kerb_m])
    body = pose.copy()
    body[2, 3] += kerb_m + (half_height_m if class_id is ObjectClass.PERSON else 0.0)
    paint = _PAINTS[int(rng.integers(len(_PAINTS)))] * rng.uniform(0.8, 1.1)
    instance = Instance(
        actor_id=actor_id,
        tag=TAG[class_id],
        mesh=MeshKey(asset.name, posture),
        T_world_body=body,
        paint_rgb=(float(paint[0]), float(paint[1]), float(paint[2])),
        lights=int(rng.choice([0, 0, 8, 1])),
        seed=float(rng.uniform(0, 9)),
    )
    yaw_rad = float(np.arctan2(pose[1, 0], pose[0, 0]))
    return RoadUser(class_id, asset.size_lwh_m, center_m, yaw_rad, instance)


def _try_add(users: list[RoadUser], user: RoadUser | None) -> None:
    """Add `user` unless its circle meets another's."""
    if user is None:
        return
    for other in users:
        apart_m = float(np.hypot(*(user.center_world_m - other.center_world_m)[:2]))
        if apart_m < (user.size_lwh_m[0] + other.size_lwh_m[0]) / 2 + 0.2:
            return
    users.append(user)


def _near(lanes: LaneMap, T_world_ego: NDArray[np.float64], rng: np.random.Generator) -> tuple[Lane, float]:
    """A lane and a station on it that lies ahead of the car; nearer ones are likelier."""
    for _ in range(40):
        lane = _pick(lanes, rng)
        station_m = float(rng.uniform(0.0, _length_m(lane)))
        point = _on_lane(lane, station_m, 0.0, 0.0)[:3, 3]
        local_m = T_world_ego[:3, :3].T @ (point - T_world_ego[:3, 3])
        distance_m = float(np.hypot(local_m[0], local_m[1]))
        ahead = AHEAD_M[0] < local_m[0] < AHEAD_M[1]
        # A lorry right ahead hides everything: allowed, but seldom.
        wanted = 0.25 if abs(local_m[1]) < 2.0 and local_m[0] < BLOCKING_M else 1.0
        if ahead and abs(local_m[1]) < 30.0 and rng.random() < wanted / (1.0 + distance_m / 25.0):
            break
    return lane, station_m


def _pick(lanes: LaneMap, rng: np.random.Generator) -> Lane:
    names, share = _lane_shares(lanes)
    return lanes.lanes[names[int(rng.choice(len(names), p=share))]]


@lru_cache(32)
def _lane_shares(lanes: LaneMap) -> tuple[list[str], NDArray[np.float64]]:
    """Names of the lanes, sorted, and each one's share of the length of all."""
    names = sorted(lanes.lanes)
    lengths = np.array([_length_m(lanes.lanes[name]) for name in names])
    return names, lengths / lengths.sum()


def _length_m(lane: Lane) -> float:
    return float(_stations_m(lane)[-1])


@lru_cache(4096)
def _stations_m(lane: Lane) -> NDArray[np.float64]:
    """(P,) way along the lane to each point of its centre line."""
    steps = np.linalg.norm(np.diff(lane.center_world_m, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _on_lane(lane: Lane, station_m: float, left_m: float, turn_rad: float) -> NDArray[np.float64]:
    """(4, 4) pose on the ground at `station_m` along the lane."""
    stations = _stations_m(lane)
    at = np.array([np.interp(station_m, stations, lane.center_world_m[:, axis]) for axis in range(3)])
    index = int(np.clip(np.searchsorted(stations, station_m) - 1, 0, len(stations) - 2))
    along = lane.center_world_m[index + 1] - lane.center_world_m[index]
    yaw_rad = float(np.arctan2(along[1], along[0]))
    left = np.array([-np.sin(yaw_rad), np.cos(yaw_rad), 0.0])
    heading = yaw_rad + turn_rad
    c, s = np.cos(heading), np.sin(heading)
    pose = np.eye(4)
    pose[:3, :3] = [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]
    pose[:3, 3] = at + left_m * left
    return pose
