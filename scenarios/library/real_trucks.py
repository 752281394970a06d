"""RW-01 and RW-14: lorries across the road, as they were driven into."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, AtTime, Glide
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.library.paints import grey
from scenarios.staging import Staging
from scenarios.templates import G_MWY, G_RUR

TRAILER = "vehicle.moosetest.articulated_truck"
CROSSING_MPS = 6.0
CROSSING_FROM_M = 30.0
BOX_TRUCK = "vehicle.moosetest.box_truck"
BOX_TRUCK_WIDTH_M = 2.5


def _williston(setting: Setting) -> Staging:
    site = setting.site
    from_m = CROSSING_FROM_M + setting.rng.uniform(-3.0, 3.0)
    truck = ActorPlan(
        role="truck",
        blueprint=TRAILER,
        place=site.place(beyond_m=1.3, left_m=from_m, yaw_rad=-math.pi / 2),
        motion=Glide(CROSSING_MPS, -math.pi / 2, from_m, AtTime(0.5)),
        attributes={"color": grey(setting.value)},
    )
    return site.staging(truck, target="truck", reveal_s=site.conflict_s - 0.5)


WILLISTON = register(
    Case(
        case_id="williston",
        title="A lorry with a white trailer crosses before a bright sky",
        family="RW-01",
        polarity=Polarity.MISS,
        template=G_RUR.at(100.0, conflict_m=190.0),
        factor=Factor("brightness of the trailer", "of white", at_0=0.05, at_1=1.0),
        measure=Measure("sky_contrast"),
        sweeps=("actors.truck.attributes.color",),
        control="a dark trailer",
        criteria=("PC-A", "PC-P"),
        rescue=("lidar",),
        source="NTSB HWY16FH018, HAR-17/02 (Williston, Florida, 7 May 2016)",
        stage=_williston,
        tags=("day", "embedded"),
    )
)


def _overturned(setting: Setting) -> Staging:
    roll_rad = math.radians(setting.value)
    lean_m = setting.rng.uniform(-0.8, 0.8)
    truck = ActorPlan(
        role="truck",
        blueprint=BOX_TRUCK,
        # Heading to the right and rolled to its right: the roof looks at the traffic.
        place=setting.site.place(
            beyond_m=3.4 * math.sin(roll_rad) + 1.25 * math.cos(roll_rad),
            left_m=lean_m,
            yaw_rad=-math.pi / 2,
            up_m=BOX_TRUCK_WIDTH_M / 2 * math.sin(roll_rad),
            roll_rad=roll_rad,
        ),
        attributes={"color": grey(0.9)},
    )
    return setting.site.staging(truck, target="truck")


OVERTURNED_TRUCK = register(
    Case(
        case_id="overturned_truck",
        title="A white lorry lies across the motorway, its roof to the traffic",
        family="RW-14",
        polarity=Polarity.MISS,
        template=G_MWY,
        factor=Factor("roll", "°", at_0=0.0, at_1=90.0),
        measure=Measure("likeness"),
        sweeps=("actors.truck.place.*",),
        control="the same lorry upright",
        criteria=("PC-A", "PC-P"),
        rescue=("lidar", "radar"),
        source="press reports (Taiwan, National Highway 1, km 268.4, 1 June 2020); no official report",
        stage=_overturned,
        tags=("day",),
    )
)
