"""TM: things that are gone for a while, and are not gone."""

from __future__ import annotations

import math

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_PED, WALK_MPS

FROM_M = 9.0
BEFORE_M = 3.0
SCREEN_TO_LANE_M = 2.0
"""Left of the lane's centre the screen ends: there the walker comes out."""


def _hidden_walker(setting: Setting) -> Staging:
    site = setting.site
    walker = site.crossing("walker", "walker.pedestrian.0005", left_m=FROM_M, walk_mps=WALK_MPS)
    wide_m = setting.value * WALK_MPS
    screen = ActorPlan(
        role="screen",
        blueprint="static.moosetest.poster",
        place=site.place(
            -BEFORE_M - setting.rng.uniform(0.0, 0.3), left_m=SCREEN_TO_LANE_M + wide_m / 2, yaw_rad=math.pi
        ),
        attributes={"width_m": str(round(wide_m, 4)), "height_m": "2.3"},
    )
    return site.staging(screen, walker, target="walker", reveal_s=FROM_M / WALK_MPS)


HIDDEN_WALKER = register(
    Case(
        case_id="hidden_walker",
        title="A person who crosses is hidden behind a hoarding for a while",
        family="TM-1",
        polarity=Polarity.TRACK,
        template=G_PED.at(40.0, conflict_m=85.0),
        factor=Factor("time out of sight", "s", at_0=0.2, at_1=4.0),
        measure=Measure("hidden_s", rises=True),
        sweeps=("actors.screen.attributes.width_m", "actors.screen.place.left_m"),
        control="out of sight for 0.2 s",
        criteria=("PC-A", "PC-T"),
        rescue=(),
        source="a cyclist behind a lorry (San Francisco, 6 February 2024)",
        stage=_hidden_walker,
        tags=("day", "embedded"),
    )
)
