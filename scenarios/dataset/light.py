"""The light of a scene: weather, street lamps, headlamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scenarios.dataset.traffic import with_headlamps
from sim.world.scene import Scene, Weather
from sim.world.vehicle_lights import LOW_BEAM, POSITION
from sim.world.weathers import draw_named_weather

DARK_BELOW_RAD: Final = 0.0
"""Street lamps and headlamps are on from sunset on."""
NIGHT_BELOW_RAD: Final = -0.2
"""Twelve degrees: the end of nautical twilight, when the horizon is no longer seen."""
LOW_SUN_RAD: Final = 0.12
DRIVING_LIGHTS: Final = POSITION | LOW_BEAM
LIT_STREETS: Final = 0.6
"""Share of dark scenes in which the street lamps burn."""


@dataclass(frozen=True, slots=True)
class Light:
    """One scene's: the weather and its name in the table, and whether the street lamps burn if there are any."""

    name: str
    weather: Weather
    street_lamps: bool

    @property
    def is_dark(self) -> bool:
        """Whether the sun is down."""
        return self.weather.sun_elevation_rad <= DARK_BELOW_RAD

    @property
    def conditions(self) -> Mapping[str, str]:
        """By what an evaluation slices: `light` and `weather`."""
        elevation_rad = self.weather.sun_elevation_rad
        light = "day" if elevation_rad > LOW_SUN_RAD else "dusk"
        if elevation_rad < NIGHT_BELOW_RAD:
            light = "night, street lamps" if self.street_lamps else "night, headlamps only"
        return {"light": light, "weather": self.name}

    def shed_on(self, scene: Scene) -> Scene:
        """The scene in this light; in the dark, in rain and in fog everybody drives with headlamps."""
        sees_well = not self.is_dark and self.weather.precipitation == 0.0 and self.weather.fog_density == 0.0
        instances = scene.instances if sees_well else with_headlamps(scene.instances, DRIVING_LIGHTS)
        lamps = scene.static.lamps if self.is_dark and self.street_lamps else ()
        return replace(scene, weather=self.weather, instances=instances, lamps=lamps)


_SPLITS: Final = {"train": ("train",), "nominal": ("train", "nominal")}
"""Nominal tests need not keep from what training has seen of the sky."""


def draw_light(split: str, rng: np.random.Generator) -> Light:
    """One for scenes to train on, or to test on: any hour and weather of these splits."""
    name, weather = draw_named_weather(_SPLITS[split], rng)
    return Light(name, weather, street_lamps=bool(rng.random() < LIT_STREETS))
