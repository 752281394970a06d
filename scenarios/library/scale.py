"""SC: things that are smaller or larger than their kind."""

from __future__ import annotations

from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_PED, WALK_FROM_M, WALK_MPS


def _small_child(setting: Setting) -> Staging:
    child = setting.site.crossing(
        "child",
        "walker.moosetest.child",
        left_m=-WALK_FROM_M,
        walk_mps=WALK_MPS,
        attributes={"height_m": str(round(setting.value, 4))},
    )
    return setting.site.staging(child, target="child", reveal_s=WALK_FROM_M / WALK_MPS)


SMALL_CHILD = register(
    Case(
        case_id="small_child",
        title="A small child crosses",
        family="SC-1",
        polarity=Polarity.MISS,
        template=G_PED,
        factor=Factor("height", "m", at_0=1.75, at_1=0.9),
        measure=Measure("height_px"),
        sweeps=("actors.child.attributes.height_m",),
        control="as tall as an adult",
        criteria=("PC-A",),
        rescue=("lidar",),
        source="eight detectors find 20 % fewer children than adults; AAA: 89 % of child dummies hit at 20 mph",
        stage=_small_child,
        tags=("day", "embedded"),
    )
)
