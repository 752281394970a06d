"""What a training run hands back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perception.metrics.evaluation import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """A trained network on disk, how long it took and how good it is.

    Args:
        weights: the ONNX file; its cards lie beside it, as `.md` and `.json`.
        steps: steps made, over all resumed runs.
        samples_per_second: training samples a second in this machine's wall-clock time.
        first_loss: mean loss of the first steps; `last_loss`: of the last ones.
        evaluation: on the dataset's `val` split.
    """

    weights: Path
    card: Path
    steps: int
    elapsed_s: float
    samples_per_second: float
    first_loss: float
    last_loss: float
    evaluation: Evaluation
