"""What our OpenDRIVE calls the objects that scenery and lights are made of: the maps write these names."""

from typing import Final

STOP_LINE: Final = "StopLine"
"""Before a light or a sign, across the lanes that wait there."""
BUS_STOP: Final = "BusStop"
"""At the open front of a shelter."""
HATCHING: Final = "Hatching"
"""Its outline is an area that nobody drives on."""
CRASH_CUSHION: Final = "CrashCushion"
"""Its traffic drives along its road."""
