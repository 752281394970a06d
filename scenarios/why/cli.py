"""The command line of `moosetest why`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import clear_errors
from scenarios.options import Json, Seed, Severity, check, check_picture


def why(
    model: Annotated[str, typer.Argument(help="A camera detector, FILE.onnx or NAME=FILE.onnx.")],
    case: Annotated[str, typer.Argument(help="A case of `moosetest list`.")],
    severity: Severity = 1.0,
    seed: Seed = 0,
    frame: Annotated[int | None, typer.Option(help="From 0 [the first that it answers wrongly, or the last].")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.png|FILE.jpg", help="Draw the maps there.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of recorded approaches; a missing one is driven.")] = Path(
        "bench/approaches"
    ),
    rig: Annotated[str, typer.Option(help="A rig by name, or a TOML file.")] = "default",
    masks: Annotated[int | None, typer.Option(help="How often D-RISE looks; more is sharper.")] = None,
    as_json: Json = False,
) -> None:
    """Show on what of a picture a camera detector's answer about a case rests: target, cue, or elsewhere."""
    with clear_errors(as_json):
        check(0.0 <= severity <= 1.0, f"--severity {severity}: want a number from 0 to 1", as_json)
        check(masks is None or masks >= 2, f"--masks {masks}: want 2 or more", as_json)
        if out is not None:
            check_picture(out, as_json)
        from perception.explain.drise import MASKS
        from scenarios.approach.recording import Request
        from scenarios.bench.modules import parse_module
        from scenarios.case import Arm, find_case
        from scenarios.why import command
        from sim.rig import load_rig

        module = parse_module(model)
        check(module.sensors == "camera", f"{model}: sees by {module.sensors}, want a camera detector", as_json)
        wanted = command.Wanted(
            module=module,
            request=Request(find_case(case), severity, seed, Arm.CASE, load_rig(rig)),
            frame=frame,
            masks=masks or MASKS,
            threads=os.cpu_count() or 1,
            data=data,
        )
        command.why(wanted, out, as_json)
