"""DP-1: life-size people on a board beside the street. Nothing must happen."""

from __future__ import annotations

from scenarios.case import Arm, Case, Factor, Polarity, Setting, register
from scenarios.staging import DAY, ActorPlan, Place, RoadPlace, Staging

EGO_MPS = 50.0 / 3.6
BOARD_AHEAD_M = 85.0


def _stage(setting: Setting) -> Staging:
    left_m = setting.rng.uniform(-4.4, -4.1)
    ahead_m = BOARD_AHEAD_M + setting.rng.uniform(-5.0, 5.0)
    board = ActorPlan(
        role="board",
        blueprint="static.moosetest.billboard",
        place=Place(ahead_m, left_m),
        attributes={
            "picture": "" if setting.arm is Arm.CONTROL else "people",
            "picture_scale": str(round(setting.value, 4)),
        },
    )
    return Staging(
        map_name="urban_street",
        start=RoadPlace(road=1, lane=-1, s_m=20.0),
        speed_mps=EGO_MPS,
        cruise_mps=EGO_MPS,
        weather=DAY,
        actors=(board,),
        target="board",
        duration_s=8.0,
        conflict_m=ahead_m,
        reveal_s=ahead_m / EGO_MPS,
    )


BILLBOARD_PERSON = register(
    Case(
        case_id="billboard_person",
        title="Life-size people on a board beside the street",
        family="DP-1",
        polarity=Polarity.FALSE_ALARM,
        factor=Factor("size of the picture", "of the board", at_0=0.3, at_1=1.0),
        control="a blank board",
        criteria=("PC-B",),
        rescue=("lidar", "radar"),
        source="an emergency stop for a film advertisement on a bus (York)",
        stage=_stage,
        must_react=False,
        tags=("day", "depiction", "embedded"),
    )
)
