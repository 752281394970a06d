"""CO: things that usually come together, and do not."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Carried
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.depictions import picture_file
from scenarios.staging import Staging
from scenarios.templates import G_PED, WALK_FROM_M, WALK_MPS

ROAD_M = 14.0
ZEBRA_M = 4.0


def _no_crosswalk(setting: Setting) -> Staging:
    site = setting.site
    person = site.crossing("person", "walker.pedestrian.0035", left_m=-WALK_FROM_M, walk_mps=WALK_MPS)
    zebra = ActorPlan(
        role="zebra",
        blueprint="static.moosetest.marking",
        place=site.place(left_m=3.5, yaw_rad=0.0),
        attributes={
            "picture_file": picture_file("zebra"),
            "width_m": str(ROAD_M),
            "length_m": str(ZEBRA_M),
            "contrast": str(round(setting.value, 4)),
        },
    )
    return site.staging(zebra, person, target="person", reveal_s=WALK_FROM_M / WALK_MPS)


NO_CROSSWALK = register(
    Case(
        case_id="no_crosswalk",
        title="A person crosses where no zebra is painted",
        family="CO-1",
        polarity=Polarity.MISS,
        template=G_PED,
        factor=Factor("contrast of the zebra", "", at_0=1.0, at_1=0.0),
        measure=Measure("road_pattern"),
        sweeps=("actors.zebra.attributes.contrast",),
        control="a fresh zebra",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="NTSB HWY18MH010: no consideration of people outside of crossings",
        stage=_no_crosswalk,
        tags=("day", "embedded"),
    )
)


def _pushed_bicycle(setting: Setting) -> Staging:
    site = setting.site
    person = site.crossing("person", "walker.pedestrian.0020", left_m=-WALK_FROM_M, walk_mps=WALK_MPS)
    if setting.arm is Arm.CONTROL:
        return site.staging(person, target="person", reveal_s=WALK_FROM_M / WALK_MPS)
    bicycle = ActorPlan(
        role="bicycle",
        blueprint="static.moosetest.bicycle",
        place=site.place(beyond_m=0.6, left_m=-WALK_FROM_M - 1.0, yaw_rad=math.pi / 2),
        motion=Carried("person", forward_m=-setting.value, left_m=-0.55),
    )
    return site.staging(person, bicycle, target="person", reveal_s=WALK_FROM_M / WALK_MPS)


PUSHED_BICYCLE = register(
    Case(
        case_id="pushed_bicycle",
        title="A person crosses with a bicycle, and both become one shape",
        family="CO-2",
        polarity=Polarity.TRACK,
        template=G_PED,
        factor=Factor("distance between person and bicycle", "m", at_0=1.6, at_1=0.0),
        measure=Measure("group_width_px"),
        sweeps=("actors.bicycle.motion.forward_m",),
        control="the person alone",
        own_control=True,
        criteria=("PC-A", "PC-T"),
        rescue=("lidar", "radar"),
        source="NTSB HWY18MH010, HAR-19/03",
        stage=_pushed_bicycle,
        tags=("day", "embedded"),
    )
)
