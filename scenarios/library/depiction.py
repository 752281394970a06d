"""DP: pictures of things, which are not the things."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Carried, DriveLane, Place
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.depictions import picture_file
from scenarios.library.paints import blend
from scenarios.staging import EGO_FRONT_M, Staging
from scenarios.templates import G_MWY, G_PED, G_URB, WALK_FROM_M, WALK_MPS


def _billboard(setting: Setting) -> Staging:
    board = ActorPlan(
        role="board",
        blueprint="static.moosetest.billboard",
        place=setting.site.place(left_m=-5.4 + setting.rng.uniform(0.0, 0.3)),  # its edge 1.5 m from the kerb
        attributes={
            "picture": "" if setting.arm is Arm.CONTROL else "people",
            "picture_scale": str(round(setting.value, 4)),
        },
    )
    return setting.site.staging(board, target="board")


BILLBOARD_PERSON = register(
    Case(
        case_id="billboard_person",
        title="Life-size people on a board beside the street",
        family="DP-1",
        polarity=Polarity.FALSE_ALARM,
        template=G_URB,
        factor=Factor("size of the picture", "of the board", at_0=0.3, at_1=1.0),
        measure=Measure("edges", rises=True),
        sweeps=("actors.board.attributes.picture_scale",),
        control="a blank board",
        own_control=True,
        criteria=("PC-B",),
        rescue=("lidar", "radar"),
        source="an emergency stop for a film advertisement on a bus (York)",
        stage=_billboard,
        tags=("day", "depiction", "embedded"),
    )
)


ORANGE, POSTER_GREY = (250, 110, 10), (150, 150, 150)


def _person_before_poster(setting: Setting) -> Staging:
    site = setting.site
    person = site.crossing(
        "person",
        "walker.moosetest.adult",
        left_m=-WALK_FROM_M,
        walk_mps=WALK_MPS,
        attributes={"clothing_color": blend(ORANGE, POSTER_GREY, setting.value)},
    )
    board = ActorPlan(
        role="board",
        blueprint="static.moosetest.billboard",
        place=site.place(beyond_m=3.0, left_m=-5.2 + setting.rng.uniform(0.0, 0.2)),
        attributes={"picture": "people"},
    )
    actors = (person,) if setting.arm is Arm.CONTROL else (person, board)
    return site.staging(*actors, target="person", reveal_s=WALK_FROM_M / WALK_MPS)


PERSON_BEFORE_POSTER = register(
    Case(
        case_id="person_before_poster",
        title="A real person steps out from before a picture of people",
        family="DP-2",
        polarity=Polarity.MISS,
        template=G_PED,
        factor=Factor("share of the picture's grey in the clothes", "", at_0=0.0, at_1=1.0),
        measure=Measure("color_distance"),
        sweeps=("actors.person.attributes.clothing_color",),
        control="no picture",
        own_control=True,
        criteria=("PC-A",),
        rescue=("lidar",),
        source="DP-1 with somebody real in it",
        stage=_person_before_poster,
        tags=("day", "depiction", "embedded"),
    )
)


def _stop_sign_shirt(setting: Setting) -> Staging:
    site = setting.site
    side = str(round(setting.value, 4))
    person = ActorPlan(
        role="person",
        blueprint="walker.pedestrian.0015",
        place=site.place(left_m=-4.3 + setting.rng.uniform(0.0, 0.3), yaw_rad=math.pi),
    )
    print_ = ActorPlan(
        role="print",
        blueprint="static.moosetest.poster",
        place=site.place(beyond_m=-0.3, left_m=-4.3, yaw_rad=math.pi, up_m=1.1),
        # A picture looks against x, as boards stand beside a road: it is turned to look ahead of the person.
        motion=Carried("person", forward_m=0.22, up_m=1.3 - setting.value / 2, yaw_rad=math.pi),
        attributes={"picture_file": picture_file("stop_sign"), "width_m": side, "height_m": side},
    )
    return site.staging(person, print_, target="person")


STOP_SIGN_SHIRT = register(
    Case(
        case_id="stop_sign_shirt",
        title="A stop sign on the shirt of somebody who stands beside the street",
        family="DP-3",
        polarity=Polarity.FALSE_ALARM,
        template=G_URB,
        factor=Factor("size of the print", "m", at_0=0.2, at_1=0.75),
        measure=Measure("red_pixels", rises=True, before_s=0.8),
        sweeps=("actors.print.attributes.*", "actors.print.motion.up_m"),
        control="a print as large as a hand",
        criteria=("PC-B",),
        rescue=("lidar",),
        source="a driverless car stopped for one in 3 of 4 trials",
        stage=_stop_sign_shirt,
        tags=("day", "depiction", "embedded"),
    )
)

TRUCK_AHEAD_M = 30.0
TRUCK_HALF_M = 4.1
HEADS_LEFT_M = (-0.7, 0.0, 0.7)


def _signals_on_a_truck(setting: Setting) -> Staging:
    site = setting.site
    ahead_m = TRUCK_AHEAD_M + setting.rng.uniform(0.0, 4.0)
    truck = ActorPlan(
        role="truck",
        blueprint="vehicle.moosetest.box_truck",
        place=Place(EGO_FRONT_M + ahead_m + TRUCK_HALF_M, left_m=-site.lane_m),
        motion=DriveLane(site.speed_mps),
    )
    lit = round(setting.value * len(HEADS_LEFT_M))
    heads = [
        ActorPlan(
            role=f"head_{number}",
            blueprint="static.moosetest.signal_head",
            place=Place(EGO_FRONT_M + ahead_m - 0.4, left_m - site.lane_m, math.pi, up_m=1.6),
            motion=Carried("truck", forward_m=-TRUCK_HALF_M - 0.25, left_m=left_m, up_m=1.6, yaw_rad=math.pi),
            attributes={"state": "red" if number < lit else "off"},
        )
        for number, left_m in enumerate(HEADS_LEFT_M)
    ]
    return site.staging(truck, *heads, target="truck")


SIGNALS_ON_A_TRUCK = register(
    Case(
        case_id="signals_on_a_truck",
        title="Traffic lights that are lit ride on the back of a lorry in the next lane",
        family="DP-5",
        polarity=Polarity.FALSE_ALARM,
        template=G_MWY.at(90.0),
        factor=Factor("share of the lamps that are red", "", at_0=0.0, at_1=1.0),
        measure=Measure("red_pixels", rises=True),
        sweeps=("actors.head_*.attributes.state",),
        control="all lamps off",
        criteria=("PC-B",),
        rescue=("radar",),
        source="an owner's video of an endless stream of signals; that they rode on a lorry is recalled, not re-read",
        stage=_signals_on_a_truck,
        tags=("day", "depiction", "embedded"),
    )
)
