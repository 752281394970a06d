"""Colours and reflectances as blueprints take them."""

from __future__ import annotations

import numpy as np

from moosetest.arrays import FloatArray

MODELLED_REFLECTANCE = 0.5
"""Cloth albedo of walker.moosetest.adult, of which blueprints take a share."""


def clothing(reflectance: float) -> str:
    """The attribute `clothing_reflectance` of clothes of that albedo."""
    return str(round(reflectance / MODELLED_REFLECTANCE, 4))


def grey(share: float) -> str:
    """A neutral paint; `share` of white, in display values."""
    return blend((0, 0, 0), (255, 255, 255), share)


def blend(at_0: tuple[int, int, int], at_1: tuple[int, int, int], share: float) -> str:
    """The colour `share` of the way between two, display values from 0 to 255."""
    mixed: FloatArray = np.asarray(at_0) + (np.asarray(at_1) - np.asarray(at_0)) * share
    return ",".join(str(round(float(value))) for value in mixed)
