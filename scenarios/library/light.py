"""LI: too much light, or none."""

from __future__ import annotations

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Scale, Setting, register
from scenarios.library.paints import clothing
from scenarios.staging import DAY, LOW_BEAM, NIGHT, Staging
from scenarios.templates import G_MWY, G_RUR, WALK_FROM_M, WALK_MPS

CAR = "vehicle.ford.crown"
CAR_HALF_M = 2.68
SUN_HEIGHT_DEG = 6.0
AHEAD_DEG = 0.0
"""Azimuth of a sun straight ahead on the motorway."""


def _low_sun(setting: Setting) -> Staging:
    site = setting.site
    car = ActorPlan(
        role="car",
        blueprint=CAR,
        place=site.place(CAR_HALF_M, left_m=setting.rng.uniform(-0.3, 0.3)),
        attributes={"color": "120,124,128"},
    )
    weather = {
        **DAY,
        "cloudiness": 0.0,
        "sun_altitude_angle": SUN_HEIGHT_DEG,
        "sun_azimuth_angle": AHEAD_DEG + setting.value,
    }
    return site.staging(car, target="car", weather=weather)


LOW_SUN = register(
    Case(
        case_id="low_sun",
        title="A car stands on the motorway below a low sun",
        family="LI-1",
        polarity=Polarity.MISS,
        template=G_MWY,
        factor=Factor("angle of the sun to the way", "°", at_0=150.0, at_1=2.0),
        measure=Measure("glare", rises=True),
        sweeps=("weather.sun_azimuth_angle",),
        control="the sun behind",
        criteria=("PC-A",),
        rescue=("lidar", "radar"),
        source="NHTSA PE24-031: crashes in sun glare",
        stage=_low_sun,
        tags=("day",),
    )
)


def _dark_clothes(setting: Setting) -> Staging:
    person = setting.site.crossing(
        "person",
        "walker.moosetest.adult",
        left_m=-WALK_FROM_M,
        walk_mps=WALK_MPS,
        attributes={"clothing_reflectance": clothing(setting.value)},
    )
    return setting.site.staging(
        person, target="person", weather=NIGHT, reveal_s=WALK_FROM_M / WALK_MPS, ego_lights=LOW_BEAM
    )


DARK_CLOTHES = register(
    Case(
        case_id="dark_clothes",
        title="By night, on a road without lamps, a person crosses in dark clothes",
        family="LI-4",
        polarity=Polarity.MISS,
        template=G_RUR.at(40.0, conflict_m=66.7),
        factor=Factor("clothing reflectance", "", at_0=0.5, at_1=0.03, scale=Scale.LOG),
        measure=Measure("luminance"),
        sweeps=("actors.person.attributes.clothing_reflectance",),
        control="light clothes (reflectance 0.5)",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="AAA: by night all pedestrian dummies were hit; IIHS, reflective clothing",
        stage=_dark_clothes,
        tags=("night", "embedded"),
    )
)
