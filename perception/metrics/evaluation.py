"""A detector scored on many frames: average precision a class, and recall by distance and by condition."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moosetest.objects import ObjectClass
from perception.metrics.matching import EXCUSED, ScoredHits, match

DISTANCE_EDGES_M = (0.0, 10.0, 20.0, 30.0, 50.0, 75.0, 150.0)
"""Slices of the recall: braking distances from about 35 to 130 km/h lie in different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Recall within part of the data."""

    name: str
    n_truth: int
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """How well one class is found: `precision` and `recall` at the evaluation's `min_score`."""

    name: str
    n_truth: int
    average_precision: float
    precision: float
    recall: float
    by_distance: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A detector's score on the frames of a dataset.

    `match_rule` says when a detection counts as right; `by_condition` is the recall of all classes in each condition
    of the data; `found_at_all` is the recall when the class need not be right. `classes` leaves out those of the
    `known_classes` of which the frames hold none.
    """

    kind: str
    weights_sha256: str
    dataset: str
    n_frames: int
    match_rule: str
    min_score: float
    mean_average_precision: float
    known_classes: tuple[str, ...]
    classes: tuple[ClassScore, ...]
    by_condition: tuple[Slice, ...]
    found_at_all: tuple[Slice, ...]
    extra: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScoredFrame:
    """One frame's detections (N) against its true objects (M); `similarity` and `excuse` (N, M) as for `match`."""

    similarity: NDArray[np.float64]
    excuse: NDArray[np.bool_]
    score: NDArray[np.float64]
    class_id: NDArray[np.int16]
    true_class_id: NDArray[np.int16]
    true_distance_m: NDArray[np.float64]
    ignored: NDArray[np.bool_]
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ClassMatches:
    """What one class' detections and objects came to, over all frames."""

    hits: ScoredHits
    found_score: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    frame: NDArray[np.intp]


def match_class(frames: Sequence[ScoredFrame], class_id: int | None, least: float) -> ClassMatches:
    """Match one class over all frames; `None` matches all classes with each other.

    `found_score` (T,) is the score of the detection that found each counted object, 0 where none did.
    """
    scores, hits, found, distances, owners = [], [], [], [], []
    for index, frame in enumerate(frames):
        mine = np.ones(len(frame.score), np.bool_) if class_id is None else frame.class_id == class_id
        counted = ~frame.ignored if class_id is None else ~frame.ignored & (frame.true_class_id == class_id)
        columns = np.flatnonzero(counted | frame.ignored)
        similarity, excuse = frame.similarity[mine][:, columns], frame.excuse[mine][:, columns]
        chosen = match(similarity, frame.score[mine], frame.ignored[columns], least, excuse)
        kept = chosen != EXCUSED
        scores.append(frame.score[mine][kept])
        hits.append(chosen[kept] >= 0)
        best = np.zeros(len(counted))
        best[columns[chosen[chosen >= 0]]] = frame.score[mine][chosen >= 0]
        found.append(best[counted])
        distances.append(frame.true_distance_m[counted])
        owners.append(np.full(int(counted.sum()), index, dtype=np.intp))
    found_score = _concatenate(found)
    scored = ScoredHits(_concatenate(scores), _concatenate(hits).astype(np.bool_), len(found_score))
    return ClassMatches(scored, found_score, _concatenate(distances), _concatenate(owners).astype(np.intp))


def class_scores(
    frames: Sequence[ScoredFrame], classes: Sequence[ObjectClass], least: float, min_score: float
) -> tuple[ClassScore, ...]:
    """Score of each class that the frames hold."""
    scores = []
    for object_class in classes:
        matches = match_class(frames, int(object_class), least)
        if not matches.hits.n_truth:
            continue
        precision, recall = matches.hits.at(min_score)
        scores.append(
            ClassScore(
                name=object_class.name,
                n_truth=matches.hits.n_truth,
                average_precision=matches.hits.average_precision(),
                precision=precision,
                recall=recall,
                by_distance=recall_by_distance(matches, min_score),
            )
        )
    return tuple(scores)


def recall_by_distance(matches: ClassMatches, min_score: float) -> tuple[Slice, ...]:
    """Recall in each slice of distance that holds an object."""
    slices = []
    for near_m, far_m in itertools.pairwise(DISTANCE_EDGES_M):
        inside = (matches.distance_m >= near_m) & (matches.distance_m < far_m)
        slices.append(_slice(f"{near_m:g} to {far_m:g} m", inside, matches, min_score))
    return tuple(s for s in slices if s.n_truth)


def within(max_distance_m: float) -> str:
    """How a match rule tells to what distance objects count."""
    return f", within {max_distance_m:g} m" if np.isfinite(max_distance_m) else ""


def recall_by_condition(frames: Sequence[ScoredFrame], least: float, min_score: float) -> tuple[Slice, ...]:
    """Recall, whatever the class, in the frames of each condition."""
    matches = match_class(frames, None, least)
    names = sorted({f"{key}: {value}" for frame in frames for key, value in frame.conditions.items()})
    slices = []
    for name in names:
        key, _, value = name.partition(": ")
        has = np.array([frame.conditions.get(key) == value for frame in frames])
        slices.append(_slice(name, has[matches.frame], matches, min_score))
    return tuple(s for s in slices if s.n_truth)


def _slice(name: str, inside: NDArray[np.bool_], matches: ClassMatches, min_score: float) -> Slice:
    n_truth = int(inside.sum())
    found = int((matches.found_score[inside] >= min_score).sum())
    return Slice(name=name, n_truth=n_truth, recall=found / max(n_truth, 1))


def _concatenate(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)
