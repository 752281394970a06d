"""What tells cars of one family apart: lamps, grille, wheels, roof; drawn from the blueprint's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

Color = tuple[float, float, float]

BODY_COLOR: Color = (-1.0, 0.0, 0.0)
_DARK_ROOF: Color = (0.015, 0.015, 0.017)
_LIGHT_ROOF: Color = (0.70, 0.70, 0.68)
_ROOFS = {
    "vehicle.tesla.model3": _DARK_ROOF,
    "vehicle.tesla.cybertruck": _DARK_ROOF,
    "vehicle.mini.cooper_s": _LIGHT_ROOF,
    "vehicle.mini.cooper_s_2021": _DARK_ROOF,
    "vehicle.micro.microlino": _LIGHT_ROOF,
    "vehicle.citroen.c3": _DARK_ROOF,
}


@dataclass(frozen=True, slots=True)
class CarStyle:
    """Details of one model. Widths are shares of the half width, counted from the middle.

    Args:
        headlamp_from: inner edge of the headlamps.
        headlamp_tall_m: their height.
        grille_to: outer edge of the grille.
        grille_tall_m: its height.
        tail_from: inner edge of the tail lamps.
        tail_tall_m: their height.
        tail_band: whether a thin lamp joins both tail lamps.
        spokes: of the wheels, 5 or 10.
        roof: colour of the roof.
    """

    headlamp_from: float = 0.54
    headlamp_tall_m: float = 0.13
    grille_to: float = 0.46
    grille_tall_m: float = 0.13
    tail_from: float = 0.58
    tail_tall_m: float = 0.16
    tail_band: bool = False
    spokes: int = 5
    roof: Color = BODY_COLOR


def style_of(asset: str) -> CarStyle:
    """The style of a blueprint: the same every time."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(asset.encode()).digest()[:8], "big"))
    share = rng.random(8)
    return CarStyle(
        headlamp_from=0.50 + 0.14 * float(share[0]),
        headlamp_tall_m=0.095 + 0.04 * float(share[1]),
        grille_to=0.30 + 0.17 * float(share[2]),
        grille_tall_m=0.09 + 0.07 * float(share[3]),
        tail_from=0.50 + 0.18 * float(share[4]),
        tail_tall_m=0.12 + 0.07 * float(share[5]),
        tail_band=bool(share[6] < 0.25),
        spokes=10 if share[7] < 0.4 else 5,
        roof=_ROOFS.get(asset, BODY_COLOR),
    )
