"""PW: wholes of which only a part shows."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Brake, Carried
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.library.braking import braking_ahead
from scenarios.staging import Staging
from scenarios.templates import G_PED, G_RUR, WALK_FROM_M, WALK_MPS

BOARD_TALL_M = 1.5


def _board_carrier(setting: Setting) -> Staging:
    site = setting.site
    person = site.crossing("person", "walker.pedestrian.0040", left_m=WALK_FROM_M, walk_mps=WALK_MPS)
    board = ActorPlan(
        role="board",
        blueprint="static.moosetest.poster",
        place=site.place(beyond_m=-0.4, left_m=WALK_FROM_M, yaw_rad=math.pi),
        # On the side of the traffic: they walk to the right, the car comes from their right.
        motion=Carried("person", left_m=-0.4, up_m=0.25, yaw_rad=-math.pi / 2),
        attributes={"width_m": str(round(setting.value / BOARD_TALL_M, 4)), "height_m": str(BOARD_TALL_M)},
    )
    return site.staging(person, board, target="person", reveal_s=WALK_FROM_M / WALK_MPS)


BOARD_CARRIER = register(
    Case(
        case_id="board_carrier",
        title="A person carries a board that hides them",
        family="PW-2",
        polarity=Polarity.MISS,
        template=G_PED,
        factor=Factor("area of the board", "m²", at_0=0.15, at_1=1.5),
        measure=Measure("pixels"),
        sweeps=("actors.board.attributes.width_m",),
        control="a board as narrow as a ruler",
        criteria=("PC-P", "PC-A"),
        rescue=("lidar",),
        source="CODA: people with loads",
        stage=_board_carrier,
        tags=("day", "embedded"),
    )
)

BRAKE = Brake(at_s=3.0, decel_mps2=4.0)
AHEAD_M = 42.0


def _articulated_truck(setting: Setting) -> Staging:
    ahead_m = AHEAD_M + setting.rng.uniform(0.0, 4.0)
    if setting.arm is Arm.CONTROL:
        return braking_ahead(setting.site, "truck", "vehicle.moosetest.box_truck", ahead_m, 0.0, BRAKE)
    yaw_rad = math.radians(setting.value)
    return braking_ahead(setting.site, "truck", "vehicle.moosetest.articulated_truck", ahead_m, yaw_rad, BRAKE)


ARTICULATED_TRUCK = register(
    Case(
        case_id="articulated_truck",
        title="An articulated lorry brakes, its tractor hidden behind its trailer",
        family="PW-7",
        polarity=Polarity.TRACK,
        template=G_RUR.at(70.0, conflict_m=140.0),
        factor=Factor("turn of the lorry against the lane", "°", at_0=10.0, at_1=0.0),
        measure=Measure("width_px"),
        sweeps=("actors.truck.place.*",),
        control="a rigid lorry",
        own_control=True,
        criteria=("PC-A", "PC-T"),
        rescue=("lidar", "radar"),
        source="NHTSA recall 23E-029",
        stage=_articulated_truck,
        tags=("day", "embedded"),
    )
)
