"""Shapes of the passenger car families at their natural size."""

from __future__ import annotations

from sim.assets.vehicles.outline import Corner
from sim.assets.vehicles.shape import CarShape

SEDAN = CarShape(
    length_m=4.75,
    width_m=1.84,
    height_m=1.46,
    clearance_m=0.19,
    wheel_radius_m=0.33,
    wheel_width_m=0.22,
    axles_m=(1.42, -1.38),
    shoulder=(
        (-2.38, 0.97), (-2.22, 1.03), (-1.60, 1.03), (-0.90, 0.985), (0.95, 0.95),
        (1.10, 0.94), (1.80, 0.86), (2.15, 0.77), (2.38, 0.70),
    ),
    windscreen_m=(1.15, 0.32),
    rear_screen_m=(-1.72, -0.92),
    roof_share=0.74,
    windows=((0.12, 0.30), (0.325, 0.56), (0.585, 0.87)),
    doors_m=(0.88, -0.10, -1.00),
)
COUPE = CarShape(
    length_m=4.55,
    width_m=1.85,
    height_m=1.36,
    clearance_m=0.16,
    wheel_radius_m=0.335,
    wheel_width_m=0.25,
    axles_m=(1.36, -1.32),
    shoulder=(
        (-2.28, 0.90), (-2.12, 0.98), (-1.60, 1.00), (-0.90, 0.97), (0.70, 0.92),
        (0.90, 0.92), (1.70, 0.85), (2.08, 0.76), (2.28, 0.66),
    ),
    windscreen_m=(0.85, 0.02),
    rear_screen_m=(-2.02, -0.85),
    roof_share=0.72,
    windows=((0.24, 0.46), (0.485, 0.86)),
    doors_m=(0.70, -0.62),
    rear_glass=(0.78, 0.15, 0.90),
)
HATCH = CarShape(
    length_m=4.0,
    width_m=1.74,
    height_m=1.50,
    clearance_m=0.18,
    wheel_radius_m=0.31,
    wheel_width_m=0.20,
    axles_m=(1.25, -1.26),
    shoulder=(
        (-2.0, 0.93), (-1.93, 1.02), (-1.20, 1.01), (0.85, 0.95), (1.0, 0.94), (1.55, 0.86), (1.85, 0.77), (2.0, 0.70),
    ),
    windscreen_m=(1.18, 0.38),
    rear_screen_m=(-1.95, -1.52),
    roof_share=0.77,
    windows=((0.09, 0.26), (0.285, 0.545), (0.57, 0.87)),
    doors_m=(0.84, -0.12, -0.88),
    rear=Corner(0.26, 0.26, 0.07),
)
SUV = CarShape(
    length_m=4.65,
    width_m=1.88,
    height_m=1.70,
    clearance_m=0.23,
    wheel_radius_m=0.365,
    wheel_width_m=0.24,
    axles_m=(1.40, -1.38),
    shoulder=(
        (-2.32, 1.02), (-2.26, 1.12), (-1.0, 1.11), (1.0, 1.08), (1.2, 1.07), (1.85, 1.00), (2.15, 0.92), (2.32, 0.84),
    ),
    windscreen_m=(1.22, 0.50),
    rear_screen_m=(-2.26, -1.85),
    roof_share=0.79,
    windows=((0.07, 0.24), (0.265, 0.53), (0.555, 0.87)),
    doors_m=(0.86, -0.12, -0.98),
    rear=Corner(0.26, 0.26, 0.06),
    cladding=True,
)
WAGON = CarShape(
    length_m=4.6,
    width_m=1.82,
    height_m=1.56,
    clearance_m=0.19,
    wheel_radius_m=0.33,
    wheel_width_m=0.22,
    axles_m=(1.38, -1.38),
    shoulder=(
        (-2.3, 0.95), (-2.22, 1.03), (-1.0, 1.02), (0.95, 0.98), (1.1, 0.97), (1.75, 0.90), (2.12, 0.80), (2.3, 0.72),
    ),
    windscreen_m=(1.30, 0.45),
    rear_screen_m=(-2.22, -1.80),
    roof_share=0.77,
    windows=((0.06, 0.26), (0.285, 0.545), (0.57, 0.88)),
    doors_m=(0.90, -0.10, -0.98),
)
OFFROAD = CarShape(
    length_m=4.3,
    width_m=1.80,
    height_m=1.86,
    clearance_m=0.33,
    wheel_radius_m=0.40,
    wheel_width_m=0.27,
    axles_m=(1.32, -1.25),
    shoulder=(
        (-2.15, 1.10), (-2.12, 1.16), (0.80, 1.15), (1.0, 1.15), (1.95, 1.12), (2.10, 1.08), (2.15, 1.02),
    ),
    windscreen_m=(0.88, 0.68),
    rear_screen_m=(-2.10, -2.02),
    roof_share=0.86,
    windows=((0.05, 0.30), (0.325, 0.58), (0.605, 0.92)),
    doors_m=(0.72, -0.18, -0.90),
    front=Corner(0.10, 0.10, 0.02),
    rear=Corner(0.10, 0.10, 0.02),
    bulge_m=0.01,
    bonnet_crown_m=0.02,
    roof_crown_m=0.025,
    cladding=True,
)
