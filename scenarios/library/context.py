"""CX: things where nobody expects them."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, AtGap, Glide
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_MWY, G_RUR

LANE_HALF_M = 1.8


def _person_on_motorway(setting: Setting) -> Staging:
    person = ActorPlan(
        role="person",
        blueprint="walker.pedestrian.0025",
        place=setting.site.place(left_m=setting.value - LANE_HALF_M, yaw_rad=setting.rng.uniform(-math.pi, math.pi)),
    )
    return setting.site.staging(person, target="person")


PERSON_ON_MOTORWAY = register(
    Case(
        case_id="person_on_motorway",
        title="A person stands in a lane of the motorway",
        family="CX-1",
        polarity=Polarity.MISS,
        template=G_MWY,
        factor=Factor("distance into the lane", "m", at_0=0.9, at_1=1.8),
        measure=Measure("offset_px"),
        sweeps=("actors.person.place.left_m",),
        control="at the lane's edge",
        criteria=("PC-A",),
        rescue=("lidar", "radar"),
        source="NHTSA PE24-031; NTSB HWY18MH010",
        stage=_person_on_motorway,
        tags=("day",),
    )
)


def _mattress(setting: Setting) -> Staging:
    mattress = ActorPlan(
        role="mattress",
        blueprint="static.prop.mesh",
        place=setting.site.place(left_m=setting.rng.uniform(-0.3, 0.3), yaw_rad=setting.rng.uniform(-math.pi, math.pi)),
        attributes={"mesh_path": "static.moosetest.mattress", "scale": str(round(setting.value, 4))},
    )
    return setting.site.staging(mattress, target="mattress")


MATTRESS = register(
    Case(
        case_id="mattress",
        title="A mattress lies in the lane",
        family="CX-2",
        polarity=Polarity.MISS,
        template=G_MWY.at(80.0, conflict_m=160.0),
        factor=Factor("size", "of 2.0 m by 1.4 m by 0.22 m", at_0=1.5, at_1=0.5),
        measure=Measure("pixels"),
        sweeps=("actors.mattress.attributes.scale",),
        control="half as large again",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="CODA: detectors find at most 12.8 % of what is rare on roads",
        stage=_mattress,
        tags=("day", "embedded"),
    )
)

HOP_MPS = 2.5
HOP_S = 0.6


def _kangaroo(setting: Setting) -> Staging:
    site = setting.site
    from_m = HOP_MPS * HOP_S * float(setting.rng.integers(8, 10))  # whole hops: where the car would hit it, it lands
    is_deer = setting.arm is Arm.CONTROL
    animal = ActorPlan(
        role="animal",
        blueprint="walker.moosetest.deer" if is_deer else "walker.moosetest.kangaroo",
        place=site.place(left_m=from_m, yaw_rad=-math.pi / 2),
        motion=Glide(
            HOP_MPS,
            -math.pi / 2,
            2 * from_m,
            AtGap(from_m / HOP_MPS * site.speed_mps),
            hop_m=0.0 if is_deer else setting.value,
            hop_s=HOP_S,
        ),
    )
    return site.staging(animal, target="animal", reveal_s=from_m / HOP_MPS)


KANGAROO = register(
    Case(
        case_id="kangaroo",
        title="A kangaroo hops across a country road",
        family="CX-5",
        polarity=Polarity.MISS,
        template=G_RUR.at(70.0),
        factor=Factor("height of its hops", "m", at_0=0.0, at_1=1.5),
        measure=Measure("lift_px", rises=True, before_s=4.5 * HOP_S),  # in the middle of a hop
        sweeps=("actors.animal.motion.hop_m",),
        control="a deer that walks",
        own_control=True,
        criteria=("PC-A",),
        rescue=("lidar", "radar"),
        source="Volvo: a kangaroo in flight looks further away, one that lands looks closer",
        stage=_kangaroo,
        tags=("day", "embedded"),
    )
)
