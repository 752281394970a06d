"""The command line: `moosetest`. Heavy imports happen inside the commands, so that --help is quick."""

from __future__ import annotations

import json
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.bench.cli import bench
from scenarios.blame.cli import blame
from scenarios.errors import INCONCLUSIVE, WRONG_USE, clear_errors, stop
from scenarios.options import Faults, Json, OtherWeights, Seed, Select, Settings, Severity, check, check_picture
from scenarios.suite.cli import suite
from scenarios.training_cli import dataset, evaluate_app, train_app
from scenarios.why.cli import why
from sim.render.quality import Quality

app = typer.Typer(
    name="moosetest",
    help="Drives an autonomous-driving stack through rare edge cases and shows where recognition breaks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(train_app, name="train")
app.add_typer(evaluate_app, name="evaluate")
app.command()(suite)
app.command()(bench)
app.command()(why)
app.command()(blame)
app.command()(dataset)


Carla = Annotated[
    str | None, typer.Option("--carla", metavar="HOST:PORT", help="A CARLA server; else an embedded one.")
]


class Listing(StrEnum):
    """What `moosetest list` can list."""

    CASES = "cases"
    MAPS = "maps"
    DETECTORS = "detectors"
    STACKS = "stacks"
    FAULTS = "faults"


class ArmName(StrEnum):
    """The arms of a case, as `scenarios.case.Arm` has them."""

    CASE = "case"
    CONTROL = "control"
    ABSENT = "absent"
    REACT = "react"


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="RPC port; streams use the next one.")] = 2000,
    map_name: Annotated[str, typer.Option("--map", metavar="NAME|FILE.xodr")] = "urban_street",
    seed: Seed = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    maps: Annotated[Path | None, typer.Option(metavar="DIR", help="Its .xodr files are maps, too.")] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of CARLA recordings [~/.local/share/moosetest/recordings].")
    ] = None,
    quality: Annotated[Quality, typer.Option(help="Of cameras whose client sets no moosetest_quality.")] = Quality.HIGH,
) -> None:
    """Run the embedded CARLA 0.9.16 server until Ctrl-C. $MOOSETEST_MAPS names a folder of maps, as --maps does."""
    with clear_errors():
        check(0 <= port <= 65534, f"--port {port}: want 0 (any free port) to 65534", False)
        from sim.server.server import serve as run_server
        from sim.world.maps.folder import VARIABLE

        if maps is not None:
            os.environ[VARIABLE] = str(maps)

        def say_ready(at: int) -> None:
            typer.echo(f"CARLA 0.9.16 server ready on {host}:{at}")

        try:
            run_server(
                port,
                map_name,
                host=host,
                seed=seed,
                recordings=recordings,
                camera_quality=quality,
                ready=say_ready,
            )
        except (ValueError, OSError) as error:  # not OpenDRIVE, or the port is taken: the text says which
            stop(str(error), WRONG_USE, False)


@app.command("list")
def list_things(what: Annotated[Listing, typer.Argument()] = Listing.CASES, as_json: Json = False) -> None:
    """List cases, maps, detectors, stacks or faults."""
    from scenarios.listing import listing, print_listing

    with clear_errors(as_json):
        rows = listing(what.value)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        print_listing(rows)


@app.command()
def assets(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="[PATTERN]…", help="Names with wildcards, as 'vehicle.*' [all].")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE.png|FILE.jpg", help="Draw them there, each from four sides.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List vehicles, people, animals and props with true size and split, or draw them on a contact sheet."""
    from scenarios.listing import asset_rows, print_listing

    with clear_errors(as_json):
        rows = asset_rows(patterns or ["*"])
        check(bool(rows), f"assets {' '.join(patterns or [])}: no asset of that name; see `moosetest assets`", as_json)
        if sheet is not None:
            from sim.render.contact_sheet import contact_sheet
            from sim.render.context import RenderUnavailableError

            check_picture(sheet, as_json)
            try:
                picture = contact_sheet([row["asset"] for row in rows])
            except RenderUnavailableError as error:
                stop(str(error), INCONCLUSIVE, as_json)
            _write_picture(sheet, picture)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    elif sheet is None:
        print_listing(rows)


@app.command()
def weathers(
    sheet: Annotated[Path, typer.Argument(metavar="FILE.png|FILE.jpg", help="The picture to write.")],
    map_name: Annotated[str, typer.Option("--map", help="A map of `moosetest list maps`.")] = "urban_street",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw one street with traffic in eight lights and weathers, from noon to a wet night."""
    from sim.render.context import RenderUnavailableError
    from sim.world.maps import map_names

    with clear_errors(as_json):
        check_picture(sheet, as_json)
        known = map_names()
        check(map_name in known, f"--map {map_name}: want one of {', '.join(known)}", as_json)
        from scenarios.weather_sheet import WEATHERS, weather_sheet

        try:
            picture = weather_sheet(map_name, seed)
        except RenderUnavailableError as error:
            stop(str(error), INCONCLUSIVE, as_json)
        _write_picture(sheet, picture)
    if as_json:
        typer.echo(json.dumps({"sheet": str(sheet), "weathers": list(WEATHERS)}, indent=2))


@app.command()
def run(
    case: Annotated[str, typer.Argument(help="A case of `moosetest list`.")],
    severity: Severity = 0.0,
    seed: Seed = 0,
    stack: Annotated[str, typer.Option(help="A stack of `moosetest list stacks`.")] = "fused",
    arm: Annotated[
        ArmName, typer.Option(help="The case, its control, without its target, or what must be reacted to.")
    ] = ArmName.CASE,
    carla: Carla = None,
    rig: Annotated[str, typer.Option(help="A rig by name, or a TOML file.")] = "default",
    out: Annotated[Path | None, typer.Option(help="Folder of the run bundle [runs/CASE-…].")] = None,
    camera_weights: OtherWeights = None,
    lidar_weights: OtherWeights = None,
    fault: Faults = None,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Drive one case once: verdict, and a run bundle to look at."""
    with clear_errors(as_json):
        check(0.0 <= severity <= 1.0, f"--severity {severity}: want a number from 0 to 1", as_json)
        _check_address(carla, as_json)
        from scenarios.case import Arm, find_case
        from scenarios.drive.loop import DriveRequest
        from scenarios.drive.settings import parse_settings
        from scenarios.live import drive_shown
        from sim.faults.chain import FaultSpec

        found = find_case(case)
        faults = tuple(FaultSpec.parse(text) for text in fault or ())
        name = "-".join([case, arm.value, f"s{severity:g}", f"seed{seed}", stack, *map(str, faults), *(settings or ())])
        folder = out or Path("runs") / name
        request = DriveRequest(
            case=found,
            severity=severity,
            seed=seed,
            stack=stack,
            arm=Arm(arm.value),
            address=carla,
            rig_name=rig,
            out=folder,
            camera_weights=camera_weights,
            lidar_weights=lidar_weights,
            faults=faults,
            settings=parse_settings(settings or ()),
        )
        verdict = drive_shown(request, quiet=as_json)
        if as_json:
            typer.echo(json.dumps(verdict.to_json(), indent=2))
    raise SystemExit(verdict.outcome.exit_code)


@app.command("check-case")
def check_case(
    cases: Select = None,
    everything: Annotated[bool, typer.Option("--all", help="All cases.")] = False,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the proofs and contact sheets; goes on where it was cut short.")
    ] = None,
    fused: Annotated[bool, typer.Option(help="Also drive the fused stack at severity 0, which takes longest.")] = False,
    workers: Annotated[int, typer.Option(help="Cases at a time.", show_default="one a core")] = 0,
    as_json: Json = False,
) -> None:
    """Prove that a case tests perception, one factor, and nothing else; draw its contact sheet."""
    with clear_errors(as_json):
        check(bool(cases) != everything, "check-case: want names of cases, or --all", as_json)
        check(workers >= 0, f"--workers {workers}: want 1 or more, or 0 for one a core", as_json)
        from scenarios.check.command import check_cases
        from scenarios.selection import select_cases

        names = [case.case_id for case in select_cases(cases or ())]
        holds = check_cases(names, seed, out, fused, workers or os.cpu_count() or 1, as_json)
    raise SystemExit(0 if holds else 1)


@app.command("new-case")
def new_case_command(
    name: Annotated[str, typer.Argument(help="Its name on the command line: lower-case letters, digits and _.")],
    polarity: Annotated[
        str, typer.Option(help="What a failure is: M a miss, F a false alarm, C a class, T a track, B a rule.")
    ] = "M",
    template: Annotated[
        str | None, typer.Option(help="A road of scenarios/templates.py [as the polarity has it].")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder to write [NAME].")] = None,
    as_json: Json = False,
) -> None:
    """Write a small package with a case of your own that runs as it is: docs/own_case.md."""
    with clear_errors(as_json):
        from scenarios.own_case.skeleton import new_case, write

        folder = out or Path(name)
        files = write(new_case(name, polarity, template), folder)
    if as_json:
        typer.echo(json.dumps({"case": name, "folder": str(folder), "files": [str(file) for file in files]}, indent=2))
    else:
        typer.echo("\n".join(["wrote", *(f"  {file}" for file in files)]))
        typer.echo(f"next: pip install --no-deps -e {folder} && moosetest check-case {name} --out checks")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("report"),
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Drive the three cases at severity 0 and 1 with fused, camera and blind, and write a report."""
    with clear_errors(as_json):
        from scenarios.demo import run_demo

        code = run_demo(out, seed, as_json)
    raise SystemExit(code)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of run bundles.")],
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("report"),
) -> None:
    """Write one self-contained page about run bundles."""
    with clear_errors():
        from scenarios.report.page import write_report

        typer.echo(write_report(runs, out))


@app.command()
def view(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run bundle.")],
    other_folder: Annotated[Path | None, typer.Argument(metavar="[RUN2]", help="Another, to compare.")] = None,
    port: Annotated[int, typer.Option(help="Of the page; 0 is any free one.")] = 0,
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE.rrd", help="Write the recording for any Rerun viewer, serve nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a drive in the browser, or two beside each other, until Ctrl-C; nothing leaves this machine."""
    with clear_errors(as_json):
        check(0 <= port <= 65535, f"--port {port}: want 0 (any free port) to 65535", as_json)
        check(save is None or save.suffix == ".rrd", f"--save {save}: want a .rrd file", as_json)
        from scenarios.view import command
        from scenarios.view.serve import PortTakenError, ViewerUnavailableError

        folders = [folder for folder in (run_folder, other_folder) if folder is not None]
        if save is not None:
            command.save(folders, save, as_json)
            return
        try:
            command.view(folders, port, opens, as_json)
        except PortTakenError as error:
            stop(str(error), WRONG_USE, as_json)
        except ViewerUnavailableError as error:
            stop(str(error), INCONCLUSIVE, as_json)


@app.command()
def speed(
    peer: Annotated[bool, typer.Option(help="Also time another renderer, VTK: pip install vtk.")] = False,
    as_json: Json = False,
) -> None:
    """Print the benchmark table: what is measured, the budget, and ratios to a peer of the same run."""
    with clear_errors(as_json):
        from scenarios.speed import measure_speed, print_speed
        from scenarios.speed_peer import PeerUnavailableError

        try:
            rows = measure_speed(peer)
        except PeerUnavailableError as error:
            stop(str(error), WRONG_USE, as_json)
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
        else:
            print_speed(rows)


@app.command()
def realism(
    model: Annotated[Path, typer.Option(help="ONNX file of a YOLOX network that was trained on COCO.")],
    out: Annotated[Path | None, typer.Option(help="Folder for sheets of missed objects and of false boxes.")] = None,
    threads: Annotated[int, typer.Option(help="Threads of the network.")] = 2,
    as_json: Json = False,
) -> None:
    """Measure what a network trained on photographs recognises in our pictures: the frozen nominal set."""
    with clear_errors(as_json):
        from scenarios.realism.command import judge

        holds = judge(model, out, threads, as_json)
    raise SystemExit(0 if holds else 1)


def main() -> Any:
    """Entry point of the `moosetest` command."""
    return app()


def _write_picture(sheet: Path, rgb: Any) -> None:
    """Write (H, W, 3) pixels, JPEGs small enough for a page."""
    import cv2

    sheet.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, 75] if sheet.suffix == ".jpg" else []
    cv2.imwrite(str(sheet), rgb[..., ::-1], options)


def _check_address(address: str | None, as_json: bool) -> None:
    if address is None:
        return
    match = re.fullmatch(r"[\w.\-]+:(\d{1,5})", address)
    check(bool(match and 0 < int(match.group(1)) < 65536), f"--carla {address!r}: want HOST:PORT", as_json)
