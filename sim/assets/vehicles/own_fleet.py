"""Moosetest's own vehicles: which is built how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sim.assets.builder import MeshBuilder
from sim.assets.vehicles import own_families
from sim.assets.vehicles.bus import add_bus
from sim.assets.vehicles.trucks import TruckPlan, add_box_truck
from sim.assets.vehicles.vans import add_van

BOX_TRUCK: Final = TruckPlan(
    length_m=8.2,
    width_m=2.48,
    height_m=3.4,
    cab=own_families.CABOVER,
    deck_m=1.05,
    wheel_radius_m=0.42,
    rear_axles_m=(-1.75,),
    band=(0.02, 0.22, 0.10),
)

OWN_VEHICLES: Final[dict[str, Callable[[MeshBuilder, int], None]]] = {
    "vehicle.moosetest.box_truck": lambda builder, level: add_box_truck(builder, BOX_TRUCK, level),
    "vehicle.moosetest.city_bus": lambda builder, level: add_bus(builder, own_families.CITY_BUS, level, -0.07),
    "vehicle.moosetest.panel_van": lambda builder, level: add_van(builder, own_families.PANEL_VAN, level),
}
"""Adds the vehicle of a name at a level of detail, at its true size."""
