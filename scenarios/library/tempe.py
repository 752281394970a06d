"""RW-02, Tempe: a person pushing a bicycle crosses a lit avenue at night, in darker and darker clothes."""

from __future__ import annotations

from scenarios.actors import ActorPlan, Carried
from scenarios.case import Case, Factor, Measure, Polarity, Scale, Setting, register
from scenarios.staging import LOW_BEAM, NIGHT, Staging
from scenarios.templates import G_URB

SPEED_KMH = 71.0  # 44 mph at first detection
SEEN_BEFORE_S = 5.6  # NTSB HWY18MH010: first detection before impact
WALK_MPS = 1.4
MODELLED_REFLECTANCE = 0.5  # cloth albedo of walker.moosetest.adult


def _stage(setting: Setting) -> Staging:
    site = setting.site
    reflectance = str(round(setting.value / MODELLED_REFLECTANCE, 4))
    person = site.crossing(
        "person",
        "walker.moosetest.adult",
        left_m=WALK_MPS * SEEN_BEFORE_S,
        walk_mps=WALK_MPS,
        attributes={"clothing_reflectance": reflectance},
    )
    bicycle = ActorPlan(
        role="bicycle",
        blueprint="static.moosetest.bicycle",
        place=site.place(beyond_m=0.7, left_m=person.place.left_m, yaw_rad=person.place.yaw_rad),
        motion=Carried("person", forward_m=0.1, left_m=0.7),
    )
    return site.staging(person, bicycle, target="person", weather=NIGHT, reveal_s=SEEN_BEFORE_S, ego_lights=LOW_BEAM)


TEMPE = register(
    Case(
        case_id="tempe",
        title="A person pushing a bicycle crosses a lit avenue at night",
        family="RW-02",
        polarity=Polarity.MISS,
        template=G_URB.at(SPEED_KMH, conflict_m=135.0),
        factor=Factor("clothing reflectance", "", at_0=0.5, at_1=0.03, scale=Scale.LOG),
        measure=Measure("luminance"),
        control="light clothes (reflectance 0.5)",
        criteria=("PC-A", "PC-T"),
        rescue=("lidar", "radar"),
        source="NTSB HWY18MH010, HAR-19/03 (Tempe, Arizona, 18 March 2018)",
        stage=_stage,
        tags=("night", "embedded"),
    )
)
