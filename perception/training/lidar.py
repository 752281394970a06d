"""Trains, exports and evaluates the LiDAR network."""

from __future__ import annotations

from dataclasses import astuple
from math import inf
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from moosetest.config import ConfigError
from moosetest.objects import ObjectClass
from perception.inference import require_weights, sha256_of
from perception.lidar.box_codec import CLASSES, SpaceBoxes
from perception.lidar.canvas import Grid
from perception.lidar.covariance import RangeError
from perception.lidar.pillars import PillarsNetwork
from perception.metrics.evaluation import (
    Evaluation,
    ScoredFrame,
    Slice,
    class_scores,
    match_class,
    recall_by_condition,
    recall_by_distance,
    within,
)
from perception.metrics.matching import match
from perception.training.card import write_card
from perception.training.dataset_format import DatasetReader, LidarSample
from perception.training.lidar_samples import BATCH_SIZE, MIN_POINTS, LidarBatch, LidarSamples, is_ignored
from perception.training.loop import LoopConfig, autocast, start_from, train
from perception.training.pillar_network import build_network, center_loss, export_network
from perception.training.results import TrainingResult

MATCH_DISTANCE_M = 1.0
"""nuScenes' second threshold of {0.5, 1, 2, 4} m between centres seen from above."""
LEAST_SCORE = 0.05
"""Scores from which the precision curve is drawn."""
LEAST_ERRORS = 30
"""Matches a class needs for an error model of its own."""
LEAST_SIGMA_M = 0.05
"""No claim of a centre better than this: the ray caster's range noise and the mount's tolerance are of that order."""


def train_lidar(
    dataset: Path,
    out: Path,
    *,
    minutes: float = 30.0,
    seed: int = 0,
    resume: bool = False,
    threads: int = 2,
    steps: int | None = None,
    show_progress: bool = True,
    start: Path | None = None,
) -> TrainingResult:
    """Train the LiDAR network on `dataset` and write `out/lidar_pillars.onnx` with its card.

    Args:
        dataset: folder that `DatasetWriter` filled, with a `train` and a `val` split.
        out: folder for weights, cards and the checkpoint.
        minutes: wall-clock budget.
        seed: of initial weights, batches and augmentation.
        resume: go on from the checkpoint in `out`; without it the checkpoint is written anew.
        threads: torch's threads.
        steps: number of steps in place of `minutes`.
        show_progress: draw a progress bar on standard error.
        start: checkpoint of an earlier training, whose weights are where this one begins.

    Raises:
        ConfigError: the dataset is missing or empty, or the checkpoint is of another network.
    """
    grid = Grid()
    samples = LidarSamples(dataset, grid)
    DatasetReader(dataset, "val")
    checkpoint = out / "lidar_pillars.checkpoint.pt"
    if not resume:
        checkpoint.unlink(missing_ok=True)
    config = LoopConfig(minutes=minutes, steps=steps, seed=seed, threads=threads, show_progress=show_progress)
    network = build_network(seed)
    origin = start_from(start, network)
    average, state = train(network, _loss_of, samples.batch, config, checkpoint)
    weights = out / "lidar_pillars.onnx"
    export_network(average, weights, grid, {})
    errors = fit_errors(weights, dataset, threads)
    export_network(average, weights, grid, {"errors": {c.name: astuple(e) for c, e in errors.items()}})
    evaluation = evaluate_lidar(weights, dataset, threads=threads)
    training = {
        "sweeps in the dataset": len(samples.frames),
        "seed": seed,
        **origin,
        "steps": state.step,
        "minutes": round(state.elapsed_s / 60.0, 1),
        "threads": threads,
        "parameters": sum(p.numel() for p in average.parameters()),
        "last loss": round(float(np.mean(state.losses[-100:])), 4),
    }
    card = write_card(weights, evaluation, training, DatasetReader(dataset, "train").meta, "moosetest train lidar")
    return TrainingResult(
        weights=weights,
        card=card,
        steps=state.step,
        elapsed_s=state.elapsed_s,
        samples_per_second=state.step * BATCH_SIZE / max(state.elapsed_s, 1e-9),
        first_loss=float(np.mean(state.losses[:20])),
        last_loss=float(np.mean(state.losses[-20:])),
        evaluation=evaluation,
    )


def evaluate_lidar(
    weights: Path,
    dataset: Path,
    *,
    split: str = "val",
    min_score: float = 0.35,
    threads: int = 2,
    max_distance_m: float = inf,
) -> Evaluation:
    """Score LiDAR weights on the sweeps of a dataset, through the code that runs them in a drive.

    Objects beyond `max_distance_m` are neither missed nor false alarms.

    Raises:
        ConfigError: no weights, or no such frames.
    """
    network = PillarsNetwork(require_weights(weights, "moosetest train lidar"), threads)
    reader = DatasetReader(dataset, split)
    sweeps = [i for i in range(len(reader)) if reader.has_lidar(i)]
    if not sweeps:
        raise ConfigError(f"{dataset / split}: no sweeps")
    frames, errors = [], []
    for i in sweeps:
        sample = reader.lidar(i)
        found = network.boxes(sample.points_ego_m, LEAST_SCORE)
        frames.append(_scored(found, sample, network.grid, reader.conditions(i), max_distance_m))
        errors.append(_errors(found, sample, network.grid, min_score))
    classes = class_scores(frames, CLASSES, -MATCH_DISTANCE_M, min_score)
    anything = match_class(frames, None, -MATCH_DISTANCE_M)
    whole = Slice(name="all", n_truth=anything.hits.n_truth, recall=anything.hits.at(min_score)[1])
    return Evaluation(
        kind="lidar",
        weights_sha256=sha256_of(weights),
        dataset=dataset.name,
        n_frames=len(frames),
        match_rule=f"centre within {MATCH_DISTANCE_M:g} m, seen from above; "
        f"objects of at least {MIN_POINTS} returns{within(max_distance_m)}",
        min_score=min_score,
        mean_average_precision=float(np.mean([c.average_precision for c in classes])) if classes else 0.0,
        known_classes=tuple(c.name for c in CLASSES),
        classes=classes,
        by_condition=recall_by_condition(frames, -MATCH_DISTANCE_M, min_score),
        found_at_all=(whole, *recall_by_distance(anything, min_score)),
        extra=_error_summary(np.concatenate(errors)),
    )


def fit_errors(weights: Path, dataset: Path, threads: int) -> dict[ObjectClass, RangeError]:
    """How far the centres that the network finds lie from the true ones, a model a class, on the `val` split."""
    network = PillarsNetwork(weights, threads)
    reader = DatasetReader(dataset, "val")
    rows = []
    for i in range(len(reader)):
        if reader.has_lidar(i):
            sample = reader.lidar(i)
            rows.append(_errors(network.boxes(sample.points_ego_m, 0.2), sample, network.grid, 0.2))
    table = np.concatenate(rows) if rows else np.zeros((0, 8))
    models = {}
    for object_class in CLASSES:
        mine = table[table[:, 0] == object_class]
        if len(mine) >= LEAST_ERRORS:
            models[object_class] = RangeError.fitted(mine[:, 1:4], mine[:, 4:7], LEAST_SIGMA_M)
    return models


def _loss_of(network: torch.nn.Module, batch: LidarBatch) -> torch.Tensor:
    with autocast():
        maps = network(batch.canvas)
    return center_loss(maps.float(), batch.targets)


def _scored(
    found: SpaceBoxes, sample: LidarSample, grid: Grid, conditions: dict[str, str], max_distance_m: float
) -> ScoredFrame:
    near = -_distances_m(found, sample)
    distance_m = np.hypot(sample.center_ego_m[:, 0], sample.center_ego_m[:, 1])
    return ScoredFrame(
        similarity=near,
        excuse=near >= -(MATCH_DISTANCE_M + 0.5 * sample.size_lwh_m[:, :2].max(axis=1, initial=0.0)),
        score=found.score,
        class_id=found.class_id,
        true_class_id=sample.class_id,
        true_distance_m=distance_m,
        ignored=is_ignored(sample, grid) | (distance_m > max_distance_m),
        conditions=conditions,
    )


def _errors(found: SpaceBoxes, sample: LidarSample, grid: Grid, min_score: float) -> NDArray[np.float64]:
    """(K, 8) of the matched boxes: class, centre error, true centre, yaw error modulo pi (all in the ego frame)."""
    near = -_distances_m(found, sample)
    chosen = match(near, found.score, is_ignored(sample, grid), -2.0 * MATCH_DISTANCE_M)
    kept = (chosen >= 0) & (found.score >= min_score)
    kept[kept] = found.class_id[kept] == sample.class_id[chosen[kept]]
    true = chosen[kept]
    yaw = (found.yaw_ego_rad[kept] - sample.yaw_ego_rad[true] + np.pi / 2) % np.pi - np.pi / 2
    error = found.center_ego_m[kept] - sample.center_ego_m[true]
    return np.column_stack([sample.class_id[true], error, sample.center_ego_m[true], yaw])


def _distances_m(found: SpaceBoxes, sample: LidarSample) -> NDArray[np.float64]:
    difference = found.center_ego_m[:, None, :2] - sample.center_ego_m[None, :, :2]
    return np.hypot(difference[..., 0], difference[..., 1])


def _error_summary(table: NDArray[np.float64]) -> dict[str, float]:
    if not len(table):
        return {}
    long = np.isin(table[:, 0], [int(c) for c in CLASSES if c != ObjectClass.PERSON])
    summary = {"centre from above, median (m)": float(np.median(np.hypot(table[:, 1], table[:, 2])))}
    summary["height of the centre, median (m)"] = float(np.median(np.abs(table[:, 3])))
    if long.any():
        summary["axis of vehicles, median (rad)"] = float(np.median(np.abs(table[long, 7])))
    return summary
