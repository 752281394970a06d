"""Which vehicle is built how."""

from __future__ import annotations

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import fitted
from sim.assets.mesh import Mesh
from sim.assets.vehicles import families
from sim.assets.vehicles.cars import add_car
from sim.assets.vehicles.shape import CarShape

_CARS: dict[str, CarShape] = {
    "vehicle.audi.a2": families.HATCH,
    "vehicle.audi.etron": families.SUV,
    "vehicle.audi.tt": families.COUPE,
    "vehicle.bmw.grandtourer": families.WAGON,
    "vehicle.chevrolet.impala": families.SEDAN,
    "vehicle.citroen.c3": families.HATCH,
    "vehicle.dodge.charger_2020": families.SEDAN,
    "vehicle.dodge.charger_police": families.SEDAN,
    "vehicle.dodge.charger_police_2020": families.SEDAN,
    "vehicle.ford.crown": families.SEDAN,
    "vehicle.ford.mustang": families.COUPE,
    "vehicle.jeep.wrangler_rubicon": families.OFFROAD,
    "vehicle.lincoln.mkz_2017": families.SEDAN,
    "vehicle.lincoln.mkz_2020": families.SEDAN,
    "vehicle.mercedes.coupe": families.COUPE,
    "vehicle.mercedes.coupe_2020": families.COUPE,
    "vehicle.mini.cooper_s": families.HATCH,
    "vehicle.mini.cooper_s_2021": families.HATCH,
    "vehicle.nissan.micra": families.HATCH,
    "vehicle.nissan.patrol": families.OFFROAD,
    "vehicle.nissan.patrol_2021": families.SUV,
    "vehicle.seat.leon": families.HATCH,
    "vehicle.tesla.model3": families.SEDAN,
    "vehicle.toyota.prius": families.SEDAN,
}


def vehicle(asset: Asset, level: int) -> Mesh:
    """The mesh of a four-wheeled vehicle, filling its bounding box."""
    builder = MeshBuilder()
    length, width, height = asset.size_lwh_m
    mirror_m = float(np.clip(0.3 * (width - 1.65), 0.05, 0.17))
    shape = _CARS.get(asset.name, families.SEDAN).stretched(length, width - 2 * mirror_m, height)
    add_car(builder, shape, level)
    return fitted(builder.build(), asset.size_lwh_m)
