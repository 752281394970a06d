"""Piecewise cubics and plan-view geometry of OpenDRIVE, evaluated for many arc lengths at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
GAUSS_X, GAUSS_W = np.polynomial.legendre.leggauss(24)  # exact to 1e-9 m on clothoids that turn less than 2 pi
ARC_TABLE_STEPS = 400  # arc length of a cubic curve is tabulated: 0.25 m steps on the longest in use

CURVATURE_STEPS = 20  # cubics do not say how much they bend: their heading is looked at this often


@dataclass(frozen=True, slots=True, eq=False)
class Cubics:
    """a + b d + c d^2 + e d^3 with d = s - start, piece by piece; zero when there is no piece."""

    start_m: Floats
    coefficients: Floats

    @classmethod
    def read(cls, elements: list[Element], key: str) -> Cubics:
        """Pieces from elements that have `key` (their start) and a, b, c, d."""
        rows = sorted([float(e.get(k, "0")) for k in (key, "a", "b", "c", "d")] for e in elements)
        table = np.asarray(rows or [[0.0] * 5], dtype=np.float64)
        return cls(table[:, 0], table[:, 1:])

    def __call__(self, s_m: ArrayLike) -> Floats:
        """Values at `s_m`; before the first piece its own cubic goes on."""
        s = np.asarray(s_m, dtype=np.float64)
        piece = np.clip(np.searchsorted(self.start_m, s, side="right") - 1, 0, None)
        d = s - self.start_m[piece]
        c = self.coefficients[piece]
        return c[..., 0] + d * (c[..., 1] + d * (c[..., 2] + d * c[..., 3]))


@dataclass(frozen=True, eq=False)
class Course:
    """The reference line of one road."""

    pieces: tuple[Element, ...]

    @cached_property
    def _starts_m(self) -> Floats:
        return np.array([float(p.get("s", "0")) for p in self.pieces])

    def __call__(self, s_m: ArrayLike) -> tuple[Floats, Floats]:
        """(N, 2) points and (N,) headings at arc lengths `s_m` (N,)."""
        s = np.asarray(s_m, dtype=np.float64)
        starts = self._starts_m
        which = np.clip(np.searchsorted(starts, s, side="right") - 1, 0, None)
        xy, heading = np.empty((len(s), 2)), np.empty(len(s))
        for index in np.unique(which):
            chosen = which == index
            xy[chosen], heading[chosen] = _piece(self.pieces[index], s[chosen] - starts[index])
        return xy, heading

    @cached_property
    def bends(self) -> list[tuple[float, float, float]]:
        """(start, length, greatest curvature in 1/m) of each piece, for choosing sample distances."""
        return [(float(p.get("s", "0")), float(p.get("length", "0")), _curvature(p)) for p in self.pieces]


def _curvature(piece: Element) -> float:
    shape = piece[0]
    if shape.tag == "line":
        return 0.0
    if shape.tag in ("arc", "spiral"):
        return max(abs(float(shape.get(k, "0"))) for k in ("curvature", "curvStart", "curvEnd"))
    d_m = np.linspace(0.0, float(piece.get("length", "0")), CURVATURE_STEPS + 1)
    turn = np.unwrap(_piece(piece, d_m)[1])
    return float(np.max(np.abs(np.diff(turn))) / max(d_m[1], 1e-6))


def _piece(piece: Element, d_m: Floats) -> tuple[Floats, Floats]:
    shape = piece[0]
    length_m = float(piece.get("length", "0"))
    if shape.tag == "line":
        local, turn = np.stack([d_m, np.zeros_like(d_m)], axis=-1), np.zeros_like(d_m)
    elif shape.tag in ("arc", "spiral"):
        k0 = float(shape.get("curvature", shape.get("curvStart", "0")))
        k1 = float(shape.get("curvature", shape.get("curvEnd", "0")))
        local, turn = _clothoid(d_m, k0, (k1 - k0) / max(length_m, 1e-9))
    else:
        local, turn = _cubic_curve(shape, d_m, length_m)
    heading = float(piece.get("hdg", "0"))
    cos, sin = np.cos(heading), np.sin(heading)
    x = float(piece.get("x", "0")) + cos * local[:, 0] - sin * local[:, 1]
    y = float(piece.get("y", "0")) + sin * local[:, 0] + cos * local[:, 1]
    return np.stack([x, y], axis=-1), heading + turn


def _clothoid(d_m: Floats, k_per_m: float, dk_per_m2: float) -> tuple[Floats, Floats]:
    """Points and turn of a curve whose curvature grows linearly, by Gauss quadrature."""
    u = 0.5 * d_m[:, None] * (GAUSS_X + 1.0)
    turn = k_per_m * u + 0.5 * dk_per_m2 * u**2
    weight = 0.5 * d_m[:, None] * GAUSS_W
    xy = np.stack([(weight * np.cos(turn)).sum(axis=1), (weight * np.sin(turn)).sum(axis=1)], axis=-1)
    return xy, k_per_m * d_m + 0.5 * dk_per_m2 * d_m**2


def _cubic_curve(shape: Element, d_m: Floats, length_m: float) -> tuple[Floats, Floats]:
    """poly3 and paramPoly3: the parameter of each arc length comes from a table."""

    def coefficients(axis: str) -> Floats:
        return np.array([float(shape.get(letter + axis, "0")) for letter in "abcd"])

    if shape.tag == "poly3":
        cu, cv, end = np.array([0.0, 1.0, 0.0, 0.0]), coefficients(""), length_m
    else:
        cu, cv = coefficients("U"), coefficients("V")
        end = 1.0 if shape.get("pRange", "arcLength") == "normalized" else length_m
    p = np.linspace(0.0, end, ARC_TABLE_STEPS + 1)
    u, v = np.polyval(cu[::-1], p), np.polyval(cv[::-1], p)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(u), np.diff(v)))])
    q = np.interp(d_m * (arc[-1] / length_m if length_m > 0 and shape.tag != "poly3" else 1.0), arc, p)
    slope_u, slope_v = (np.polyval(np.polyder(c[::-1]), q) for c in (cu, cv))
    xy = np.stack([np.polyval(cu[::-1], q), np.polyval(cv[::-1], q)], axis=-1)
    return xy, np.arctan2(slope_v, slope_u)
