"""TX: surfaces that hide what wears them."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.library.paints import blend, grey
from scenarios.staging import Staging
from scenarios.templates import G_MWY, G_PED, WALK_FROM_M, WALK_MPS

ORANGE, ASPHALT = (250, 110, 10), (118, 116, 112)


def _white_trailer(setting: Setting) -> Staging:
    truck = ActorPlan(
        role="truck",
        blueprint="vehicle.moosetest.articulated_truck",
        place=setting.site.place(1.3, left_m=2.0 + setting.rng.uniform(-1.0, 1.0), yaw_rad=-math.pi / 2),
        attributes={"color": grey(setting.value)},
    )
    return setting.site.staging(truck, target="truck")


WHITE_TRAILER = register(
    Case(
        case_id="white_trailer",
        title="A white trailer stands across the motorway before a bright sky",
        family="TX-1",
        polarity=Polarity.MISS,
        template=G_MWY,
        factor=Factor("brightness of the trailer", "of white", at_0=0.05, at_1=1.0),
        measure=Measure("sky_contrast"),
        sweeps=("actors.truck.attributes.color",),
        control="a dark trailer",
        criteria=("PC-P", "PC-A"),
        rescue=("lidar",),
        source="NTSB HWY16FH018 and HWY19FH008 (Williston and Delray Beach, Florida)",
        stage=_white_trailer,
        tags=("day", "embedded"),
    )
)


def _camouflage(setting: Setting) -> Staging:
    person = setting.site.crossing(
        "person",
        "walker.moosetest.adult",
        left_m=-WALK_FROM_M,
        walk_mps=WALK_MPS,
        attributes={"clothing_color": blend(ORANGE, ASPHALT, setting.value)},
    )
    return setting.site.staging(person, target="person", reveal_s=WALK_FROM_M / WALK_MPS)


CAMOUFLAGE = register(
    Case(
        case_id="camouflage",
        title="A person crosses in clothes of the road's colour",
        family="TX-2",
        polarity=Polarity.MISS,
        template=G_PED,
        factor=Factor("share of the road's colour in the clothes", "", at_0=0.0, at_1=1.0),
        measure=Measure("color_distance"),
        sweeps=("actors.person.attributes.clothing_color",),
        control="an orange vest and trousers",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="IIHS, pedestrian crash prevention in reflective clothing",
        stage=_camouflage,
        tags=("day", "embedded"),
    )
)
