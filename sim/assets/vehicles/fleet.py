"""Which vehicle is built how."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import fitted
from sim.assets.mesh import Mesh
from sim.assets.vehicles import families
from sim.assets.vehicles.cars import add_car
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.vans import add_minibus, add_van

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
    "vehicle.mercedes.sprinter": families.VAN,
    "vehicle.ford.ambulance": families.VAN,
    "vehicle.volkswagen.t2": families.MINIBUS,
    "vehicle.volkswagen.t2_2021": families.MINIBUS,
    "vehicle.micro.microlino": families.BUBBLE,
    "vehicle.tesla.cybertruck": families.WEDGE,
}
_ADD = {
    "vehicle.mercedes.sprinter": add_van,
    "vehicle.ford.ambulance": partial(add_van, ambulance=True),
    "vehicle.volkswagen.t2": add_minibus,
    "vehicle.volkswagen.t2_2021": add_minibus,
}


def vehicle(asset: Asset, level: int) -> Mesh:
    """The mesh of a four-wheeled vehicle, filling its bounding box."""
    builder = MeshBuilder()
    length, width, height = asset.size_lwh_m
    mirror_m = float(np.clip(0.3 * (width - 1.65), 0.05, 0.17))
    shape = _CARS.get(asset.name, families.SEDAN)
    add = _ADD.get(asset.name, add_car)
    add(builder, shape.stretched(length, width - 2 * mirror_m, height), level)
    return fitted(builder.build(), asset.size_lwh_m)
