"""The posterior of a detector's curve, whose threshold differs from seed to seed, on a grid.

Each seed has a threshold of its own, normal about the detector's. Within a seed the hits of a drive are beta-binomial
(Schütt et al. 2016), since frames that follow each other agree. The grid is laid over all of the prior and then, three
times, over the part that holds the mass, the likelihood coming in by and by so that a coarse grid cannot miss a narrow
peak. Nothing is drawn at random. `python -m scenarios.measure.coverage` tells how often its intervals hold the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, logit, ndtr

from moosetest.arrays import FloatArray, require
from scenarios.measure.prior import LAPSE, OVERDISPERSION, SPREAD, THRESHOLD, WIDTH, Axis, whole
from scenarios.measure.psychometric import BROKEN_BELOW, WIDTH_TIMES_SLOPE, Counts, s50_of

LOGIT_NODES = np.linspace(-9.0, 9.0, 257)
"""Recalls, as logits, at which a cell's likelihood is tabulated: the nearest one is 0.035 off at most."""
POWERS = (0.25, 0.5, 1.0)
"""Of the likelihood, on the coarse grids that say where the mass is."""
LEAST_LIKELIHOOD = np.float32(1e-37)
"""Of one seed, beside its best; below it single precision has nothing left."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Axes of the posterior, in the order of its dimensions; `seed_threshold` has the nodes of one seed's threshold."""

    spread: Axis
    threshold: Axis
    width: Axis
    lapse: Axis
    overdispersion: Axis
    seed_threshold: Axis

    def axes(self) -> Iterator[tuple[int, Axis]]:
        """Dimension and axis."""
        return enumerate((self.spread, self.threshold, self.width, self.lapse, self.overdispersion))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the posterior's mass."""
        return tuple(axis.size for _, axis in self.axes())


_COARSE = {"spread": 5, "threshold": 24, "width": 8, "lapse": 5, "overdispersion": 3, "seed_threshold": 48}
_FINE = {"spread": 6, "threshold": 33, "width": 12, "lapse": 6, "overdispersion": 3, "seed_threshold": 81}


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Mass on the nodes of a grid, (spread, threshold, width, lapse, overdispersion); it sums to 1."""

    grid: Grid
    mass: FloatArray
    guess: float

    def marginal(self, dimension: int) -> FloatArray:
        """(size,) mass of one axis' cells."""
        return np.asarray(self.mass.sum(axis=tuple(k for k in range(self.mass.ndim) if k != dimension)))

    @property
    def curve_mass(self) -> FloatArray:
        """(spread, threshold, width, lapse) mass of the curves over all seeds."""
        return np.asarray(self.mass.sum(axis=-1))

    @property
    def s50(self) -> FloatArray:
        """Severity at which the recall over all seeds is one half, at each node of `curve_mass`."""
        threshold, slope = self.grid.threshold.value[:, None, None], self._pooled_slope[:, None, :, None]
        return s50_of(threshold, slope, self.grid.lapse.value, self.guess)

    def recalls(self, severity: float) -> FloatArray:
        """Recall over all seeds at one severity, at each node of `curve_mass`."""
        ahead = self.grid.threshold.value[:, None] - severity
        fall = expit(self._pooled_slope[:, None] * ahead)
        return np.asarray(self.guess + (1.0 - self.guess - self.grid.lapse.value) * fall[..., None])

    def recall(self, severity: ArrayLike) -> FloatArray:
        """(L,) posterior mean of the recall over all seeds at (L,) severities."""
        mass = self.curve_mass
        return np.array([float((mass * self.recalls(float(s))).sum()) for s in np.atleast_1d(np.asarray(severity))])

    @property
    def _pooled_slope(self) -> FloatArray:
        """(spread, width) slope over all seeds: logistic curves normally spread are a flatter one (MacKay 1992)."""
        slope = WIDTH_TIMES_SLOPE / self.grid.width.value
        return np.asarray(slope / np.sqrt(1.0 + np.pi / 8.0 * (slope * self.grid.spread.value[:, None]) ** 2))


def posterior(counts: Counts, guess: float = 0.0) -> Posterior:
    """The posterior given what was counted.

    Args:
        counts: of one detector in one case.
        guess: share found however hard it is, known and less than one half.
    """
    require(0.0 <= guess < BROKEN_BELOW, f"posterior: guess {guess}, want 0 <= guess < {BROKEN_BELOW}")
    grid = _whole_grid(counts)
    for power in POWERS:
        last = power == POWERS[-1]
        grid = _narrowed(_on_grid(counts, grid, guess, power), _FINE if last else _COARSE)
    return _on_grid(counts, grid, guess)


def _whole_grid(counts: Counts) -> Grid:
    """All of the prior. One drive or none a cell says nothing of overdispersion: one node will do."""
    n = _COARSE
    return Grid(
        spread=whole(SPREAD, n["spread"]),
        threshold=whole(THRESHOLD, n["threshold"]),
        width=whole(WIDTH, n["width"]),
        lapse=whole(LAPSE, n["lapse"]),
        overdispersion=whole(OVERDISPERSION, n["overdispersion"] if counts.trials.max() > 1 else 1),
        seed_threshold=whole(THRESHOLD, n["seed_threshold"]),
    )


def _narrowed(found: Posterior, sizes: dict[str, int]) -> Grid:
    """Where the mass is; seeds' own thresholds reach three of the largest spreads beyond the detector's."""
    grid = found.grid
    spread = grid.spread.narrowed(found.marginal(0), sizes["spread"])
    threshold = grid.threshold.narrowed(found.marginal(1), sizes["threshold"])
    reach = 3.0 * spread.high**2
    dispersion = grid.overdispersion
    return Grid(
        spread=spread,
        threshold=threshold,
        width=grid.width.narrowed(found.marginal(2), sizes["width"]),
        lapse=grid.lapse.narrowed(found.marginal(3), sizes["lapse"]),
        overdispersion=dispersion.narrowed(found.marginal(4), min(dispersion.size, sizes["overdispersion"])),
        seed_threshold=Axis(THRESHOLD, threshold.low - reach, threshold.high + reach, sizes["seed_threshold"]),
    )


def _on_grid(counts: Counts, grid: Grid, guess: float, power: float = 1.0) -> Posterior:
    own = _seed_log_likelihood(counts, grid, guess) * np.float32(power)
    own -= own.max(axis=tuple(range(own.ndim - 1)), keepdims=True)
    over_seed = _between_seeds(grid) @ np.exp(own).reshape(grid.seed_threshold.size, -1)
    each = np.log(np.maximum(over_seed, LEAST_LIKELIHOOD)).reshape(*grid.shape, len(counts.hits))
    log_mass = each.sum(axis=-1, dtype=np.float64)
    for dimension, axis in grid.axes():
        log_mass += np.expand_dims(axis.log_prior, [k for k in range(log_mass.ndim) if k != dimension])
    mass = np.exp(log_mass - log_mass.max())
    return Posterior(grid, mass / mass.sum(), guess)


def _between_seeds(grid: Grid) -> NDArray[np.float32]:
    """(spread x threshold, seed threshold) chance of a seed's own threshold; the end cells hold what lies beyond."""
    own = grid.seed_threshold
    edges = own.low + own.step * np.arange(1, own.size)
    below = ndtr((edges - grid.threshold.value[:, None]) / grid.spread.value[:, None, None])
    chance = np.diff(below, axis=-1, prepend=0.0, append=1.0)
    return chance.reshape(-1, own.size).astype(np.float32)


def _seed_log_likelihood(counts: Counts, grid: Grid, guess: float) -> NDArray[np.float32]:
    """(seed threshold, width, lapse, overdispersion, seed) of all that one seed's drives showed."""
    own, slope = grid.seed_threshold.value[:, None], WIDTH_TIMES_SLOPE / grid.width.value
    range_of_recall = 1.0 - guess - grid.lapse.value
    tables = _cell_log_likelihood(counts, grid.overdispersion.value**2)
    step = LOGIT_NODES[1] - LOGIT_NODES[0]
    nodes = (grid.seed_threshold.size, grid.width.size, grid.lapse.size)
    total = np.zeros((int(np.prod(nodes)), tables.shape[-1]), dtype=np.float32)
    for table, severity in zip(tables, counts.severity, strict=True):
        recall = guess + range_of_recall * expit(slope * (own - severity))[..., None]
        nearest = np.rint((logit(recall) - LOGIT_NODES[0]) / step)
        total += table[np.clip(nearest, 0, len(LOGIT_NODES) - 1).astype(np.intp).ravel()]
    return total.reshape(*nodes, grid.overdispersion.size, len(counts.hits))


def _cell_log_likelihood(counts: Counts, correlation: FloatArray) -> NDArray[np.float32]:
    """(level, node of recall, overdispersion x seed) beta-binomial log likelihood of hits, up to a constant a cell."""
    cells = np.stack([counts.hits.ravel(), counts.trials.ravel()], axis=1)
    distinct, which = np.unique(cells, axis=0, return_inverse=True)
    hits, trials = distinct[:, 0, None, None], distinct[:, 1, None, None]
    pseudo = (1.0 - correlation) / correlation
    recall = expit(LOGIT_NODES)[:, None]
    a, b = recall * pseudo, (1.0 - recall) * pseudo
    values = (betaln(hits + a, trials - hits + b) - betaln(a, b)).astype(np.float32)
    of_cell = values[which.reshape(counts.hits.shape)]
    return of_cell.transpose(1, 2, 3, 0).reshape(len(counts.severity), len(LOGIT_NODES), -1)
