"""What a stack and its car can be told otherwise than they come: `--set camera.min_score=0.9`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fusion.tracker import TrackerConfig
from moosetest.config import ConfigError, from_mapping, want_share
from planning.control import ControlConfig
from planning.planner import PlannerConfig


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """Of the trained network of a sensor; `min_score` is the least score that it hands on."""

    min_score: float = 0.2

    def __post_init__(self) -> None:
        want_share(self, "min_score")


@dataclass(frozen=True, slots=True)
class ActuationSettings:
    """Of the car itself: its brakes answer `brake_delay_s` late, to the nearest tick."""

    brake_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.brake_delay_s <= 5.0:
            raise ConfigError(f"actuation.brake_delay_s: {self.brake_delay_s}, want 0 to 5")


@dataclass(frozen=True, slots=True)
class StackSettings:
    """One table a module; those of fusion, planner and control are the configurations that they are built with."""

    camera: DetectorSettings = field(default_factory=DetectorSettings)
    lidar: DetectorSettings = field(default_factory=DetectorSettings)
    fusion: TrackerConfig = field(default_factory=TrackerConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)
    control: ControlConfig = field(default_factory=ControlConfig)
    actuation: ActuationSettings = field(default_factory=ActuationSettings)

    @classmethod
    def of(cls, changed: Mapping[str, Any]) -> StackSettings:
        """As they come but for what is `changed`, nested as in TOML.

        Raises:
            ConfigError: unknown key, wrong type or value.
        """
        return from_mapping(cls, changed, "--set")


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """`MODULE.KEY=VALUE`, again and again, as nested tables; values are written as in TOML.

    Raises:
        ConfigError: it is not written so, or does not fit `StackSettings`.
    """
    lines = [text.replace("=", " = ", 1) for text in texts]
    try:
        changed = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"--set {' '.join(texts)}: want MODULE.KEY=VALUE, as camera.min_score=0.9 ({error})"
        ) from error
    StackSettings.of(changed)
    return changed
