"""DP-1: life-size people on a board beside the street. Nothing must happen."""

from __future__ import annotations

from scenarios.actors import ActorPlan
from scenarios.case import Arm, Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_URB


def _stage(setting: Setting) -> Staging:
    board = ActorPlan(
        role="board",
        blueprint="static.moosetest.billboard",
        place=setting.site.place(left_m=-4.4 + setting.rng.uniform(0.0, 0.3)),
        attributes={
            "picture": "" if setting.arm is Arm.CONTROL else "people",
            "picture_scale": str(round(setting.value, 4)),
        },
    )
    return setting.site.staging(board, target="board")


BILLBOARD_PERSON = register(
    Case(
        case_id="billboard_person",
        title="Life-size people on a board beside the street",
        family="DP-1",
        polarity=Polarity.FALSE_ALARM,
        template=G_URB,
        factor=Factor("size of the picture", "of the board", at_0=0.3, at_1=1.0),
        measure=Measure("edges", rises=True),
        control="a blank board",
        own_control=True,
        criteria=("PC-B",),
        rescue=("lidar", "radar"),
        source="an emergency stop for a film advertisement on a bus (York)",
        stage=_stage,
        tags=("day", "depiction", "embedded"),
    )
)
