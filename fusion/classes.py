"""What a track is called: a belief over classes that is kept apart from the belief that something is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from moosetest.arrays import FloatArray
from moosetest.objects import N_CLASSES, ObjectClass


@dataclass(frozen=True, slots=True)
class ClassConfig:
    """How labels are weighed.

    Args:
        memory: share of the evidence kept from one label to the next; 0.95 is a memory of about 20 labels, 2 s.
        prior_unknown: evidence for UNKNOWN that a new track starts with: one sure label outweighs it.
        camera_weight, box_weight, radar_weight: worth of a label with score 1; pictures tell classes best.
        unknown_weight: worth of the label UNKNOWN, which says that a detector has no name, not that there is none.
        confusion: share of a label's worth that goes to the classes usually mixed up with it.
    """

    memory: float = 0.95
    prior_unknown: float = 0.5
    camera_weight: float = 1.0
    box_weight: float = 0.7
    radar_weight: float = 0.1
    unknown_weight: float = 0.15
    confusion: float = 0.15


_CONFUSED = {
    ObjectClass.UNKNOWN: (),
    ObjectClass.PERSON: (ObjectClass.BICYCLE, ObjectClass.UNKNOWN),
    ObjectClass.BICYCLE: (ObjectClass.PERSON, ObjectClass.MOTORCYCLE),
    ObjectClass.CAR: (ObjectClass.TRUCK, ObjectClass.UNKNOWN),
    ObjectClass.MOTORCYCLE: (ObjectClass.BICYCLE, ObjectClass.CAR),
    ObjectClass.BUS: (ObjectClass.TRUCK, ObjectClass.CAR),
    ObjectClass.TRUCK: (ObjectClass.BUS, ObjectClass.CAR),
}


def new_evidence(n: int, config: ClassConfig) -> FloatArray:
    """(n, C) evidence of new tracks: a little for UNKNOWN."""
    evidence = np.zeros((n, N_CLASSES))
    evidence[:, ObjectClass.UNKNOWN] = config.prior_unknown
    return evidence


def add_labels(
    evidence: FloatArray, class_id: NDArray[np.int16], score: FloatArray, weight: float, config: ClassConfig
) -> FloatArray:
    """Evidence (N, C) after one label each: Dirichlet counts that fade; modifies nothing."""
    counts = _label_counts(config)[class_id]
    worth = weight * score * np.where(class_id == ObjectClass.UNKNOWN, config.unknown_weight, 1.0)
    # a label of no worth must not make the older ones fade
    kept = 1.0 - (1.0 - config.memory) * np.minimum(worth, 1.0)
    return np.asarray(evidence * kept[:, None] + worth[:, None] * counts)


def class_belief(evidence: FloatArray) -> FloatArray:
    """(M, C) probabilities; rows sum to 1."""
    return np.asarray(evidence / evidence.sum(axis=1, keepdims=True))


@lru_cache(maxsize=8)
def _label_counts(config: ClassConfig) -> FloatArray:
    counts = np.eye(N_CLASSES)
    for label, others in _CONFUSED.items():
        if others:
            counts[label, label] = 1.0 - config.confusion
            counts[label, [int(o) for o in others]] = config.confusion / len(others)
    return counts
