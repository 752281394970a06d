"""Trains, exports and evaluates the camera networks."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from moosetest.config import ConfigError
from perception.camera.boxes import cover_matrix, iou_matrix
from perception.camera.networks import open_network
from perception.camera.one_camera import ImageNetwork
from perception.inference import require_weights, sha256_of
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
from perception.training.camera_networks import recipe_of
from perception.training.camera_samples import (
    CLASSES,
    EXCUSE_COVER,
    MIN_HEIGHT_PX,
    CameraBatch,
    CameraSamples,
    is_ignored,
)
from perception.training.card import write_card
from perception.training.dataset_format import DatasetReader
from perception.training.loop import LoopConfig, start_from, train
from perception.training.results import TrainingResult

MATCH_IOU = 0.5
"""PASCAL VOC's and KITTI's pedestrian overlap: a box that is this right is found."""
LEAST_SCORE = 0.01
"""Scores from which the precision curve is drawn."""


def train_camera(
    dataset: Path,
    out: Path,
    *,
    network: str = "yolo",
    minutes: float = 40.0,
    seed: int = 0,
    resume: bool = False,
    threads: int = 2,
    steps: int | None = None,
    show_progress: bool = True,
    start: Path | None = None,
) -> TrainingResult:
    """Train a camera network on `dataset` and write its ONNX file with its card into `out`.

    Args:
        dataset: folder that `DatasetWriter` filled, with a `train` and a `val` split.
        out: folder for weights, cards and the checkpoint.
        network: one of `NETWORKS`.
        minutes: wall-clock budget.
        seed: of initial weights, batches and augmentation.
        resume: go on from the checkpoint in `out`; without it the checkpoint is written anew.
        threads: torch's threads.
        steps: number of steps in place of `minutes`.
        show_progress: draw a progress bar on standard error.
        start: checkpoint of an earlier training, whose weights are where this one begins.

    Raises:
        ConfigError: no such network, the dataset is missing or empty, or the checkpoint is of another network.
    """
    recipe = recipe_of(network)
    samples = CameraSamples(dataset)
    DatasetReader(dataset, "val")
    checkpoint = out / f"{recipe.stem}.checkpoint.pt"
    if not resume:
        checkpoint.unlink(missing_ok=True)
    config = LoopConfig(minutes=minutes, steps=steps, seed=seed, threads=threads, show_progress=show_progress)
    trained = recipe.build(seed)
    origin = start_from(start, trained)
    loss = recipe.loss_of(trained)
    n_pictures = 0

    def loss_of(model: torch.nn.Module, batch: CameraBatch) -> torch.Tensor:
        nonlocal n_pictures
        n_pictures += len(batch.planes)
        return loss(model, batch)

    average, state = train(trained, loss_of, samples.batch, config, checkpoint)
    weights = out / f"{recipe.stem}.onnx"
    recipe.export(average, weights)
    evaluation = evaluate_camera(weights, dataset, threads=threads)
    training = {
        "network": recipe.title,
        "pictures in the dataset": len(samples.pictures),
        "seed": seed,
        **origin,
        "steps": state.step,
        "minutes": round(state.elapsed_s / 60.0, 1),
        "threads": threads,
        "parameters": sum(p.numel() for p in average.parameters()),
        "last loss": round(float(np.mean(state.losses[-100:])), 4),
    }
    card = write_card(weights, evaluation, training, DatasetReader(dataset, "train").meta, recipe.command)
    return TrainingResult(
        weights=weights,
        card=card,
        steps=state.step,
        elapsed_s=state.elapsed_s,
        samples_per_second=n_pictures / max(state.elapsed_s, 1e-9),
        first_loss=float(np.mean(state.losses[:20])),
        last_loss=float(np.mean(state.losses[-20:])),
        evaluation=evaluation,
    )


def evaluate_camera(
    weights: Path,
    dataset: Path,
    *,
    split: str = "val",
    min_score: float = 0.35,
    max_iou: float = 0.6,
    threads: int = 2,
    max_distance_m: float = inf,
    min_height_px: float = MIN_HEIGHT_PX,
) -> Evaluation:
    """Score camera weights on the pictures of a dataset, through the code that runs them in a drive.

    Objects beyond `max_distance_m`, or lower than `min_height_px`, are neither missed nor false alarms.

    Raises:
        ConfigError: no weights, or no such frames.
    """
    require_weights(weights, "moosetest train camera")
    network = open_network(weights, threads)
    reader = DatasetReader(dataset, split)
    frames = [
        _score_picture(network, reader, i, sensor_id, max_iou, max_distance_m, min_height_px)
        for i in range(len(reader))
        for sensor_id in reader.camera_ids(i)
    ]
    if not frames:
        raise ConfigError(f"{dataset / split}: no pictures")
    classes = class_scores(frames, CLASSES, MATCH_IOU, min_score)
    anything = match_class(frames, None, MATCH_IOU)
    whole = Slice(name="all", n_truth=anything.hits.n_truth, recall=anything.hits.at(min_score)[1])
    return Evaluation(
        kind="camera",
        weights_sha256=sha256_of(weights),
        dataset=dataset.name,
        n_frames=len(frames),
        match_rule=f"IoU of at least {MATCH_IOU:g} in the picture; "
        f"objects of at least {min_height_px:g} px{within(max_distance_m)}",
        min_score=min_score,
        mean_average_precision=float(np.mean([c.average_precision for c in classes])) if classes else 0.0,
        known_classes=tuple(c.name for c in CLASSES),
        classes=classes,
        by_condition=recall_by_condition(frames, MATCH_IOU, min_score),
        found_at_all=(whole, *recall_by_distance(anything, min_score)),
    )


def _score_picture(
    network: ImageNetwork,
    reader: DatasetReader,
    index: int,
    sensor_id: str,
    max_iou: float,
    max_distance_m: float,
    min_height_px: float,
) -> ScoredFrame:
    sample = reader.camera(index, sensor_id)
    found = network.boxes(sample.image_rgb, LEAST_SCORE, max_iou)
    similarity: NDArray[np.float64] = iou_matrix(found.box_px, sample.box_px)
    return ScoredFrame(
        similarity=similarity,
        excuse=(similarity >= MATCH_IOU) | (cover_matrix(found.box_px, sample.box_px) >= EXCUSE_COVER),
        score=found.score,
        class_id=found.class_id,
        true_class_id=sample.class_id,
        true_distance_m=sample.distance_m,
        ignored=is_ignored(sample) | (sample.distance_m > max_distance_m) | (sample.height_px < min_height_px),
        conditions={**reader.conditions(index), "camera": sensor_id},
    )
