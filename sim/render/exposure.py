"""How much light the film gets: metered from the scene as an eye adapts, or set by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

CLEAR_DAY_EXPOSURE = 3.05e-5
"""Display units per cd/m2 that the automatic exposure chooses on a clear day with the sun 45 degrees high."""
DARKEST_BRIGHT, BRIGHTEST_BRIGHT = 10.0, 12.0
"""CARLA's default limits of the scene's brightness: all our scenes lie between them, at one of the exposures below."""
DARKEST_EXPOSURE, BRIGHTEST_EXPOSURE = 0.22, 2.35e-5
"""What the automatic exposure chooses in a moonless street without lamps, and under the highest sun."""
STOPS_PER_BRIGHT = math.log2(DARKEST_EXPOSURE / BRIGHTEST_EXPOSURE) / (BRIGHTEST_BRIGHT - DARKEST_BRIGHT)
"""CARLA's light spans a few stops from night to noon, ours thirteen as the real one does."""
EVEN_BRIGHT = 1.5
"""Farther than this from what it adapts to, an eye adapts evenly, as Unreal's does; nearer it slows down."""
ADAPTED_EV = 0.01
"""An eye so near counts as adapted: no step of a pixel's value is left."""


@dataclass(frozen=True, slots=True)
class Metering:
    """How a camera chooses its exposure.

    Args:
        compensation_ev: brightens by 2 ** compensation_ev, in both modes.
        manual_ev: None for automatic; else stops more light than at CARLA's default setting (1/200 s, f/1.4, ISO 100),
            which is right for a clear day here.
        min_bright: automatic: what is darker is exposed as if it were this bright, on CARLA's scale.
        max_bright: the same for what is brighter.
        adapted: automatic: the exposure to which the eye has adapted so far; None to be adapted at once.
    """

    compensation_ev: float = 0.0
    manual_ev: float | None = None
    min_bright: float = DARKEST_BRIGHT
    max_bright: float = BRIGHTEST_BRIGHT
    adapted: float | None = None

    def exposure(self, metered: float) -> float:
        """Display units per cd/m2, for a scene for which the automatic exposure is `metered`."""
        if self.manual_ev is not None:
            return float(CLEAR_DAY_EXPOSURE * 2.0 ** (self.manual_ev + self.compensation_ev))
        base = self.wanted(metered) if self.adapted is None else self.adapted
        return float(base * 2.0**self.compensation_ev)

    def wanted(self, metered: float) -> float:
        """The exposure to adapt to: a unit of brightness outside the limits is a stop too much or too little."""
        bright = BRIGHTEST_BRIGHT - math.log2(metered / BRIGHTEST_EXPOSURE) / STOPS_PER_BRIGHT
        taken = max(min(bright, self.max_bright), self.min_bright)
        return metered if taken == bright else float(metered * 2.0 ** (bright - taken))


AUTOMATIC = Metering()
"""CARLA's defaults, adapted at once."""


class Adaptation:
    """An eye that needs time to adapt: nearer than 1.5 units of brightness by the exponential law.

    Args:
        metering: of the camera.
        speed_up: units of brightness on CARLA's scale per second from dark to bright surroundings, far from them; near
            them the difference falls to 1/e in 1.5 / speed seconds.
        speed_down: the same from bright to dark ones.
    """

    def __init__(self, metering: Metering, speed_up: float, speed_down: float) -> None:
        self.metering = metering
        self._speeds = (speed_up, speed_down)
        self._wanted: float | None = None

    def see(self, metered: float) -> None:
        """Take note of the scene of the last picture."""
        self._wanted = self.metering.wanted(metered)

    def adapt(self, elapsed_s: float) -> Metering:
        """The metering after some time in front of what was seen last; at the first picture the eye is adapted."""
        if self._wanted is not None and self.metering.manual_ev is None:
            self.metering = replace(self.metering, adapted=self._nearer(self._wanted, elapsed_s))
        return self.metering

    def _nearer(self, wanted: float, elapsed_s: float) -> float:
        now = self.metering.adapted
        if now is None:
            return wanted
        change_ev = math.log2(wanted / now)
        up, down = self._speeds
        left_ev = STOPS_PER_BRIGHT * bright_left(
            abs(change_ev) / STOPS_PER_BRIGHT, up if change_ev < 0.0 else down, elapsed_s
        )
        return wanted if left_ev < ADAPTED_EV else float(wanted * 2.0 ** -math.copysign(left_ev, change_ev))


def bright_left(difference: float, speed: float, elapsed_s: float) -> float:
    """What is left of a difference in brightness after some time: even steps first, then an exponential decay."""
    even = max(difference - EVEN_BRIGHT, 0.0)
    adapted = speed * elapsed_s
    if adapted <= even:
        return difference - adapted
    return (difference - even) * math.exp((even - adapted) / EVEN_BRIGHT)
