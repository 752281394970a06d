"""RW-02, Tempe: a person pushing a bicycle crosses a lit avenue at night, in darker and darker clothes."""

from __future__ import annotations

import math

from scenarios.case import Case, Factor, Polarity, Scale, Setting, register
from scenarios.staging import NIGHT, ActorPlan, AtGap, Carried, Place, RoadPlace, Staging, Walk

EGO_MPS = 71.0 / 3.6  # 44 mph at first detection
SEEN_BEFORE_S = 5.6  # NTSB HWY18MH010: first detection before impact
WALK_MPS = 1.4
EGO_FRONT_M = 2.45  # from the car's centre to its front bumper
MODELLED_REFLECTANCE = 0.5  # cloth albedo of walker.moosetest.adult


def _stage(setting: Setting) -> Staging:
    gap_m = SEEN_BEFORE_S * EGO_MPS
    lead_in_m = setting.rng.uniform(25.0, 35.0)
    conflict_m = lead_in_m + gap_m
    # So far to the left that a car that does not brake hits with the middle of its bumper.
    person_at = Place(EGO_FRONT_M + conflict_m, left_m=WALK_MPS * SEEN_BEFORE_S, yaw_rad=-math.pi / 2)
    crossing = Walk(WALK_MPS, heading_rad=-math.pi / 2, distance_m=12.0, trigger=AtGap(gap_m))
    reflectance = str(round(setting.value / MODELLED_REFLECTANCE, 4))
    return Staging(
        map_name="urban_avenue",
        start=RoadPlace(road=1, lane=-2, s_m=20.0),
        speed_mps=EGO_MPS,
        cruise_mps=EGO_MPS,
        weather=NIGHT,
        actors=(
            ActorPlan(
                role="person",
                blueprint="walker.moosetest.adult",
                place=person_at,
                motion=crossing,
                attributes={"clothing_reflectance": reflectance},
            ),
            ActorPlan(
                role="bicycle",
                blueprint="static.moosetest.bicycle",
                place=Place(person_at.ahead_m + 0.7, person_at.left_m, person_at.yaw_rad),
                motion=Carried("person", forward_m=0.1, left_m=0.7),
            ),
        ),
        target="person",
        duration_s=14.0,
        conflict_m=conflict_m,
        reveal_s=SEEN_BEFORE_S,
        ego_lights=3,  # position and low beam
    )


TEMPE = register(
    Case(
        case_id="tempe",
        title="A person pushing a bicycle crosses a lit avenue at night",
        family="RW-02",
        polarity=Polarity.MISS,
        factor=Factor("clothing reflectance", "", at_0=0.5, at_1=0.03, scale=Scale.LOG),
        control="light clothes (reflectance 0.5)",
        criteria=("PC-A",),
        rescue=("lidar", "radar"),
        source="NTSB HWY18MH010, HAR-19/03 (Tempe, Arizona, 18 March 2018)",
        stage=_stage,
        tags=("night", "embedded"),
    )
)
