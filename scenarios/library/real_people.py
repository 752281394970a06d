"""RW-02 and RW-18: people who were hit, or nearly: Tempe by night, a child at a school."""

from __future__ import annotations

from scenarios.actors import ActorPlan, Carried
from scenarios.case import Case, Factor, Measure, Polarity, Scale, Setting, register
from scenarios.library.paints import clothing
from scenarios.staging import LOW_BEAM, NIGHT, Staging
from scenarios.templates import G_URB

SPEED_KMH = 71.0  # 44 mph at first detection
SEEN_BEFORE_S = 5.6  # NTSB HWY18MH010: first detection before impact
WALK_MPS = 1.4


def _stage(setting: Setting) -> Staging:
    site = setting.site
    person = site.crossing(
        "person",
        "walker.moosetest.adult",
        left_m=WALK_MPS * SEEN_BEFORE_S,
        walk_mps=WALK_MPS,
        attributes={"clothing_reflectance": clothing(setting.value)},
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
        sweeps=("actors.person.attributes.clothing_reflectance",),
        control="light clothes (reflectance 0.5)",
        criteria=("PC-A",),
        rescue=("lidar", "radar"),
        source="NTSB HWY18MH010, HAR-19/03 (Tempe, Arizona, 18 March 2018)",
        stage=_stage,
        tags=("night", "embedded"),
    )
)


SUV = "vehicle.nissan.patrol_2021"
SUV_LENGTH_M, SUV_WIDTH_M = 5.566, 2.15
SUV_LEFT_M = -2.75  # double-parked: it stands half a metre into the car's lane
CHILD_BEHIND_M = 0.6  # behind its side, out of sight
CHILD_BEYOND_M = 0.7  # it runs close before its bonnet


def _child_at_school(setting: Setting) -> Staging:
    site = setting.site
    corner_m = SUV_LEFT_M + SUV_WIDTH_M / 2
    from_m = corner_m - CHILD_BEHIND_M - setting.rng.uniform(0.0, 0.2)
    suv = ActorPlan(role="suv", blueprint=SUV, place=site.place(-CHILD_BEYOND_M - SUV_LENGTH_M / 2, left_m=SUV_LEFT_M))
    # In sight from the vehicle's corner on: as long as from there to the middle of the car's lane is the reveal.
    run_mps = abs(corner_m) / setting.value
    child = site.crossing("child", "walker.pedestrian.0010", left_m=from_m, walk_mps=run_mps, distance_m=8.0)
    edge_m = site.conflict_m - CHILD_BEYOND_M
    return site.staging(suv, child, target="child", reveal_s=setting.value, edge_m=edge_m)


CHILD_AT_SCHOOL = register(
    Case(
        case_id="child_at_school",
        title="A child runs out from before a double-parked SUV",
        family="RW-18",
        polarity=Polarity.MISS,
        template=G_URB.at(27.0, conflict_m=60.0),
        factor=Factor("time in sight", "s", at_0=2.0, at_1=0.8),
        measure=Measure("reveal_s"),
        sweeps=("actors.child.motion.*", "reveal_s"),
        control="the child in sight for 2 s",
        criteria=("PC-A", "PC-N"),
        rescue=(),
        source="NHTSA preliminary evaluation, 23 January 2026 (Santa Monica, California)",
        stage=_child_at_school,
        tags=("day",),
    )
)
