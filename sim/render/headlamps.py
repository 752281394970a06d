"""What headlamps send where: the patterns of a dipped and a main beam, for what they light and for how they glare.

`shaders/beam.glsl` draws with the same figures. Angles are degrees to the right of and above the vehicle's axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.world.vehicle_lights import HIGH_BEAM, LOW_BEAM, POSITION

CUT_OFF_DEG = -0.57
"""Of the dipped beam on the left: a fall of 1 % (UN R48)."""
KINK = 0.268
"""Rise of the cut-off to the right of the axis: tan(15 degrees) (UN R112)."""
SOFT_DEG = 0.25
"""Half the width of the cut-off."""
STRAY_CD = 200.0
"""Of a dipped lamp above its cut-off (R112 allows 350 cd at the eyes of those who come, and 625 higher up)."""
DIPPED_CD, FOREGROUND_CD, MAIN_CD = 16_000.0, 4000.0, 45_000.0
"""Of one lamp: hot spot and foreground of the dipped beam, middle of the main beam (R112 class B: at least 10,100 cd
at 75R, 1,700 at 25L and 25R, 40,500 in the main beam)."""
POSITION_CD = 60.0
"""Of a position lamp (UN R7: 4 to 140 cd)."""

Degrees = float | NDArray[np.float64]


def dipped_cd(right_deg: Degrees, up_deg: Degrees) -> NDArray[np.float64]:
    """Luminous intensity of one lamp's dipped beam, for traffic on the right."""
    right, up = np.asarray(right_deg, np.float64), np.asarray(up_deg, np.float64)
    cut = CUT_OFF_DEG + KINK * np.clip(right, 0.0, 6.0)
    below = np.clip((cut + SOFT_DEG - up) / (2.0 * SOFT_DEG), 0.0, 1.0)
    lit = below * below * (3.0 - 2.0 * below)
    hot = DIPPED_CD * np.exp(-0.5 * (((right - 1.0) / 4.5) ** 2 + (up + 1.2) ** 2))
    wide = FOREGROUND_CD * np.exp(-0.5 * ((right / 18.0) ** 2 + ((up + 2.5) / 3.0) ** 2))
    stray = STRAY_CD * np.exp(-0.5 * (right / 25.0) ** 2)
    return np.asarray(lit * (hot + wide) + stray)


def main_cd(right_deg: Degrees, up_deg: Degrees) -> NDArray[np.float64]:
    """What one lamp's main beam adds to the dipped one."""
    right, up = np.asarray(right_deg, np.float64), np.asarray(up_deg, np.float64)
    return np.asarray(MAIN_CD * np.exp(-0.5 * ((right / 3.0) ** 2 + (up / 1.8) ** 2)))


def headlamp_cd(lights: int, toward_body: NDArray[np.float64]) -> float:
    """Luminous intensity of one headlamp in a direction of its body (x forward, y left, z up), by its lights' bits."""
    forward, left, up = toward_body / np.linalg.norm(toward_body)
    if forward <= 0.0:
        return 0.0
    power = POSITION_CD * forward if lights & POSITION else 0.0
    if lights & (LOW_BEAM | HIGH_BEAM):
        right_deg, up_deg = np.degrees(np.arctan2(-left, forward)), np.degrees(np.arcsin(up))
        power += float(dipped_cd(right_deg, up_deg))
        power += float(main_cd(right_deg, up_deg)) if lights & HIGH_BEAM else 0.0
    return power
