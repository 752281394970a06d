"""What assets there are: name, category, true size, and which split each belongs to."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from sim.assets.animals.names import ANIMALS, DEER, DOG, HORSE_RIDER, KANGAROO, MOOSE
from sim.assets.props.obstacles import OBSTACLES, PREFIX
from sim.assets.signs.faces import FACES

Split = Literal["train", "nominal", "edge"]
Size = tuple[float, float, float]

LEVELS = (0, 1, 2)
WALKER_POSES = (
    "stand",
    *(f"walk_{i}" for i in range(8)),
    *(f"run_{i}" for i in range(8)),
    "crouch",
    "lie",
)
ANIMAL_POSES = tuple(pose for pose in WALKER_POSES if pose != "crouch")
TWO_WHEELER_POSES = ("", "bare")
SCHOOL_BUS = "vehicle.moosetest.school_bus"
STOP_ARM_OUT = "stop_arm_out"
"""The pose of a school bus that children leave."""


# Held out of training, so that a network is tested on shapes it has not seen: about a quarter of each family.
_NOMINAL_VEHICLES = frozenset(
    {
        "vehicle.audi.tt",
        "vehicle.carlamotors.european_hgv",
        "vehicle.citroen.c3",
        "vehicle.dodge.charger_police_2020",
        "vehicle.ford.crown",
        "vehicle.kawasaki.ninja",
        "vehicle.gazelle.omafiets",
        "vehicle.lincoln.mkz_2020",
        "vehicle.mercedes.coupe_2020",
        "vehicle.mini.cooper_s_2021",
        "vehicle.mitsubishi.fusorosa",
        "vehicle.moosetest.box_truck",
        "vehicle.moosetest.city_bus",
        "vehicle.moosetest.panel_van",
        "vehicle.nissan.patrol_2021",
        "vehicle.volkswagen.t2_2021",
    }
)
# What edge cases are built of: shapes that training never sees and nominal tests do not use.
_EDGE_ASSETS = frozenset(
    {
        "vehicle.micro.microlino",
        "vehicle.tesla.cybertruck",
        "vehicle.carlamotors.firetruck",
        "vehicle.moosetest.ambulance",
        "vehicle.moosetest.articulated_bus",
        "vehicle.moosetest.articulated_truck",
        "vehicle.moosetest.e_scooter",
        "vehicle.moosetest.fire_engine",
        "vehicle.moosetest.police_car",
        "vehicle.moosetest.school_bus",
        "vehicle.moosetest.tanker",
        "walker.moosetest.adult",
        "walker.moosetest.child",
        "walker.moosetest.umbrella",
        "walker.moosetest.board_carrier",
        "walker.moosetest.wheelchair",
        *ANIMALS,
        "static.moosetest.billboard",
        "static.moosetest.bicycle",
    }
)


class Asset(NamedTuple):
    """One entry.

    Args:
        name: blueprint id.
        category: CARLA's.
        size_lwh_m: of the bounding box.
        gender: of walkers: male, female or other.
        age: of walkers: child, teenager, adult or elderly.
    """

    name: str
    category: str
    size_lwh_m: Size
    gender: str = ""
    age: str = ""

    @property
    def kind(self) -> str:
        """First part of the name: vehicle, walker, static or traffic."""
        return self.name.split(".", 1)[0]

    @property
    def is_two_wheeler(self) -> bool:
        """Whether it can be ridden, and stand without a rider."""
        return self.category in ("bicycle", "motorcycle")


_OWN_ASSETS = (
    Asset("vehicle.moosetest.ambulance", "van", (5.95, 2.1, 2.75)),
    Asset("vehicle.moosetest.articulated_bus", "bus", (18.0, 2.55, 3.1)),
    Asset("vehicle.moosetest.articulated_truck", "truck", (16.5, 2.55, 4.0)),
    Asset("vehicle.moosetest.box_truck", "truck", (8.2, 2.5, 3.4)),
    Asset("vehicle.moosetest.city_bus", "bus", (12.0, 2.55, 3.1)),
    Asset("vehicle.moosetest.coach", "bus", (12.2, 2.55, 3.65)),
    Asset("vehicle.moosetest.e_scooter", "bicycle", (1.15, 0.62, 1.86)),
    Asset("vehicle.moosetest.fire_engine", "truck", (8.6, 2.55, 3.3)),
    Asset("vehicle.moosetest.flatbed_truck", "truck", (7.8, 2.45, 2.5)),
    Asset("vehicle.moosetest.panel_van", "van", (5.6, 2.05, 2.6)),
    Asset("vehicle.moosetest.pickup", "truck", (5.35, 1.98, 1.85)),
    Asset("vehicle.moosetest.police_car", "car", (4.75, 1.95, 1.68)),
    Asset("vehicle.moosetest.school_bus", "bus", (10.8, 2.5, 3.15)),
    Asset("vehicle.moosetest.tanker", "truck", (9.8, 2.5, 3.2)),
    Asset("walker.moosetest.adult", "walker", (0.375, 0.375, 1.86), "male", "adult"),
    Asset("walker.moosetest.child", "walker", (0.5, 0.5, 1.1), "female", "child"),
    Asset("walker.moosetest.umbrella", "walker", (0.92, 0.92, 2.035), "female", "adult"),
    Asset("walker.moosetest.board_carrier", "walker", (1.24, 0.70, 1.78), "male", "adult"),
    Asset("walker.moosetest.wheelchair", "walker", (0.99, 0.78, 1.40), "male", "adult"),
    Asset(MOOSE, "animal", (2.93, 1.51, 2.63), "other", "adult"),
    Asset(DEER, "animal", (1.33, 0.43, 1.64), "other", "adult"),
    Asset(DOG, "animal", (1.19, 0.24, 0.74), "other", "adult"),
    Asset(HORSE_RIDER, "animal", (2.60, 0.82, 2.49), "other", "adult"),
    Asset(KANGAROO, "animal", (1.89, 0.50, 1.55), "other", "adult"),
    Asset("static.moosetest.billboard", "billboard", (0.2, 4.0, 3.6)),
    Asset("static.moosetest.bicycle", "pushed_bicycle", (1.843, 0.659, 1.1)),
    *(Asset(f"{PREFIX}{name}", name, obstacle.size_lwh_m) for name, obstacle in OBSTACLES.items()),
    Asset("static.moosetest.traffic_sign", "traffic_sign", (0.13, 0.887, 2.793)),
    Asset("traffic.traffic_light", "traffic_light", (0.3, 0.36, 1.0)),
)


@cache
def assets() -> dict[str, Asset]:
    """All assets by name; the sizes are those of CARLA 0.9.16's blueprints."""
    text = (files("sim.assets") / "sizes.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        size = (float(row["length_m"]), float(row["width_m"]), float(row["height_m"]))
        found[row["id"]] = Asset(row["id"], row["category"], size, row["gender"], row["age"])
    return found | {asset.name: asset for asset in _OWN_ASSETS}


def poses(asset: Asset) -> tuple[str, ...]:
    """The poses an asset has."""
    if asset.category == "animal":
        return ANIMAL_POSES
    if asset.category == "traffic_sign":
        return FACES
    if asset.kind == "walker":
        return WALKER_POSES
    if asset.name == SCHOOL_BUS:
        return ("", STOP_ARM_OUT)
    return TWO_WHEELER_POSES if asset.is_two_wheeler else ("",)


def split(asset: Asset) -> Split:
    """Whether training may see it, or only nominal tests, or only edge cases."""
    if asset.name in _EDGE_ASSETS:
        return "edge"
    if asset.name.startswith(PREFIX) and asset.category in OBSTACLES:
        return OBSTACLES[asset.category].split
    if asset.name in _NOMINAL_VEHICLES:
        return "nominal"
    # every fifth pedestrian is held out
    if asset.name.startswith("walker.pedestrian.") and int(asset.name[-4:]) % 5 == 0:
        return "nominal"
    return "train"
