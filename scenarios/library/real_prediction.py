"""RW-08 and RW-09: vehicles whose next move was predicted from what they looked like."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Brake, DriveLane, Place
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.library.braking import braking_ahead
from scenarios.staging import EGO_FRONT_M, Staging
from scenarios.templates import G_URB

BRAKE = Brake(at_s=3.0, decel_mps2=3.0)
"""As the bus braked: in plain view."""
BUS_AHEAD_M = 14.0


def _articulated_bus(setting: Setting) -> Staging:
    ahead_m = BUS_AHEAD_M + setting.rng.uniform(0.0, 2.0)
    if setting.arm is Arm.CONTROL:
        return braking_ahead(setting.site, "bus", "vehicle.moosetest.city_bus", ahead_m, 0.0, BRAKE)
    yaw_rad = math.radians(setting.value)  # as it pulls out of a stop
    return braking_ahead(setting.site, "bus", "vehicle.moosetest.articulated_bus", ahead_m, yaw_rad, BRAKE)


ARTICULATED_BUS = register(
    Case(
        case_id="articulated_bus",
        title="An articulated bus brakes, its front hidden behind its own rear",
        family="RW-08",
        polarity=Polarity.TRACK,
        template=G_URB.at(30.0, conflict_m=55.0),
        factor=Factor("turn of the bus against the lane", "°", at_0=20.0, at_1=0.0),
        measure=Measure("width_px"),
        sweeps=("actors.bus.place.*",),
        control="a rigid bus of 12 m",
        own_control=True,
        criteria=("PC-A", "PC-T"),
        rescue=("lidar", "radar"),
        source="NHTSA recall 23E-029 (San Francisco, California, 23 March 2023)",
        stage=_articulated_bus,
        tags=("day", "embedded"),
    )
)

TOW_MPS = 15.0 / 3.6
TOW_AHEAD_M = 32.0
PICKUP = "vehicle.tesla.cybertruck"
PICKUP_HALF_M = 3.14
TOW_TRUCK = "vehicle.moosetest.box_truck"
TOW_TRUCK_HALF_M = 4.1
ASKEW_LEFT_M = 1.2  # at 30°: its tail hangs into the next lane


def _towed_pickup(setting: Setting) -> Staging:
    site = setting.site
    ahead_m = TOW_AHEAD_M + setting.rng.uniform(0.0, 4.0)
    askew = setting.value / 30.0
    backward = setting.arm is not Arm.CONTROL
    pickup = ActorPlan(
        role="pickup",
        blueprint=PICKUP,
        place=Place(
            EGO_FRONT_M + ahead_m + PICKUP_HALF_M,
            left_m=ASKEW_LEFT_M * askew if backward else 0.0,
            yaw_rad=math.pi + math.radians(setting.value) if backward else 0.0,
        ),
        motion=DriveLane(TOW_MPS),
    )
    truck = ActorPlan(
        role="tow_truck",
        blueprint=TOW_TRUCK,
        place=Place(EGO_FRONT_M + ahead_m + 2 * PICKUP_HALF_M + 1.0 + TOW_TRUCK_HALF_M),
        motion=DriveLane(TOW_MPS),
    )
    meeting_s = ahead_m / (site.speed_mps - TOW_MPS)
    return site.staging(
        pickup,
        truck,
        target="pickup",
        reveal_s=meeting_s,
        conflict_s=meeting_s,
        duration_s=14.0,
        belongs=("tow_truck",),
    )


TOWED_PICKUP = register(
    Case(
        case_id="towed_pickup",
        title="A pickup is towed backwards and askew",
        family="RW-09",
        polarity=Polarity.TRACK,
        template=G_URB.at(40.0, conflict_m=60.0),
        factor=Factor("angle to its way", "°", at_0=0.0, at_1=30.0),
        measure=Measure("width_px", rises=True),
        sweeps=("actors.pickup.place.*",),
        control="towed forwards, in line",
        own_control=True,
        criteria=("PC-A", "PC-T"),
        rescue=("lidar", "radar"),
        source="NHTSA recall 24E-013 (Phoenix, Arizona, 11 December 2023)",
        stage=_towed_pickup,
        tags=("day",),
    )
)
