"""WX: what the air carries."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan, Brake, DriveLane, Place
from scenarios.case import Case, Factor, Measure, Polarity, Scale, Setting, register
from scenarios.library.braking import time_to_react_s
from scenarios.staging import DAY, EGO_FRONT_M, Staging
from scenarios.templates import G_MWY, G_RUR

FOG_AT_FULL_M = 30.0
"""Visual range at a fog_density of 100 on the embedded server; it grows with the inverse square."""
CAR_HALF_M = 2.0


def _fog(setting: Setting) -> Staging:
    site = setting.site
    car = ActorPlan(
        role="car",
        blueprint="vehicle.citroen.c3",
        place=site.place(CAR_HALF_M, left_m=setting.rng.uniform(-0.3, 0.3)),
        attributes={"color": "60,90,60"},
    )
    density = 100.0 * math.sqrt(FOG_AT_FULL_M / setting.value)
    weather = {**DAY, "cloudiness": 60.0, "fog_density": density, "fog_distance": 0.0, "fog_falloff": 0.1}
    sight_m = min(site.conflict_m, setting.value)
    return site.staging(car, target="car", weather=weather, reveal_s=sight_m / site.speed_mps)


FOG = register(
    Case(
        case_id="fog",
        title="A car stands in fog",
        family="WX-1",
        polarity=Polarity.MISS,
        template=G_RUR.at(60.0, conflict_m=120.0),
        factor=Factor("visual range", "m", at_0=2000.0, at_1=30.0, scale=Scale.LOG),
        measure=Measure("contrast"),
        sweeps=("weather.fog_density", "reveal_s"),
        control="clear air",
        criteria=("PC-A",),
        rescue=("radar",),
        source="Robo3D: PointPillars 66.7 to 45.7 in fog; NHTSA PE24-031",
        stage=_fog,
        tags=("day",),
    )
)

BRAKE = Brake(at_s=4.0, decel_mps2=3.0)
AHEAD_M = 38.0
TRUCK_HALF_M = 4.1


def _spray(setting: Setting) -> Staging:
    site = setting.site
    ahead_m = AHEAD_M + setting.rng.uniform(0.0, 4.0)
    truck = ActorPlan(
        role="truck",
        blueprint="vehicle.moosetest.box_truck",
        place=Place(EGO_FRONT_M + ahead_m + TRUCK_HALF_M),
        motion=DriveLane(site.speed_mps, brake=BRAKE),
    )
    weather = {**DAY, "cloudiness": 80.0, "wetness": setting.value, "precipitation_deposits": setting.value}
    reveal_s = time_to_react_s(ahead_m, site.speed_mps, BRAKE)
    conflict_s = BRAKE.at_s + reveal_s
    return site.staging(
        truck, target="truck", weather=weather, duration_s=16.0, reveal_s=reveal_s, conflict_s=conflict_s
    )


SPRAY = register(
    Case(
        case_id="spray",
        title="A lorry brakes in its own spray",
        family="WX-3",
        polarity=Polarity.MISS,
        template=G_MWY.at(80.0, conflict_m=200.0),
        factor=Factor("wetness of the road", "%", at_0=0.0, at_1=100.0),
        measure=Measure("edges"),
        sweeps=("weather.wetness", "weather.precipitation_deposits"),
        control="a dry road",
        criteria=("PC-A",),
        rescue=("radar",),
        source="spray disturbs LiDARs for up to 4 s (arXiv 2108.10800); SemanticSpray++",
        stage=_spray,
        tags=("day", "wet"),
    )
)
