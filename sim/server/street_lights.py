"""The street lamps of an episode, as CARLA's light manager switches them and as cameras see them."""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass, replace

from sim.server.layouts import Int32, UInt8, Vector3, WeatherParameters
from sim.world.maps.data import MapData
from sim.world.scene import StreetLamp

LM_PER_CD = 2.0 * math.pi * 0.63
"""Solid angle of a lamp's bowl (`sim/render/lamps.py`): full down to a cosine of 0.57, then falling to 0.17."""
STREET_GROUP = 2
"""carla.LightGroup.Street."""
DARK_BELOW_SUN_DEG = 5.0
"""The day-night cycle switches lamps at this height of the sun."""
_GAMMA = 2.2


@dataclass(frozen=True, slots=True)
class LightState:
    """One lamp on the wire: intensity in lumens, colour in display bytes, place in CARLA's frame."""

    number: Int32
    location_m: Vector3
    intensity_lm: float
    group: UInt8
    color: tuple[UInt8, UInt8, UInt8]
    active: bool


class StreetLights:
    """The lamps of a map: switched by the sun while the day-night cycle runs, and by clients at any time.

    `changed` is set when a client has changed something that others do not know yet; whoever tells them clears it.
    """

    def __init__(self, data: MapData) -> None:
        self._lamps = data.lamps()
        self._default_color = [_display(lamp.color_rgb) for lamp in self._lamps]
        self._states = [_state(number, lamp) for number, lamp in enumerate(self._lamps)]
        self._follows_sun = True
        self._dark = False
        self._shining: tuple[frozenset[int], tuple[StreetLamp, ...]] | None = None
        self.changed = False

    @property
    def states(self) -> list[LightState]:
        """All lamps."""
        return list(self._states)

    def set(self, states: list[LightState]) -> None:
        """Change lamps; those of unknown numbers are left out, as in CARLA. Lamps stay where they stand."""
        for state in states:
            if 0 <= state.number < len(self._states):
                place = self._states[state.number].location_m
                intensity_lm = max(state.intensity_lm, 0.0)
                self._states[state.number] = replace(state, location_m=place, intensity_lm=intensity_lm)
        self._shining = None
        self.changed = True

    def follow_sun(self, follow: bool) -> None:
        """Start or stop the day-night cycle."""
        self._follows_sun = follow

    def see(self, weather: WeatherParameters) -> None:
        """While the cycle runs, switch the street's lamps when night falls and when day breaks."""
        dark = weather.sun_altitude_deg < DARK_BELOW_SUN_DEG
        if dark == self._dark:
            return
        self._dark = dark
        if self._follows_sun:
            self._states = [replace(s, active=dark) if s.group == STREET_GROUP else s for s in self._states]
            self._shining = None
            self.changed = True

    def shining(self, absent: Set[int]) -> tuple[StreetLamp, ...]:
        """All lamps of the map in their order with the light they give now: none from those off and those `absent`."""
        key = frozenset(absent)
        if self._shining is None or self._shining[0] != key:
            lamps = enumerate(zip(self._lamps, self._states, strict=True))
            self._shining = key, tuple(self._lamp(k, lamp, state, k in key) for k, (lamp, state) in lamps)
        return self._shining[1]

    def _lamp(self, number: int, lamp: StreetLamp, state: LightState, absent: bool) -> StreetLamp:
        lit = state.active and not absent
        is_own = state.color == self._default_color[number]
        color = lamp.color_rgb if is_own else _linear(state.color)
        return replace(lamp, color_rgb=color, intensity_cd=state.intensity_lm / LM_PER_CD if lit else 0.0)


def _state(number: int, lamp: StreetLamp) -> LightState:
    x, y, z = lamp.position_world_m
    intensity_lm = lamp.intensity_cd * LM_PER_CD
    return LightState(number, (x, -y, z), intensity_lm, STREET_GROUP, _display(lamp.color_rgb), active=False)


def _display(color_rgb: tuple[float, float, float]) -> tuple[int, int, int]:
    r, g, b = (round(255.0 * channel ** (1.0 / _GAMMA)) for channel in color_rgb)
    return r, g, b


def _linear(color: tuple[int, int, int]) -> tuple[float, float, float]:
    r, g, b = ((min(max(channel, 0), 255) / 255.0) ** _GAMMA for channel in color)
    return r, g, b
