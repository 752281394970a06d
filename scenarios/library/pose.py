"""PO: things that lie, as nobody is used to see them."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_MWY, G_URB

TRUCK = "vehicle.carlamotors.european_hgv"
TRUCK_WIDTH_M = 2.891
PERSON = "walker.pedestrian.0015"


def _truck_on_its_side(setting: Setting) -> Staging:
    roll_rad = math.radians(setting.value)
    truck = ActorPlan(
        role="truck",
        blueprint=TRUCK,
        # Heading to the left and rolled to its right: what looks at the traffic is its underbody.
        place=setting.site.place(
            beyond_m=TRUCK_WIDTH_M / 2 * math.cos(roll_rad),
            left_m=setting.rng.uniform(-0.8, 0.8),
            yaw_rad=math.pi / 2,
            up_m=TRUCK_WIDTH_M / 2 * math.sin(roll_rad),
            roll_rad=roll_rad,
        ),
    )
    return setting.site.staging(truck, target="truck")


TRUCK_ON_ITS_SIDE = register(
    Case(
        case_id="truck_on_its_side",
        title="A lorry lies on its side across the motorway, its underbody to the traffic",
        family="PO-1",
        polarity=Polarity.MISS,
        template=G_MWY,
        factor=Factor("roll", "°", at_0=0.0, at_1=90.0),
        measure=Measure("change", rises=True),
        sweeps=("actors.truck.place.*",),
        control="upright",
        criteria=("PC-P", "PC-A"),
        rescue=("lidar", "radar"),
        source="press reports (Taiwan, 1 June 2020); networks misclassify 97 % of the poses of things that they know",
        stage=_truck_on_its_side,
        tags=("day",),
    )
)


def _person_lying(setting: Setting) -> Staging:
    person = ActorPlan(
        role="person",
        blueprint=PERSON,
        place=setting.site.place(
            left_m=setting.rng.uniform(-0.4, 0.4),
            yaw_rad=setting.rng.uniform(-math.pi, math.pi),
            pitch_rad=math.radians(setting.value),
        ),
    )
    return setting.site.staging(person, target="person")


PERSON_LYING = register(
    Case(
        case_id="person_lying",
        title="A person lies in the lane",
        family="PO-2",
        polarity=Polarity.MISS,
        template=G_URB,
        factor=Factor("pitch of the body", "°", at_0=0.0, at_1=90.0),
        measure=Measure("height_px"),
        sweeps=("actors.person.place.pitch_rad",),
        control="standing at the same place",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="lying people are seen in 21 % of what standing ones are, in simulation (MDPI Vehicles)",
        stage=_person_lying,
        tags=("day",),
    )
)
