"""The command lines of `moosetest dataset`, `train` and `evaluate`."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import clear_errors
from scenarios.options import Json, OtherWeights, Seed, check

train_app = typer.Typer(help="Train a network on a dataset and write its model card.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Score a network on a dataset, against its bounds.", no_args_is_help=True)

Threads = Annotated[int, typer.Option(help="Threads of torch; 0 is one a core.")]
Data = Annotated[Path, typer.Argument(help="Folder made by `moosetest dataset`.")]
MaxDistance = Annotated[float, typer.Option("--max-distance", help="Metres: objects beyond do not count.")]
Start = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Begin with the weights of this checkpoint instead of random ones.")
]


class CameraNetwork(StrEnum):
    """What `moosetest train camera` can train."""

    YOLO = "yolo"
    FASTER_RCNN = "faster-rcnn"


def dataset(
    out: Annotated[Path, typer.Argument(help="Folder of the dataset; a started one is continued.")],
    frames: Annotated[int, typer.Option(help="Training frames.")] = 2000,
    val_frames: Annotated[int, typer.Option(help="Frames on maps and assets that training never sees.")] = 320,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Processes; the frames do not depend on it.")] = 1,
) -> None:
    """Make nominal training data from the simulator: ordinary traffic and people by day and night, in rain and fog."""
    with clear_errors():
        check(frames > 0 and val_frames > 0, "--frames and --val-frames: want 1 or more", False)
        check(workers > 0, f"--workers {workers}: want 1 or more", False)
        from scenarios.dataset.make import make_dataset

        make_dataset(out, frames, val_frames, seed, workers)


@train_app.command("camera")
def train_camera_command(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the network.")] = Path("training/camera"),
    minutes: Annotated[float, typer.Option(help="Time budget.")] = 40.0,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint in --out.")] = False,
    threads: Threads = 0,
    start: Start = None,
    network: Annotated[CameraNetwork, typer.Option(help="Which kind of network.")] = CameraNetwork.YOLO,
) -> None:
    """Train a camera network, in bfloat16 where the processor has it: a small YOLO, or a two-stage Faster R-CNN."""
    with clear_errors():
        from scenarios.training import train_camera_network

        train_camera_network(data, out, minutes, seed, resume, threads, start, network.value)


@train_app.command("lidar")
def train_lidar_command(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the network.")] = Path("training/lidar"),
    minutes: Annotated[float, typer.Option(help="Time budget.")] = 20.0,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint in --out.")] = False,
    threads: Threads = 0,
    start: Start = None,
) -> None:
    """Train the LiDAR network: pillars in pure torch."""
    with clear_errors():
        from scenarios.training import train_lidar_network

        train_lidar_network(data, out, minutes, seed, resume, threads, start)


@evaluate_app.command("camera")
def evaluate_camera_command(
    data: Data,
    weights: OtherWeights = None,
    max_distance_m: MaxDistance = 50.0,
    min_height_px: Annotated[float, typer.Option("--min-height", help="Pixels: lower objects do not count.")] = 10.0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Score a camera network: average precision at an IoU of 0.5."""
    _evaluate("camera", data, weights, max_distance_m, min_height_px, threads, as_json)


@evaluate_app.command("lidar")
def evaluate_lidar_command(
    data: Data,
    weights: OtherWeights = None,
    max_distance_m: MaxDistance = 50.0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Score a LiDAR network: average precision with centres within 1 m."""
    _evaluate("lidar", data, weights, max_distance_m, 0.0, threads, as_json)


def _evaluate(
    kind: str, data: Path, weights: Path | None, max_distance_m: float, min_height_px: float, threads: int, quiet: bool
) -> None:
    with clear_errors(quiet):
        check(max_distance_m > 0.0, f"--max-distance {max_distance_m}: want a number over 0", quiet)
        from scenarios.evaluation import Filter, evaluate

        counted = Filter(max_distance_m=max_distance_m, min_height_px=min_height_px)
        holds = evaluate(kind, data, weights, counted, threads or os.cpu_count() or 1, quiet)
    raise SystemExit(0 if holds else 1)
