"""The lamps of a vehicle that are on: bits of `Instance.lights`, as in carla.VehicleLightState."""

from __future__ import annotations

from typing import Final

POSITION: Final = 1
LOW_BEAM: Final = 2
HIGH_BEAM: Final = 4
BRAKE: Final = 8
RIGHT_BLINKER: Final = 16
LEFT_BLINKER: Final = 32
REVERSE: Final = 64
SPECIAL_1: Final = 512
SPECIAL_2: Final = 1024
