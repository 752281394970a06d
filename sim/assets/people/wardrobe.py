"""Who a walker is and what they wear: drawn from the asset's name, the same every time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.assets.catalog import Asset

Color = tuple[float, float, float]
Age = Literal["child", "adult", "old"]

_SKIN: tuple[Color, ...] = (
    (0.62, 0.38, 0.27), (0.55, 0.31, 0.20), (0.42, 0.23, 0.14), (0.24, 0.12, 0.07), (0.12, 0.06, 0.04),
)  # fmt: skip
_HAIR: tuple[Color, ...] = (
    (0.012, 0.010, 0.009), (0.035, 0.020, 0.012), (0.10, 0.055, 0.025), (0.30, 0.20, 0.09), (0.16, 0.05, 0.02),
)  # fmt: skip
_GREY_HAIR: Color = (0.42, 0.42, 0.42)
_TOPS: tuple[Color, ...] = (
    (0.55, 0.05, 0.04), (0.05, 0.14, 0.42), (0.70, 0.70, 0.68), (0.02, 0.02, 0.025), (0.06, 0.26, 0.10),
    (0.65, 0.42, 0.05), (0.30, 0.30, 0.31), (0.28, 0.06, 0.22), (0.10, 0.35, 0.45), (0.45, 0.30, 0.18),
    (0.60, 0.22, 0.25), (0.12, 0.12, 0.16),
)  # fmt: skip
_BOTTOMS: tuple[Color, ...] = (
    (0.03, 0.045, 0.10), (0.02, 0.02, 0.022), (0.07, 0.10, 0.19), (0.30, 0.24, 0.15), (0.15, 0.22, 0.36),
    (0.10, 0.09, 0.06), (0.42, 0.31, 0.18),
)  # fmt: skip
_SHOES: tuple[Color, ...] = ((0.02, 0.02, 0.02), (0.60, 0.60, 0.58), (0.26, 0.03, 0.03), (0.05, 0.05, 0.06))

LEAST_CONTRAST = 2.0
"""Of luminances of tops and bottoms, with the dimmest added to both: two black cloths are as good as one."""
_DIMMEST = 0.02

HALF_GREY: Color = (0.5, 0.5, 0.5)
PLAIN = frozenset({"walker.moosetest.adult", "walker.moosetest.child"})
"""Whose cloth is of one known reflectance."""


@dataclass(frozen=True, slots=True)
class Look:
    """One person: body, hair, clothes.

    Args:
        age: child, adult or old.
        female: sex, for build and hair.
        girth: 1 is average.
        skin, hair, top, bottom, shoes, accent: linear colours; `accent` is for bags and hats.
        long_hair, bald, beard, hat, glasses: head.
        skirt, shorts, short_sleeves, open_jacket, long_coat: clothes.
        backpack, handbag: luggage.
    """

    age: Age
    female: bool
    girth: float
    skin: Color
    hair: Color
    top: Color
    bottom: Color
    shoes: Color
    accent: Color
    long_hair: bool = False
    bald: bool = False
    hat: bool = False
    skirt: bool = False
    shorts: bool = False
    short_sleeves: bool = False
    open_jacket: bool = False
    long_coat: bool = False
    backpack: bool = False
    handbag: bool = False

    @property
    def stoop(self) -> float:
        """How bent the back is, 0 to 1."""
        return 0.6 if self.age == "old" else 0.0


def look_of(asset: Asset) -> Look:
    """The person behind a walker; the plain ones wear half-grey clothes with dark shoes and a dark belt."""
    child, female = asset.age == "child", asset.gender == "female"
    if asset.name in PLAIN:
        age: Age = "child" if child else "adult"
        return Look(age, female, 1.0, _SKIN[1], _HAIR[0], HALF_GREY, HALF_GREY, _SHOES[0], HALF_GREY)
    old = asset.name[-4:].isdecimal() and int(asset.name[-4:]) % 7 == 3
    return _drawn(_rng(asset), "child" if child else ("old" if old else "adult"), female)


def rider_look(asset: Asset) -> Look:
    """The rider of a two-wheeler: an adult in trousers and sleeves, without luggage."""
    rng = _rng(asset)
    look = _drawn(rng, "adult", female=bool(rng.integers(2)))
    return Look(look.age, look.female, 1.0, look.skin, look.hair, look.top, look.bottom, look.shoes, look.accent)


def _rng(asset: Asset) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(asset.name.encode()).digest()[:8], "big"))


def _drawn(rng: np.random.Generator, age: Age, female: bool) -> Look:
    top, accent = (_TOPS[i] for i in rng.choice(len(_TOPS), 2, replace=False))
    bottom = _contrasting(top, int(rng.integers(len(_BOTTOMS))))
    chance = rng.random(10)
    adult = age == "adult"
    coat = bool(chance[0] < 0.18) and age != "child"
    skirt = female and bool(chance[1] < 0.35) and not coat
    return Look(
        age=age,
        female=female,
        girth=float(rng.uniform(0.9, 1.18)),
        skin=_SKIN[int(rng.integers(len(_SKIN)))],
        hair=_GREY_HAIR if age == "old" else _HAIR[int(rng.integers(len(_HAIR)))],
        top=top,
        bottom=bottom,
        shoes=_SHOES[int(rng.integers(len(_SHOES)))],
        accent=accent,
        long_hair=female and bool(chance[2] < 0.7),
        bald=not female and adult and bool(chance[3] < 0.12),
        hat=bool(chance[4] < 0.18),
        skirt=skirt,
        shorts=not skirt and not coat and bool(chance[5] < (0.5 if age == "child" else 0.18)),
        short_sleeves=not coat and bool(chance[6] < 0.35),
        open_jacket=not coat and bool(chance[6] > 0.65),
        long_coat=coat,
        backpack=age != "old" and bool(chance[7] < 0.25),
        handbag=adult and bool(chance[8] < (0.4 if female else 0.12)),
    )


def _contrasting(top: Color, first: int) -> Color:
    """The first of the bottoms, from number `first` on, that is clearly darker or brighter than the top.

    Contrast between clothes is what makes a far person a person to a detector; one tone from neck to foot is a statue.
    """
    bright = _luminance(top) + _DIMMEST
    for step in range(len(_BOTTOMS)):
        bottom = _BOTTOMS[(first + step) % len(_BOTTOMS)]
        ratio = bright / (_luminance(bottom) + _DIMMEST)
        if max(ratio, 1.0 / ratio) >= LEAST_CONTRAST:
            return bottom
    raise ValueError(f"no bottom contrasts with {top}")


def _luminance(color: Color) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]
