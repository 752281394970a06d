"""Weathers by name: what each may be like, and which split it belongs to."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from math import pi
from pathlib import Path
from typing import Any

import numpy as np

from sim.world.scene import Weather

TABLE = Path(__file__).with_suffix(".toml")
TURN_RAD = (-pi, pi)
"""Streets run in all directions: the sun may stand in any."""


@dataclass(frozen=True, slots=True)
class NamedWeather:
    """A kind of weather.

    Args:
        split: "train", "nominal" or "edge": what it may be used for.
        share: how often it is drawn, relative to the others.
        ranges: least and largest value of fields of `Weather`; other fields have their usual value, and are dry.
    """

    split: str
    share: float
    ranges: Mapping[str, tuple[float, float]]

    def draw(self, rng: np.random.Generator) -> Weather:
        """One of its days: the sun anywhere round the horizon, and puddles where it is wet."""
        drawn = {field: float(rng.uniform(low, high)) for field, (low, high) in self.ranges.items()}
        azimuth_rad = float(rng.uniform(*TURN_RAD))
        return Weather(sun_azimuth_rad=azimuth_rad, deposits=drawn.get("wetness", 0.0), **drawn)


@cache
def weathers() -> Mapping[str, NamedWeather]:
    """All weathers by name, in the order of their table."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: _weather(row) for name, row in table.items()}


def _weather(row: dict[str, Any]) -> NamedWeather:
    split, share = row.pop("split"), row.pop("share")
    return NamedWeather(split, share, {field: (low, high) for field, (low, high) in row.items()})


def draw_weather(splits: Collection[str], rng: np.random.Generator) -> Weather:
    """A day of one of the weathers of these splits, which are drawn by their shares."""
    return draw_named_weather(splits, rng)[1]


def draw_named_weather(splits: Collection[str], rng: np.random.Generator) -> tuple[str, Weather]:
    """The same, with the weather's name."""
    known = {name: weather for name, weather in weathers().items() if weather.split in splits}
    shares = np.array([weather.share for weather in known.values()])
    name = list(known)[int(rng.choice(len(known), p=shares / shares.sum()))]
    return name, known[name].draw(rng)
