"""What a LiDAR's receiver makes of an echo: the range equation, a threshold in noise, the error of its clock.

Data sheets tell how good a receiver is by one datum: the range at which a matt target of 10 % is found nine times in
ten. That datum fixes all else: an echo's `signal` is its peak over the noise (one standard deviation) behind a matched
filter, and

    signal = DATUM_SIGNAL * (brightness / 0.1) * (datum / max(range, TURNED_DOWN_M))**2 * exp(-2 * depth)

with the brightness of what sent it back (`sim/raycast/brightness.py`) and the optical depth of the air one way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DATUM_BRIGHTNESS = 0.1
"""Of the datum's target: matt, 10 %, facing the sensor."""
THRESHOLD = 5.0
"""An echo is one that reaches this signal: noise alone does in 1 of 3.5 million samples, some 1e-4 of all rays."""
DATUM_SIGNAL = THRESHOLD + 1.2816
"""Noise leaves nine in ten of such echoes above the threshold (90 % quantile of the normal distribution)."""
TURNED_DOWN_M = 25.0
"""Echoes from nearer are turned down to what they would be from here (sensitivity-time control). Our choice: without
it thin fog would already blind the receiver; with it fog is heard from below some 100 m of visual range, within the
first 10 to 20 m, as in point clouds that were taken in fog chambers (Bijelic et al. 2018)."""
BLIND_M, CLEAR_M = 0.9, 1.0
"""Emitter and receiver begin to see the same spot, and see it fully (Hahner et al. 2021)."""
LIGHT_MPS = 299_792_458.0
FWHM_PER_SIGMA = 2.3548
FULL_SCALE_BRIGHTNESS = 1000.0
"""The brightest thing that an intensity tells: a sign's sheeting seen from nearby."""
WHITE_INTENSITY = 100.0 / 255.0
"""Of a white matt target. Velodyne's calibrated reflectivity has matt ones on 0 to 100, retro-reflectors on 101 to 255;
we let the latter grow with the logarithm of brightness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver.

    Args:
        range_10_percent_m: the datum: a 10 % target there, facing the sensor in clear air, is found nine times in ten.
            90 m is the data sheet's figure of an Ouster OS1 (rev. 7, 10 %, detection above 90 %, in full sun).
        pulse_s: full width of the pulse at half its height; 3 to 5 ns is usual at 905 nm.
        jitter_m: error of the clock whatever the signal, one standard deviation.
    """

    range_10_percent_m: float = 90.0
    pulse_s: float = 3e-9
    jitter_m: float = 0.0

    @property
    def pulse_m(self) -> float:
        """Of range that answers at once."""
        return LIGHT_MPS * self.pulse_s / 2.0

    def signal_of_white(self, range_m: Floats) -> Floats:
        """Of a matt white target that faces the sensor, in air that takes nothing."""
        reach = np.float32(self.range_10_percent_m) / np.maximum(range_m, np.float32(TURNED_DOWN_M))
        overlap = np.clip((range_m - np.float32(BLIND_M)) / np.float32(CLEAR_M - BLIND_M), 0.0, 1.0)
        return np.float32(DATUM_SIGNAL / DATUM_BRIGHTNESS) * reach * reach * overlap

    def signal(self, brightness: Floats, range_m: Floats, depth: Floats | float) -> Floats:
        """Expected peak over noise (N,).

        Args:
            brightness: (N,) of what sends the echo back, against white that faces the sensor.
            range_m: (N,).
            depth: (N,) or one: optical depth of the air, one way.
        """
        return brightness * self.signal_of_white(range_m) * np.exp(np.float32(-2.0) * depth)

    def range_sigma_m(self, signal: Floats) -> Floats:
        """Error of the range (N,), one standard deviation.

        The bound of Cramér and Rao for a Gaussian pulse of width s in white noise is sqrt(2) s / signal.
        """
        least_m = np.float32(np.sqrt(2.0) * self.pulse_m / FWHM_PER_SIGMA) / np.maximum(signal, np.float32(1.0))
        return np.hypot(least_m, np.float32(self.jitter_m))

    def intensity(self, signal: Floats, range_m: Floats) -> Floats:
        """What is told of an echo's strength, in [0, 1]: the brightness that would send it from there in clear air."""
        brightness = signal / np.maximum(self.signal_of_white(range_m), np.float32(1e-6))
        intensity = np.float32(WHITE_INTENSITY) * np.clip(brightness, np.float32(0.0), np.float32(1.0))
        beyond = np.flatnonzero(brightness > 1.0)
        decades = np.log10(np.minimum(brightness.take(beyond), FULL_SCALE_BRIGHTNESS)) / np.log10(FULL_SCALE_BRIGHTNESS)
        intensity[beyond] += (1.0 - WHITE_INTENSITY) * decades
        return intensity.astype(np.float32, copy=False)
