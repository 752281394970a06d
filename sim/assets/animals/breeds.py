"""How each four-legged animal is built. Lengths are shares of the height of its withers; x ahead, z up from the ground.

Proportions after the plates of Ellenberger, Baum and Dittrich's atlas of animal anatomy, rounded to a few per cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.assets.animals.names import DEER, DOG, HORSE_RIDER, MOOSE

Color = tuple[float, float, float]
Section = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Leg:
    """A pair of legs.

    Args:
        top: x, half the width between the legs, z of the uppermost joint that moves: elbow or hip.
        foot_x: where the foot stands.
        upper: lengths of the bones above the cannon: forearm, or thigh and shank.
        cannon: length of the cannon bone.
        pastern: height of the fetlock over the ground.
        radius: half thickness (along x, across) at the top and at each joint down to the hoof.
    """

    top: tuple[float, float, float]
    foot_x: float
    upper: tuple[float, ...]
    cannon: float
    pastern: float
    radius: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Breed:
    """One kind of animal.

    Args:
        withers_m: height of the withers.
        trunk: rings from rump to chest: x, z of the back, z of the belly, half width.
        neck, head: rings from the trunk to the muzzle: x, z, half depth, half width.
        fore, hind: the legs.
        ear: half length, half width, and how far it hangs, 0 upright to 1.
        tail: points x, z, and half thickness.
        coat, muzzle, nose, shanks, hoof, tail_color, mane: linear colours; no mane where None.
        antlers: "", "palmate" or "forked".
        dewlap: whether skin hangs under the throat.
    """

    withers_m: float
    trunk: tuple[Section, ...]
    neck: tuple[Section, ...]
    head: tuple[Section, ...]
    fore: Leg
    hind: Leg
    ear: tuple[float, float, float]
    tail: tuple[tuple[float, float, float], ...]
    coat: Color
    muzzle: Color
    nose: Color
    shanks: Color
    hoof: Color
    tail_color: Color
    mane: Color | None = None
    antlers: str = ""
    dewlap: bool = False


_HORSE = Breed(
    withers_m=1.60,
    trunk=(
        (-0.525, 0.80, 0.66, 0.07), (-0.48, 0.91, 0.60, 0.13), (-0.38, 0.985, 0.55, 0.165), (-0.22, 0.975, 0.52, 0.168),
        (-0.02, 0.945, 0.475, 0.172), (0.14, 0.955, 0.455, 0.166), (0.27, 0.995, 0.46, 0.150),
        (0.38, 0.95, 0.49, 0.140), (0.46, 0.86, 0.55, 0.115), (0.505, 0.78, 0.61, 0.06),
    ),
    neck=(
        (0.30, 0.81, 0.185, 0.105), (0.44, 0.96, 0.165, 0.082),
        (0.56, 1.13, 0.128, 0.066), (0.66, 1.29, 0.095, 0.055),
    ),
    head=(
        (0.635, 1.325, 0.05, 0.045), (0.705, 1.275, 0.105, 0.066),
        (0.78, 1.18, 0.088, 0.058), (0.86, 1.08, 0.060, 0.045),
        (0.92, 1.00, 0.055, 0.044), (0.945, 0.965, 0.035, 0.034),
    ),
    fore=Leg(
        (0.31, 0.095, 0.54), 0.31, (0.245,), 0.195, 0.105,
        ((0.090, 0.055), (0.058, 0.048), (0.034, 0.034), (0.023, 0.022), (0.030, 0.027), (0.034, 0.034)),
    ),
    hind=Leg(
        (-0.34, 0.095, 0.78), -0.42, (0.275, 0.30), 0.225, 0.105,
        ((0.155, 0.085), (0.120, 0.070), (0.062, 0.044), (0.040, 0.032),
         (0.025, 0.023), (0.031, 0.028), (0.035, 0.035)),
    ),
    ear=(0.055, 0.022, 0.0),
    tail=((-0.50, 0.90, 0.028), (-0.56, 0.86, 0.045), (-0.60, 0.66, 0.050), (-0.60, 0.44, 0.042), (-0.59, 0.26, 0.012)),
    coat=(0.115, 0.045, 0.018),
    muzzle=(0.035, 0.022, 0.016),
    nose=(0.02, 0.014, 0.011),
    shanks=(0.022, 0.016, 0.013),
    hoof=(0.05, 0.045, 0.04),
    tail_color=(0.012, 0.010, 0.009),
    mane=(0.012, 0.010, 0.009),
)  # fmt: skip

_MOOSE = Breed(
    withers_m=1.95,
    trunk=(
        (-0.465, 0.80, 0.66, 0.055), (-0.42, 0.89, 0.595, 0.115),
        (-0.31, 0.925, 0.54, 0.145), (-0.12, 0.915, 0.49, 0.155),
        (0.06, 0.93, 0.455, 0.158), (0.20, 0.99, 0.45, 0.148), (0.31, 0.985, 0.47, 0.132), (0.40, 0.89, 0.52, 0.105),
        (0.45, 0.80, 0.60, 0.055),
    ),
    neck=(
        (0.26, 0.79, 0.185, 0.105), (0.40, 0.84, 0.165, 0.092),
        (0.52, 0.905, 0.125, 0.075), (0.60, 0.945, 0.095, 0.062),
    ),
    head=(
        (0.575, 0.985, 0.050, 0.048), (0.645, 0.955, 0.088, 0.062),
        (0.74, 0.885, 0.066, 0.050), (0.84, 0.81, 0.062, 0.050),
        (0.92, 0.745, 0.068, 0.056), (0.965, 0.70, 0.048, 0.046),
    ),
    fore=Leg(
        (0.27, 0.085, 0.56), 0.27, (0.265,), 0.215, 0.085,
        ((0.085, 0.050), (0.055, 0.042), (0.030, 0.029), (0.020, 0.019), (0.024, 0.022), (0.030, 0.026)),
    ),
    hind=Leg(
        (-0.31, 0.085, 0.77), -0.36, (0.255, 0.295), 0.265, 0.085,
        ((0.135, 0.075), (0.100, 0.060), (0.052, 0.038), (0.034, 0.027),
         (0.021, 0.020), (0.025, 0.023), (0.031, 0.027)),
    ),
    ear=(0.062, 0.028, 0.25),
    tail=((-0.455, 0.83, 0.020), (-0.475, 0.79, 0.022), (-0.482, 0.75, 0.010)),
    coat=(0.042, 0.026, 0.016),
    muzzle=(0.075, 0.055, 0.042),
    nose=(0.05, 0.038, 0.03),
    shanks=(0.19, 0.165, 0.135),
    hoof=(0.03, 0.026, 0.022),
    tail_color=(0.05, 0.033, 0.022),
    antlers="palmate",
    dewlap=True,
)  # fmt: skip

_DEER = Breed(
    withers_m=0.95,
    trunk=(
        (-0.50, 0.80, 0.69, 0.06), (-0.455, 0.92, 0.61, 0.12),
        (-0.34, 0.985, 0.565, 0.142), (-0.12, 0.955, 0.525, 0.148),
        (0.10, 0.955, 0.505, 0.146), (0.26, 0.99, 0.515, 0.125), (0.36, 0.93, 0.56, 0.105), (0.42, 0.82, 0.63, 0.055),
    ),
    neck=(
        (0.28, 0.84, 0.135, 0.085), (0.42, 1.00, 0.105, 0.065),
        (0.52, 1.17, 0.080, 0.054), (0.565, 1.27, 0.068, 0.050),
    ),
    head=(
        (0.525, 1.30, 0.045, 0.045), (0.60, 1.285, 0.078, 0.060),
        (0.70, 1.21, 0.050, 0.042), (0.79, 1.145, 0.034, 0.030),
        (0.815, 1.125, 0.020, 0.020),
    ),
    fore=Leg(
        (0.255, 0.075, 0.58), 0.255, (0.25,), 0.24, 0.085,
        ((0.075, 0.045), (0.045, 0.035), (0.026, 0.024), (0.017, 0.016), (0.020, 0.018), (0.024, 0.020)),
    ),
    hind=Leg(
        (-0.34, 0.08, 0.79), -0.40, (0.25, 0.295), 0.275, 0.085,
        ((0.130, 0.070), (0.095, 0.058), (0.045, 0.034), (0.029, 0.024),
         (0.018, 0.017), (0.021, 0.019), (0.025, 0.021)),
    ),
    ear=(0.090, 0.040, 0.3),
    tail=((-0.49, 0.88, 0.030), (-0.535, 0.82, 0.038), (-0.555, 0.70, 0.014)),
    coat=(0.185, 0.105, 0.052),
    muzzle=(0.10, 0.07, 0.05),
    nose=(0.008, 0.007, 0.007),
    shanks=(0.17, 0.105, 0.060),
    hoof=(0.02, 0.018, 0.016),
    tail_color=(0.50, 0.46, 0.40),
    antlers="forked",
)  # fmt: skip

_DOG = Breed(
    withers_m=0.57,
    trunk=(
        (-0.60, 0.88, 0.70, 0.07), (-0.54, 0.965, 0.60, 0.135), (-0.40, 1.0, 0.56, 0.160), (-0.15, 0.985, 0.50, 0.170),
        (0.12, 0.985, 0.43, 0.188), (0.32, 0.995, 0.43, 0.185), (0.46, 0.94, 0.49, 0.150), (0.53, 0.82, 0.59, 0.075),
    ),
    neck=(
        (0.36, 0.84, 0.185, 0.138), (0.49, 0.96, 0.160, 0.124),
        (0.59, 1.05, 0.142, 0.116), (0.63, 1.10, 0.13, 0.112),
    ),
    head=(
        (0.575, 1.155, 0.080, 0.085), (0.67, 1.165, 0.132, 0.130),
        (0.78, 1.115, 0.098, 0.094), (0.87, 1.065, 0.072, 0.066),
        (0.945, 1.040, 0.064, 0.058), (0.975, 1.035, 0.040, 0.038),
    ),
    fore=Leg(
        (0.30, 0.125, 0.50), 0.30, (0.315,), 0.115, 0.065,
        ((0.095, 0.065), (0.068, 0.056), (0.048, 0.046), (0.042, 0.042), (0.046, 0.048), (0.065, 0.052)),
    ),
    hind=Leg(
        (-0.42, 0.115, 0.76), -0.47, (0.29, 0.315), 0.205, 0.065,
        ((0.165, 0.090), (0.135, 0.078), (0.075, 0.055), (0.048, 0.040),
         (0.040, 0.038), (0.044, 0.046), (0.065, 0.052)),
    ),
    ear=(0.105, 0.055, 1.0),
    tail=((-0.57, 0.93, 0.055), (-0.75, 0.90, 0.052), (-0.93, 0.90, 0.040), (-1.08, 0.95, 0.016)),
    coat=(0.40, 0.25, 0.105),
    muzzle=(0.34, 0.21, 0.09),
    nose=(0.012, 0.010, 0.009),
    shanks=(0.42, 0.27, 0.12),
    hoof=(0.36, 0.23, 0.10),
    tail_color=(0.40, 0.25, 0.105),
)  # fmt: skip

BREEDS: Final[dict[str, Breed]] = {MOOSE: _MOOSE, DEER: _DEER, DOG: _DOG, HORSE_RIDER: _HORSE}
