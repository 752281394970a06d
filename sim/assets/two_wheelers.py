"""Bicycles, motorcycles, scooters and kick scooters, with their riders or bare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.cycles.bicycle import BicyclePlan, add_bicycle
from sim.assets.cycles.kick_scooter import KickScooterPlan, add_kick_scooter
from sim.assets.cycles.motorcycle import MotorcyclePlan, add_motorcycle
from sim.assets.cycles.rider import Seat, rider_skeleton
from sim.assets.fitting import fit, scaled
from sim.assets.mesh import Mesh
from sim.assets.people.body import add_person
from sim.assets.people.wardrobe import Color, rider_look

_HELMETS: tuple[Color, ...] = ((0.55, 0.55, 0.56), (0.03, 0.03, 0.035), (0.45, 0.03, 0.03), (0.04, 0.10, 0.35))
_NARROW = 0.07
"""Hands and mirrors stick out this far beyond the grips."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How upright the rider sits (lean), at which height, and which machine."""

    lean_rad: float
    hip_m: float
    kind: str


_STYLES: dict[str, _Style] = {
    "vehicle.bh.crossbike": _Style(0.55, 0.90, "bicycle"),
    "vehicle.diamondback.century": _Style(0.70, 0.93, "bicycle"),
    "vehicle.gazelle.omafiets": _Style(0.20, 0.96, "bicycle"),
    "vehicle.harley-davidson.low_rider": _Style(0.05, 0.80, "cruiser"),
    "vehicle.kawasaki.ninja": _Style(0.60, 0.86, "sport"),
    "vehicle.yamaha.yzf": _Style(0.52, 0.86, "sport"),
    "vehicle.moosetest.e_scooter": _Style(0.06, 1.06, "kick scooter"),
    "vehicle.vespa.zx125": _Style(0.08, 0.84, "scooter"),
}


def two_wheeler(asset: Asset, pose: str, level: int) -> Mesh:
    """The mesh of a two-wheeler: with its rider it fills its bounding box; bare it keeps the same scale."""
    ridden = _built(asset, True, level)
    shown = _built(asset, False, level) if pose == "bare" else ridden
    return scaled(shown, *fit(ridden, asset.size_lwh_m))


def _built(asset: Asset, ridden: bool, level: int) -> Mesh:
    style = _STYLES[asset.name]
    builder = MeshBuilder()
    length, width, height = asset.size_lwh_m
    grip_half_m = 0.5 * width - _NARROW
    # the rider is as tall as makes hip, trunk and head end at the top of the box
    tall = 0.29 * np.cos(style.lean_rad) + 0.185
    height_m = float(np.clip((height - style.hip_m) / tall, 1.45, 1.9))
    if style.kind == "bicycle":
        plan = BicyclePlan(length, grip_half_m, style.hip_m - 0.05, style.lean_rad < 0.3)
        add_bicycle(builder, plan, level)
        seat = Seat(plan.hip_m, plan.grip_m, plan.feet_m, style.lean_rad, 0.22)
    elif style.kind == "kick scooter":
        board = KickScooterPlan(length, grip_half_m, style.hip_m)
        add_kick_scooter(builder, board, level)
        seat = Seat(board.hip_m, board.grip_m, board.feet_m, style.lean_rad, 0.1)
    else:
        machine = MotorcyclePlan(length, grip_half_m, style.hip_m - 0.09, style.kind)
        add_motorcycle(builder, machine, level)
        seat = Seat(machine.hip_m, machine.grip_m, machine.feet_m, style.lean_rad, 0.35)
    if ridden:
        helmet = (
            _HELMETS[sum(asset.name.encode()) % len(_HELMETS)]
            if style.kind not in ("bicycle", "kick scooter")
            else None
        )
        bones = rider_skeleton(seat, height_m)
        add_person(builder, bones, rider_look(asset), level, height_m, helmet)
    return builder.build()
