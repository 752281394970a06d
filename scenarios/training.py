"""`moosetest train`: the trainers of `perception.training`, with a summary for people."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from perception.training.dataset_format import SPLITS, DatasetReader
from perception.training.results import TrainingResult

Trainer = Callable[..., TrainingResult]


def train_camera_network(
    data: Path, out: Path, minutes: float, seed: int, resume: bool, threads: int, start: Path | None, network: str
) -> None:
    """Train a camera network, one of `perception.training.camera_networks`, and print how good it is."""
    from perception.training.camera import train_camera

    _train(partial(train_camera, network=network), data, out, minutes, seed, resume, threads, start)


def train_lidar_network(
    data: Path, out: Path, minutes: float, seed: int, resume: bool, threads: int, start: Path | None
) -> None:
    """Train the LiDAR network and print how good it is."""
    from perception.training.lidar import train_lidar

    _train(train_lidar, data, out, minutes, seed, resume, threads, start)


def _train(
    trainer: Trainer,
    data: Path,
    out: Path,
    minutes: float,
    seed: int,
    resume: bool,
    threads: int,
    start: Path | None,
) -> None:
    for split in SPLITS:
        DatasetReader(data, split)  # says what is missing before anything is written
    out.mkdir(parents=True, exist_ok=True)
    result = trainer(
        data, out, minutes=minutes, seed=seed, resume=resume, threads=threads or os.cpu_count() or 1, start=start
    )
    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("class", "objects", "precision", "recall", "AP"):
        table.add_column(name, justify="left" if name == "class" else "right")
    for row in result.evaluation.classes:
        numbers = (row.precision, row.recall, row.average_precision)
        table.add_row(row.name, str(row.n_truth), *(f"{value:.2f}" for value in numbers))
    console.print(table)
    console.print(f"{result.steps} steps in {result.elapsed_s / 60:.0f} min, {result.samples_per_second:.1f} samples/s")
    console.print(f"weights {result.weights}")
    console.print(f"card {result.card}")
