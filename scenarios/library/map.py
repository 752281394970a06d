"""MS: roads that say less than they should."""

from __future__ import annotations

from scenarios.actors import ActorPlan
from scenarios.case import Case, Factor, Measure, Polarity, Setting, register
from scenarios.staging import Staging
from scenarios.templates import G_RUR


def _worn_lines(setting: Setting) -> Staging:
    lines = ActorPlan(
        role="lines",
        blueprint="static.moosetest.worn_lines",
        place=setting.site.place(left_m=-20.0),
        attributes={"contrast": str(round(setting.value, 4))},
    )
    return setting.site.staging(lines, target="lines", duration_s=12.0)


WORN_LINES = register(
    Case(
        case_id="worn_lines",
        title="The lines of a country road are worn away",
        family="MS-1",
        polarity=Polarity.RULE,
        template=G_RUR.at(70.0),
        factor=Factor("contrast of the lines", "of fresh paint", at_0=1.0, at_1=0.05),
        measure=Measure("line_contrast"),
        sweeps=("actors.lines.attributes.contrast",),
        control="fresh paint",
        criteria=("PC-K",),
        rescue=("lidar",),
        source="NTSB HWY18FH011, HAR-20/01 (Mountain View, California): a worn line beside a stronger one",
        stage=_worn_lines,
        tags=("day", "embedded"),
    )
)
