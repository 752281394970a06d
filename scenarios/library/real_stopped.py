"""RW-04 and RW-16: the car ahead changes lane and uncovers one that stands."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, DriveLane, LaneChange, Place
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import EGO_FRONT_M, LOW_BEAM, NIGHT, Staging
from scenarios.templates import G_CUT, Site

SPEED_KMH = 34.0  # 21 mph behind the lead car
CRUISE_MPS = 50.0 / 3.6  # the set speed was 80 mph: free to speed up once the lead is gone
LEAD = "vehicle.volkswagen.t2_2021"
LEAD_LENGTH_M = 4.442
CHANGE_S = 1.8  # 2 m/s sideways: the quickest that tyres give at 7 m/s² over a lane
UNCOVERED_SHARE = 0.39  # of the lane change: a third of a lane aside, the middle of the truck is in sight
TRUCK_HALF_LENGTH_M = 4.234
BEACONS = 512
GAP_S, GAP_AT_REST_M = 1.5, 3.5
"""The car ahead is as far away as usual traffic keeps (G-CUT), and the room to stop behind it: nobody brakes for it."""
LATEST_S = 2.7
"""A lead at that gap, at 34 km/h and 4.4 m long, uncovers nothing later: it needs 3 m more to get past itself."""


def _lead(site: Site, reveal_s: float) -> ActorPlan:
    """The car ahead, which goes aside so that what stands at the conflict is in sight `reveal_s` before it."""
    way_m = reveal_s * site.speed_mps
    gap_m = GAP_S * site.speed_mps + GAP_AT_REST_M
    change = LaneChange(
        left_m=-site.lane_m,
        duration_s=CHANGE_S,
        of_m=EGO_FRONT_M + site.conflict_m,
        before_m=way_m - LEAD_LENGTH_M - gap_m + UNCOVERED_SHARE * CHANGE_S * site.speed_mps,
    )
    return ActorPlan(
        role="lead",
        blueprint=LEAD,
        place=Place(EGO_FRONT_M + gap_m + LEAD_LENGTH_M / 2),
        motion=DriveLane(site.speed_mps, change),
        lights=LOW_BEAM,
    )


def _cut_out(setting: Setting) -> Staging:
    site = setting.site
    yaw_rad = math.radians(setting.rng.uniform(0.0, 12.0))
    offset_m = setting.rng.uniform(0.2, 0.5)
    truck = ActorPlan(
        role="truck",
        blueprint="vehicle.carlamotors.firetruck",
        place=site.place(TRUCK_HALF_LENGTH_M, left_m=offset_m, yaw_rad=yaw_rad),
        lights=BEACONS,
    )
    if setting.arm is Arm.CONTROL:
        return site.staging(truck, target="truck", cruise_mps=CRUISE_MPS, duration_s=14.0)
    reveal_s = setting.value
    lead = _lead(site, reveal_s)
    return site.staging(truck, lead, target="truck", reveal_s=reveal_s, cruise_mps=CRUISE_MPS, duration_s=14.0)


CUT_OUT_REVEAL = register(
    Case(
        case_id="cut_out_reveal",
        title="The car ahead changes lane and uncovers a fire truck parked in ours",
        family="RW-04",
        polarity=Polarity.MISS,
        template=G_CUT.at(SPEED_KMH, conflict_m=80.0),
        factor=Factor("remaining time", "s", at_0=5.0, at_1=LATEST_S),
        measure=Measure("reveal_s"),
        sweeps=("actors.lead.*", "reveal_s"),
        control="no car ahead: the truck is in sight from the start",
        own_control=True,
        criteria=("PC-A",),
        rescue=("lidar",),
        source="NTSB HWY18FH004, HAB-19/07 (Culver City, California, 22 January 2018)",
        stage=_cut_out,
        tags=("day",),
    )
)


REVEAL_S = 4.5
HAZARDS = 8 | 16 | 32 | 1  # brake, both indicators, position
CAR_HALF_LENGTH_M = 2.35


def _unlit_car(setting: Setting) -> Staging:
    site = setting.site
    car = ActorPlan(
        role="car",
        blueprint="vehicle.mercedes.coupe_2020",
        place=site.place(CAR_HALF_LENGTH_M, left_m=setting.rng.uniform(-0.3, 0.3)),
        attributes={"color": "30,32,36", "moosetest_lamps": str(round(setting.value, 4))},
        lights=HAZARDS,
    )
    return site.staging(car, _lead(site, REVEAL_S), target="car", weather=NIGHT, reveal_s=REVEAL_S, ego_lights=LOW_BEAM)


UNLIT_CAR = register(
    Case(
        case_id="unlit_car",
        title="By night the car ahead uncovers one that stands on the motorway without lamps",
        family="RW-16",
        polarity=Polarity.MISS,
        template=G_CUT.at(113.0, conflict_m=230.0),
        factor=Factor("light of its lamps and reflectors", "of a new car's", at_0=1.0, at_1=0.0),
        measure=Measure("luminance"),
        sweeps=("actors.car.attributes.moosetest_lamps",),
        control="hazard lamps on",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="NTSB HWY24FH006 (San Antonio, Texas, 24 February 2024)",
        stage=_unlit_car,
        tags=("night", "embedded"),
    )
)
