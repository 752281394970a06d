"""RW-04, Culver City: the car ahead changes lane and uncovers a fire truck parked in ours."""

from __future__ import annotations

import math

from scenarios.case import Arm, Case, Factor, Polarity, Setting, register
from scenarios.staging import DAY, ActorPlan, DriveLane, LaneChange, Place, RoadPlace, Staging

EGO_MPS = 34.0 / 3.6  # 21 mph behind the lead car
CRUISE_MPS = 50.0 / 3.6  # the set speed was 80 mph: free to speed up once the lead is gone
EGO_FRONT_M = 2.45
LEAD = "vehicle.volkswagen.t2_2021"
LEAD_LENGTH_M = 4.442
LANE_M = 3.6
CHANGE_S = 1.8  # 2 m/s sideways: the quickest that tyres give at 7 m/s² over a lane
UNCOVERED_SHARE = 0.39  # of the lane change: a third of a lane aside, the middle of the truck is in sight
TRUCK_FACE_M = 80.0  # path length from the ego's front to the truck's tail
TRUCK_HALF_LENGTH_M = 4.234


def _stage(setting: Setting) -> Staging:
    reveal_s = setting.value
    yaw_rad = math.radians(setting.rng.uniform(0.0, 12.0))
    offset_m = setting.rng.uniform(0.2, 0.5)
    way_m = reveal_s * EGO_MPS
    # A lead that uncovers the truck late has to be close: it must itself get past.
    gap_m = min(1.5 * EGO_MPS, 0.35 * way_m)
    lead_to_face_m = way_m - LEAD_LENGTH_M - gap_m
    change = LaneChange(
        left_m=-LANE_M,
        duration_s=CHANGE_S,
        of_m=EGO_FRONT_M + TRUCK_FACE_M,
        before_m=lead_to_face_m + UNCOVERED_SHARE * CHANGE_S * EGO_MPS,
    )
    lead = ActorPlan(
        role="lead",
        blueprint=LEAD,
        place=Place(EGO_FRONT_M + gap_m + LEAD_LENGTH_M / 2),
        motion=DriveLane(EGO_MPS, change),
    )
    truck = ActorPlan(
        role="truck",
        blueprint="vehicle.carlamotors.firetruck",
        place=Place(EGO_FRONT_M + TRUCK_FACE_M + TRUCK_HALF_LENGTH_M, left_m=offset_m, yaw_rad=yaw_rad),
        lights=512,  # beacons
    )
    return Staging(
        map_name="motorway",
        start=RoadPlace(road=1, lane=-2, s_m=100.0),
        speed_mps=EGO_MPS,
        cruise_mps=CRUISE_MPS,
        weather=DAY,
        actors=(truck,) if setting.arm is Arm.CONTROL else (truck, lead),
        target="truck",
        duration_s=14.0,
        conflict_m=TRUCK_FACE_M,
        reveal_s=TRUCK_FACE_M / EGO_MPS if setting.arm is Arm.CONTROL else reveal_s,
    )


CUT_OUT_REVEAL = register(
    Case(
        case_id="cut_out_reveal",
        title="The car ahead changes lane and uncovers a fire truck parked in ours",
        family="RW-04",
        polarity=Polarity.MISS,
        factor=Factor("remaining time", "s", at_0=5.0, at_1=1.0),
        control="no car ahead: the truck is in sight from the start",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="NTSB HWY18FH004, HAB-19/07 (Culver City, California, 22 January 2018)",
        stage=_stage,
        tags=("day",),
    )
)
