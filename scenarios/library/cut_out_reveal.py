"""RW-04, Culver City: the car ahead changes lane and uncovers a fire truck parked in ours."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, DriveLane, LaneChange, Place
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import EGO_FRONT_M, Staging
from scenarios.templates import G_CUT

SPEED_KMH = 34.0  # 21 mph behind the lead car
CRUISE_MPS = 50.0 / 3.6  # the set speed was 80 mph: free to speed up once the lead is gone
LEAD = "vehicle.volkswagen.t2_2021"
LEAD_LENGTH_M = 4.442
CHANGE_S = 1.8  # 2 m/s sideways: the quickest that tyres give at 7 m/s² over a lane
UNCOVERED_SHARE = 0.39  # of the lane change: a third of a lane aside, the middle of the truck is in sight
TRUCK_HALF_LENGTH_M = 4.234
BEACONS = 512


def _stage(setting: Setting) -> Staging:
    site, reveal_s = setting.site, setting.value
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
    way_m = reveal_s * site.speed_mps
    # A lead that uncovers the truck late has to be close: it must itself get past.
    gap_m = min(1.5 * site.speed_mps, 0.35 * way_m)
    change = LaneChange(
        left_m=-site.lane_m,
        duration_s=CHANGE_S,
        of_m=EGO_FRONT_M + site.conflict_m,
        before_m=way_m - LEAD_LENGTH_M - gap_m + UNCOVERED_SHARE * CHANGE_S * site.speed_mps,
    )
    lead = ActorPlan(
        role="lead",
        blueprint=LEAD,
        place=Place(EGO_FRONT_M + gap_m + LEAD_LENGTH_M / 2),
        motion=DriveLane(site.speed_mps, change),
    )
    return site.staging(truck, lead, target="truck", reveal_s=reveal_s, cruise_mps=CRUISE_MPS, duration_s=14.0)


CUT_OUT_REVEAL = register(
    Case(
        case_id="cut_out_reveal",
        title="The car ahead changes lane and uncovers a fire truck parked in ours",
        family="RW-04",
        polarity=Polarity.MISS,
        template=G_CUT.at(SPEED_KMH, conflict_m=80.0),
        factor=Factor("remaining time", "s", at_0=5.0, at_1=1.0),
        measure=Measure("reveal_s"),
        control="no car ahead: the truck is in sight from the start",
        own_control=True,
        criteria=("PC-A",),
        rescue=("lidar",),
        source="NTSB HWY18FH004, HAB-19/07 (Culver City, California, 22 January 2018)",
        stage=_stage,
        tags=("day",),
    )
)
