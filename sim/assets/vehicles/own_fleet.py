"""Moosetest's own vehicles: which is built how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import STOP_ARM_OUT
from sim.assets.vehicles import families, own_families
from sim.assets.vehicles.articulated_bus import add_articulated_bus
from sim.assets.vehicles.battenburg import add_checkered_ambulance, add_checkered_police_car
from sim.assets.vehicles.bus import CITY, BusLook, add_bus
from sim.assets.vehicles.emergency import add_fire_truck
from sim.assets.vehicles.fixtures import Color
from sim.assets.vehicles.open_trucks import add_flatbed_truck, add_tanker
from sim.assets.vehicles.pickup import add_pickup
from sim.assets.vehicles.school_bus import SCHOOL_YELLOW, add_school_bus
from sim.assets.vehicles.semitrailer import SemitrailerPlan, add_articulated_truck
from sim.assets.vehicles.style import BODY_COLOR, style_of
from sim.assets.vehicles.trucks import TruckPlan, add_box_truck
from sim.assets.vehicles.vans import add_van

_Add = Callable[[MeshBuilder, str, int], None]

_BOX_TRUCK = TruckPlan(
    length_m=8.2,
    width_m=2.48,
    height_m=3.4,
    cab=own_families.CABOVER,
    deck_m=1.05,
    wheel_radius_m=0.42,
    rear_axles_m=(-1.75,),
    mirrors_out_m=0.07,
    band=(0.02, 0.22, 0.10),
)
_FLATBED_TRUCK = replace(
    _BOX_TRUCK,
    length_m=7.8,
    width_m=2.43,
    height_m=2.5,
    cab=replace(own_families.CABOVER, height_m=2.5),
    rear_axles_m=(-1.85,),
)
_TANKER = replace(
    _BOX_TRUCK,
    length_m=9.8,
    width_m=2.48,
    height_m=3.2,
    cab=replace(own_families.HIGH_CAB.stretched(2.1, 2.2, 2.85), wheel_radius_m=0.50),
    wheel_radius_m=0.50,
    rear_axles_m=(-1.75, -3.10),
    mirrors_out_m=0.03,
)
_FIRE_ENGINE = replace(
    _BOX_TRUCK,
    length_m=8.6,
    width_m=2.50,
    height_m=3.3,
    cab=replace(families.CREW_CAB.stretched(2.9, 2.2, 2.7), wheel_radius_m=0.48),
    wheel_radius_m=0.48,
    rear_axles_m=(-1.85,),
)
_ARTICULATED_TRUCK = SemitrailerPlan(
    length_m=16.5,
    width_m=2.53,
    height_m=4.0,
    cab=own_families.HIGH_CAB,
    trailer_m=13.6,
    deck_m=1.18,
    wheel_radius_m=0.50,
    drive_axle_m=3.10,
    trailer_axles_m=(-5.75, -4.44, -3.13),
    band=(0.03, 0.09, 0.32),
    wall=(0.60, 0.61, 0.60),
)
_CITY_BUS = replace(
    CITY,
    roof_band=BODY_COLOR,
    mirrors_out_m=-0.07,
    stripe=(0.02, 0.22, 0.42),
    doors=((0.375, 0.467), (-0.03, 0.085)),
)
_COACH = BusLook(
    upper=(0.30, 0.31, 0.33),
    roof_band=(0.30, 0.31, 0.33),
    stripe=(0.52, 0.08, 0.02),
    posters=None,
    doors=((0.40, 0.475),),
    roof_units=((0.10, 0.10, 0.6, 0.07),),
    mirrors_out_m=-0.07,
    has_signs=False,
    luggage=True,
)
_ARTICULATED_BUS = replace(
    _CITY_BUS, stripe=None, posters=(0.08, 0.26), doors=((0.40, 0.465), (0.16, 0.23), (-0.20, -0.13))
)
_POLICE_CAR = replace(families.WAGON.stretched(4.75, 1.81, 1.55), style=style_of("vehicle.moosetest.police_car"))
_LIME: Color = (0.42, 0.62, 0.03)
"""The lime yellow of American fire engines after Solomon (1990): not the red that a network expects."""

OWN_VEHICLES: Final[dict[str, _Add]] = {
    "vehicle.moosetest.ambulance": lambda to, pose, level: add_checkered_ambulance(to, own_families.AMBULANCE, level),
    "vehicle.moosetest.articulated_bus": lambda to, pose, level: add_articulated_bus(
        to, own_families.ARTICULATED_BUS, level, _ARTICULATED_BUS
    ),
    "vehicle.moosetest.articulated_truck": lambda to, pose, level: add_articulated_truck(to, _ARTICULATED_TRUCK, level),
    "vehicle.moosetest.box_truck": lambda to, pose, level: add_box_truck(to, _BOX_TRUCK, level),
    "vehicle.moosetest.city_bus": lambda to, pose, level: add_bus(to, own_families.CITY_BUS, level, _CITY_BUS),
    "vehicle.moosetest.coach": lambda to, pose, level: add_bus(to, own_families.COACH, level, _COACH),
    "vehicle.moosetest.fire_engine": lambda to, pose, level: add_fire_truck(to, _FIRE_ENGINE, level),
    "vehicle.moosetest.flatbed_truck": lambda to, pose, level: add_flatbed_truck(to, _FLATBED_TRUCK, level),
    "vehicle.moosetest.panel_van": lambda to, pose, level: add_van(to, own_families.PANEL_VAN, level),
    "vehicle.moosetest.pickup": lambda to, pose, level: add_pickup(to, own_families.PICKUP, level),
    "vehicle.moosetest.police_car": lambda to, pose, level: add_checkered_police_car(to, _POLICE_CAR, level),
    "vehicle.moosetest.school_bus": lambda to, pose, level: add_school_bus(
        to, own_families.SCHOOL_BUS, level, pose == STOP_ARM_OUT
    ),
    "vehicle.moosetest.tanker": lambda to, pose, level: add_tanker(to, _TANKER, level),
}
"""Adds the vehicle of a name, in a pose and at a level of detail, at about its true size."""
OWN_PAINT: Final[dict[str, Color]] = {
    "vehicle.moosetest.ambulance": (0.72, 0.62, 0.02),
    "vehicle.moosetest.fire_engine": _LIME,
    "vehicle.moosetest.police_car": (0.70, 0.70, 0.69),
    "vehicle.moosetest.school_bus": SCHOOL_YELLOW,
}
"""Vehicles whose livery is not the actor's to choose."""
