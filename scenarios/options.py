"""Options that several commands have, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import WRONG_USE, stop


def check(holds: bool, message: str, as_json: bool) -> None:
    """End with `message` as wrong use where it does not hold."""
    if not holds:
        stop(message, WRONG_USE, as_json)


def check_picture(sheet: Path, as_json: bool) -> None:
    """End as wrong use where a picture cannot be written under that name."""
    check(sheet.suffix in (".png", ".jpg"), f"{sheet}: want a .png or .jpg file", as_json)


def _whole_seed(seed: int) -> int:
    if seed < 0:
        stop(f"--seed {seed}: want a whole number from 0 on", WRONG_USE, False)
    return seed


Severity = Annotated[float, typer.Option(help="0 (the cue is there) to 1 (hardest plausible).")]
Seed = Annotated[int, typer.Option(callback=_whole_seed, help="Draws the nuisances and all noise; 0 or more.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
OtherWeights = Annotated[Path | None, typer.Option(metavar="FILE", help="ONNX file instead of the shipped one.")]
Faults = Annotated[
    list[str] | None,
    typer.Option("--fault", metavar="NAME=SEVERITY[@SENSOR]", help="A fault of `moosetest list faults`; repeatable."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="MODULE.KEY=VALUE", help="A setting, as camera.min_score=0.9; repeatable."),
]
SELECTS = "Cases by name with wildcards, family:GLOB, tag:GLOB, polarity:M|F|C|T|B; ! before leaves out."
Select = Annotated[list[str] | None, typer.Argument(metavar="[SELECT]…", help=SELECTS, show_default=False)]
