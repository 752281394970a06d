"""Which vehicle is built how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import fit, scaled
from sim.assets.mesh import Mesh
from sim.assets.vehicles import families
from sim.assets.vehicles.bus import add_bus
from sim.assets.vehicles.cars import add_car
from sim.assets.vehicles.emergency import add_fire_truck, add_police_car, repainted
from sim.assets.vehicles.fixtures import WHITE
from sim.assets.vehicles.own_fleet import OWN_PAINT, OWN_VEHICLES
from sim.assets.vehicles.shape import CarShape
from sim.assets.vehicles.shell import Color
from sim.assets.vehicles.style import style_of
from sim.assets.vehicles.trucks import TruckPlan, add_box_truck
from sim.assets.vehicles.vans import add_lettered_van, add_minibus, add_striped_ambulance

_Add = Callable[[MeshBuilder, CarShape, int], None]

_LIGHT_BAR_M = 0.13

_BODIED: dict[str, tuple[CarShape, _Add]] = {
    "vehicle.audi.a2": (families.HATCH, add_car),
    "vehicle.audi.etron": (families.SUV, add_car),
    "vehicle.audi.tt": (families.COUPE, add_car),
    "vehicle.bmw.grandtourer": (families.WAGON, add_car),
    "vehicle.chevrolet.impala": (families.SEDAN, add_car),
    "vehicle.citroen.c3": (families.HATCH, add_car),
    "vehicle.dodge.charger_2020": (families.SEDAN, add_car),
    "vehicle.dodge.charger_police": (families.SEDAN, add_police_car),
    "vehicle.dodge.charger_police_2020": (families.SEDAN, add_police_car),
    "vehicle.ford.ambulance": (families.AMBULANCE, add_striped_ambulance),
    "vehicle.ford.crown": (families.SEDAN, add_car),
    "vehicle.ford.mustang": (families.COUPE, add_car),
    "vehicle.jeep.wrangler_rubicon": (families.OFFROAD, add_car),
    "vehicle.lincoln.mkz_2017": (families.SEDAN, add_car),
    "vehicle.lincoln.mkz_2020": (families.SEDAN, add_car),
    "vehicle.mercedes.coupe": (families.COUPE, add_car),
    "vehicle.mercedes.coupe_2020": (families.COUPE, add_car),
    "vehicle.mercedes.sprinter": (families.VAN, add_lettered_van),
    "vehicle.micro.microlino": (families.BUBBLE, add_car),
    "vehicle.mini.cooper_s": (families.HATCH, add_car),
    "vehicle.mini.cooper_s_2021": (families.HATCH, add_car),
    "vehicle.mitsubishi.fusorosa": (families.BUS, add_bus),
    "vehicle.nissan.micra": (families.HATCH, add_car),
    "vehicle.nissan.patrol": (families.OFFROAD, add_car),
    "vehicle.nissan.patrol_2021": (families.SUV, add_car),
    "vehicle.seat.leon": (families.HATCH, add_car),
    "vehicle.tesla.cybertruck": (families.WEDGE, add_car),
    "vehicle.tesla.model3": (families.SEDAN, add_car),
    "vehicle.toyota.prius": (families.SEDAN, add_car),
    "vehicle.volkswagen.t2": (families.MINIBUS, add_minibus),
    "vehicle.volkswagen.t2_2021": (families.MINIBUS, add_minibus),
}
_WITH_LIGHT_BAR = frozenset(
    {"vehicle.dodge.charger_police", "vehicle.dodge.charger_police_2020", "vehicle.ford.ambulance"}
)
_LIVERY: dict[str, Color] = {
    **OWN_PAINT,
    "vehicle.ford.ambulance": WHITE,
    "vehicle.carlamotors.firetruck": (0.48, 0.02, 0.015),
    "vehicle.dodge.charger_police": (0.02, 0.02, 0.022),
    "vehicle.dodge.charger_police_2020": (0.02, 0.02, 0.022),
}
"""Vehicles whose livery is not the actor's to choose."""


def vehicle(asset: Asset, pose: str, level: int) -> Mesh:
    """The mesh of a four-wheeled vehicle; in its usual pose it fills its bounding box."""
    usual = _built(asset, "", level)
    shown = usual if pose == "" else _built(asset, pose, level)
    mesh = scaled(shown, *fit(usual, asset.size_lwh_m))
    paint = _LIVERY.get(asset.name)
    return mesh if paint is None else repainted(mesh, paint)


def _built(asset: Asset, pose: str, level: int) -> Mesh:
    builder = MeshBuilder()
    length, width, height = asset.size_lwh_m
    if asset.name in OWN_VEHICLES:
        OWN_VEHICLES[asset.name](builder, pose, level)
    elif asset.name in _BODIED:
        shape, add = _BODIED[asset.name]
        shape = replace(shape, style=style_of(asset.name))
        bar_m = _LIGHT_BAR_M if asset.name in _WITH_LIGHT_BAR else 0.0
        add(builder, shape.stretched(length, width - 2 * _mirror_m(shape, width), height - bar_m), level)
    elif asset.name == "vehicle.carlamotors.firetruck":
        add_fire_truck(builder, _truck_plan(asset, families.CREW_CAB, 0.34), level)
    else:
        heavy = length > 6.0
        plan = _truck_plan(asset, families.CAB, 0.27 if heavy else 0.33)
        band = (0.02, 0.10, 0.35) if heavy else (0.50, 0.02, 0.02)
        add_box_truck(builder, replace(plan, band=band), level)
    return builder.build()


def _mirror_m(shape: CarShape, width_m: float) -> float:
    """How far each mirror stands out: wide boxes in CARLA's list are cars measured with mirrors."""
    if width_m > 3.0:
        return 0.07 * width_m
    return float(np.clip(0.3 * (width_m - 1.65), 0.05, 0.17))


def _truck_plan(asset: Asset, cab: CarShape, cab_share: float) -> TruckPlan:
    length, width, height = asset.size_lwh_m
    body_m = width - 0.34
    low = height < 3.0
    cab_height_m = height - (0.12 if low else 0.60)
    fitted_cab = cab.stretched(cab_share * length, body_m - 0.04, cab_height_m)
    radius_m = 0.37 if low else 0.50
    shift_m = fitted_cab.wheel_radius_m
    fitted_cab = replace(fitted_cab, wheel_radius_m=radius_m, clearance_m=fitted_cab.clearance_m * radius_m / shift_m)
    rear = -0.5 * length
    rear_axles = (
        (rear + 0.27 * length,) if length < 8.2 else (rear + 0.20 * length, rear + 0.20 * length + 2.2 * radius_m)
    )
    return TruckPlan(length, body_m, height, fitted_cab, 2.0 * radius_m + 0.16, radius_m, rear_axles)
