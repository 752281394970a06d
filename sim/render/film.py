"""What the film does: its curve and its white balance, as changes of a picture that was developed as usual."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_GREY = 0.18
_DISPLAY_GAMMA = 2.2
_XYZ_FROM_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear sRGB, IEC 61966-2-1."""
_CONES_FROM_XYZ = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""Bradford (Lam 1985)."""
_TINT_UV = 0.05
"""Distance in CIE 1960 uv that a tint of 1 moves the white point off the daylight locus."""
_BRIGHTEST = 4096.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A filmic curve over the decimal logarithm of light: a toe, a straight part and a shoulder, as Unreal's.

    Grey of 0.18 keeps its value.

    Args:
        slope: of the straight part.
        toe: more is darker: the dark bend ends at the display value 1 - toe.
        shoulder: more is brighter: the bright bend begins at this display value.
        black_clip: lets black fall below nothing.
        white_clip: lets white rise above everything.
    """

    slope: float = 0.88
    toe: float = 0.55
    shoulder: float = 0.26
    black_clip: float = 0.0
    white_clip: float = 0.04

    def display(self, light: NDArray[np.float64]) -> NDArray[np.float64]:
        """Linear display value, 0 to 1, of scene light."""
        slope = max(self.slope, 0.01)
        toe_scale = max(1.0 + self.black_clip - self.toe, 0.01)
        shoulder_scale = max(1.0 + self.white_clip - self.shoulder, 0.01)
        log_grey = np.log10(_GREY)
        if self.toe > 0.8:
            toe_end = (1.0 - self.toe - _GREY) / slope + log_grey
        else:
            bend = np.clip((_GREY + self.black_clip) / toe_scale - 1.0, -0.999, 0.999)
            toe_end = log_grey - np.arctanh(bend) * toe_scale / slope
        offset = (1.0 - self.toe) / slope - toe_end
        shoulder_start = self.shoulder / slope - offset
        x = np.log10(np.maximum(light, 1e-10))
        straight = slope * (x + offset)
        toe = 2.0 * toe_scale / (1.0 + _exp(-2.0 * slope / toe_scale * (x - toe_end))) - self.black_clip
        rim = 2.0 * shoulder_scale / (1.0 + _exp(2.0 * slope / shoulder_scale * (x - shoulder_start)))
        dark = np.where(x < toe_end, toe, straight)
        bright = np.where(x > shoulder_start, 1.0 + self.white_clip - rim, straight)
        span = shoulder_start - toe_end
        t = np.clip((x - toe_end) / (span if abs(span) > 1e-6 else 1e-6), 0.0, 1.0)
        t = 1.0 - t if span < 0.0 else t
        return np.asarray(np.clip(dark + (bright - dark) * (3.0 - 2.0 * t) * t * t, 0.0, 1.0))


USUAL_CURVE = Curve()


@dataclass(frozen=True, slots=True)
class Film:
    """A film by CARLA's attributes.

    Args:
        curve: of the tone mapping.
        temperature_k: of light that shall look white; higher than the light's own makes a warm picture.
        tint: above 0 makes the picture greener, below pinker.
    """

    curve: Curve = USUAL_CURVE
    temperature_k: float = 6500.0
    tint: float = 0.0

    def developed(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) a picture taken on the usual film, as this film shows it."""
        if (self.temperature_k, self.tint) != (6500.0, 0.0):
            matrix = white_balance(self.temperature_k, self.tint).astype(np.float32)
            rgb = developed(cv2.transform(light_of_pixels(rgb), matrix))
        if self.curve != USUAL_CURVE:
            rgb = np.asarray(cv2.LUT(rgb, _curve_table(self.curve)), np.uint8)
        return rgb


def light_of_pixels(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Exposed light that the display curve turns into these pixels; white stands for all that is brighter."""
    return _LIGHT[rgb]


def developed(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The pixels that exposed light becomes: the display curve of `shaders/air.glsl`."""
    return np.rint(_display(light) * 255.0).astype(np.uint8)


def white_balance(temperature_k: float, tint: float) -> NDArray[np.float64]:
    """(3, 3) on linear light: what is white under a light becomes white (Bradford's chromatic adaptation)."""
    cones = _CONES_FROM_XYZ
    gains = (cones @ _white_xyz(6500.0, 0.0)) / (cones @ _white_xyz(temperature_k, tint))
    adapted = np.linalg.inv(cones) @ np.diag(gains) @ cones
    return np.asarray(np.linalg.inv(_XYZ_FROM_RGB) @ adapted @ _XYZ_FROM_RGB)


def _white_xyz(temperature_k: float, tint: float) -> NDArray[np.float64]:
    u, v = _locus_uv(temperature_k)
    du, dv = np.array(_locus_uv(temperature_k + 10.0)) - np.array(_locus_uv(temperature_k - 10.0))
    across = np.array([-dv, du]) / np.hypot(du, dv)
    u, v = np.array([u, v]) + across * (_TINT_UV * tint)
    x, y = 3.0 * u / (2.0 * u - 8.0 * v + 4.0), 2.0 * v / (2.0 * u - 8.0 * v + 4.0)
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def _locus_uv(kelvin: float) -> tuple[float, float]:
    """Chromaticity of black bodies (Krystek 1985), 1000 to 15000 K."""
    t = kelvin
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    return u, v


def _display(light: NDArray[np.floating]) -> NDArray[np.floating]:
    x = np.maximum(light - 0.004, 0.0)
    return np.asarray((x * (6.2 * x + 0.5)) / (x * (6.2 * x + 1.7) + 0.06))


def _light_table() -> NDArray[np.float32]:
    light = np.concatenate([[0.0], np.geomspace(0.004, _BRIGHTEST, 1 << 16)])
    table = np.interp(np.arange(256) / 255.0, _display(light), light)
    table[255] = 3.0 * table[254]
    return table.astype(np.float32)


_LIGHT = _light_table()


def _curve_table(curve: Curve) -> NDArray[np.uint8]:
    """(256,) pixels on the usual curve to pixels on another one."""
    light = np.concatenate([[0.0], np.geomspace(1e-6, _BRIGHTEST, 8192)])
    usual = USUAL_CURVE.display(light)
    pixels = (np.arange(256) / 255.0) ** _DISPLAY_GAMMA
    shown = curve.display(np.interp(pixels, usual, light))
    return np.rint(255.0 * shown ** (1.0 / _DISPLAY_GAMMA)).astype(np.uint8)


def _exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(np.clip(x, -700.0, 700.0)))
