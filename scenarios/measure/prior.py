"""What is held of a detector's curve before it is measured, laid out as nodes of a grid.

Threshold and lapses have the priors of Schütt, Harmeling, Macke and Wichmann (2016), whose range of stimuli is here
severity's, 0 to 1. The others are for detectors on drives, where theirs are for people in a laboratory:

- threshold: uniform in [0, 1], falling as a cosine to nothing half a range beyond either end;
- lapses: Beta(1, 10), less than one half;
- width, severity from 95 % to 5 %: uniform in its logarithm where theirs is uniform in itself, from two steps of
  `LEVEL_STEP` to 1, falling to nothing at one step and at 3: no width is likelier than half of it, and a deterministic
  stack breaks within a step;
- spread, the standard deviation of the threshold between seeds: exponential, the prior of a standard deviation that
  penalises complexity (Simpson et al. 2017), above 0.3 in one case of twenty;
- overdispersion, whose square is the correlation of two frames of one drive: uniform, where theirs is Beta(1, 10):
  frames that follow each other are far from independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from moosetest.arrays import FloatArray

LEVEL_STEP = 1.0 / 32.0
"""Severities are multiples of it, so that results of different searches share their levels."""
SPREAD_RATE = -float(np.log(0.05)) / 0.3
"""Of the exponential prior of the spread: P(spread > 0.3) = 0.05."""
KEPT_MASS = 1e-3
"""A cell with less than this share of the heaviest cell's mass is left out when an axis is narrowed."""

OneToOne = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the curve. Its nodes lie evenly on a scale u from `low` to `high`.

    Args:
        low: least u.
        high: largest u.
        value: the parameter at u.
        density: prior density of u, up to a constant.
    """

    low: float
    high: float
    value: OneToOne
    density: OneToOne


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Nodes of a parameter in the middle of `size` equal cells of u between `low` and `high`."""

    parameter: Parameter
    low: float
    high: float
    size: int

    @property
    def step(self) -> float:
        """Width of a cell, in u."""
        return (self.high - self.low) / self.size

    @property
    def value(self) -> FloatArray:
        """(size,) the parameter at each node."""
        return self.parameter.value(self._nodes_u)

    @property
    def log_prior(self) -> FloatArray:
        """(size,) logarithm of the prior mass of each cell, up to a constant."""
        return np.log(np.maximum(self.parameter.density(self._nodes_u), 1e-30))

    def narrowed(self, mass: FloatArray, size: int) -> Axis:
        """The part of the axis where `mass` (self.size,) is, cut into `size` cells."""
        kept = np.flatnonzero(mass > KEPT_MASS * mass.max())
        return Axis(self.parameter, self.low + kept[0] * self.step, self.low + (kept[-1] + 1) * self.step, size)

    @property
    def _nodes_u(self) -> FloatArray:
        return np.linspace(self.low, self.high, 2 * self.size + 1, dtype=np.float64)[1::2]


def whole(parameter: Parameter, size: int) -> Axis:
    """All of a parameter's range in `size` cells."""
    return Axis(parameter, parameter.low, parameter.high, size)


def _itself(u: FloatArray) -> FloatArray:
    return u


def _threshold_density(threshold: FloatArray) -> FloatArray:
    beyond = np.maximum(np.maximum(-threshold, threshold - 1.0), 0.0)
    return np.where(beyond < 0.5, 0.5 + 0.5 * np.cos(2.0 * np.pi * beyond), 0.0)


def _log_width_density(log_width: FloatArray) -> FloatArray:
    width = np.exp(log_width)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(width / LEVEL_STEP - 1.0, 0.0, 1.0))
    fall = 0.5 + 0.5 * np.cos(np.pi / 2.0 * np.clip(width - 1.0, 0.0, 2.0))
    return np.asarray(rise * fall)


def _root_lapse_density(u: FloatArray) -> FloatArray:
    return np.asarray((1.0 - u * u) ** 9 * u)


def _root_spread_density(u: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-SPREAD_RATE * u * u) * u)


THRESHOLD = Parameter(-0.5, 1.5, _itself, _threshold_density)
WIDTH = Parameter(float(np.log(LEVEL_STEP)), float(np.log(3.0)), np.exp, _log_width_density)
LAPSE = Parameter(0.0, 0.7, np.square, _root_lapse_density)
"""Up to 0.49: with lapses of one half there is no breakdown point."""
SPREAD = Parameter(0.0, float(np.sqrt(0.6)), np.square, _root_spread_density)
OVERDISPERSION = Parameter(0.0, 0.95, _itself, np.ones_like)
