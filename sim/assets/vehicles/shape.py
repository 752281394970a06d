"""The dimensions that make a passenger vehicle's body: side profile, roof, axles, doors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.assets.vehicles.outline import Corner
from sim.assets.vehicles.style import CarStyle

Profile = tuple[tuple[float, float], ...]

PLAIN_STYLE = CarStyle()
CAR_NOSE = Corner(0.38, 0.30, 0.10)
CAR_TAIL = Corner(0.30, 0.28, 0.06)
"""How the ends of a usual car are rounded."""


@dataclass(frozen=True, slots=True)
class CarShape:
    """A body of one family at its natural size; `stretched` makes it another size with round wheels.

    x is along the car from its middle, z up from the ground.

    Args:
        length_m: without plates.
        width_m: without mirrors.
        height_m: to the roof.
        clearance_m: of the sills.
        wheel_radius_m: of the tyre.
        wheel_width_m: of the tyre.
        axles_m: x of front and rear axle, then of any between.
        shoulder: (x, z) of the line where the sides end and bonnet, windows or boot lid begin; x increasing.
        windscreen_m: x of its foot and of its top.
        rear_screen_m: x of its foot and of its top.
        roof_share: half width of the roof over half width of the body.
        windows: (from, to) of each side window, as shares from the rear screen to the windscreen.
        window_rows: lower and upper edge of the glass, as shares from shoulder to roof.
        doors_m: x of the door shut lines.
        front: rounding of the front corners in plan.
        rear: rounding of the rear corners in plan.
        bulge_m: how far the side windows bulge.
        rear_glass: (half width share, lower, upper) of the rear screen.
        bonnet_crown_m: how far bonnet and boot lid rise in the middle.
        roof_crown_m: how far the roof rises in the middle.
        cladding: whether sills and wheel arches are black.
        rails: whether rails run along the roof.
        foot_share: half width of the windows' foot over half width of the body.
        shoulder_share: half width at the shoulder line over the widest.
        edge_radius_m: rounding of shoulder and roof edges.
        arch_share: radius of the wheel arches over that of the wheels.
        style: lamps, grille, wheels, roof.
    """

    length_m: float
    width_m: float
    height_m: float
    clearance_m: float
    wheel_radius_m: float
    wheel_width_m: float
    axles_m: tuple[float, ...]
    shoulder: Profile
    windscreen_m: tuple[float, float]
    rear_screen_m: tuple[float, float]
    roof_share: float
    windows: tuple[tuple[float, float], ...]
    window_rows: tuple[float, float] = (0.07, 0.84)
    doors_m: tuple[float, ...] = ()
    front: Corner = CAR_NOSE
    rear: Corner = CAR_TAIL
    bulge_m: float = 0.035
    rear_glass: tuple[float, float, float] = (0.82, 0.12, 0.86)
    bonnet_crown_m: float = 0.035
    roof_crown_m: float = 0.05
    cladding: bool = False
    rails: bool = False
    foot_share: float = 0.905
    shoulder_share: float = 0.95
    edge_radius_m: float = 0.05
    arch_share: float = 1.13
    style: CarStyle = PLAIN_STYLE

    def stretched(self, length_m: float, width_m: float, height_m: float) -> CarShape:
        """The same family at another length, body width and height."""
        sx, sz = length_m / self.length_m, height_m / self.height_m
        return replace(
            self,
            length_m=length_m,
            width_m=width_m,
            height_m=height_m,
            clearance_m=self.clearance_m * sz,
            wheel_radius_m=self.wheel_radius_m * sz,
            axles_m=tuple(x * sx for x in self.axles_m),
            shoulder=tuple((x * sx, z * sz) for x, z in self.shoulder),
            windscreen_m=(self.windscreen_m[0] * sx, self.windscreen_m[1] * sx),
            rear_screen_m=(self.rear_screen_m[0] * sx, self.rear_screen_m[1] * sx),
            doors_m=tuple(x * sx for x in self.doors_m),
        )

    def shoulder_m(self, x_m: np.ndarray | float) -> np.ndarray:
        """Height of the shoulder line at x, its kinks softened over 12 cm."""
        x, z = np.array(self.shoulder).T
        steps = np.linspace(-0.06, 0.06, 7)
        return np.mean([np.interp(np.asarray(x_m) + step, x, z) for step in steps], axis=0)

    @property
    def nose_m(self) -> float:
        """Height of the front edge of the bonnet."""
        return self.shoulder[-1][1]

    @property
    def tail_m(self) -> float:
        """Height of the rear edge of the boot lid."""
        return self.shoulder[0][1]

    @property
    def arch_radius_m(self) -> float:
        """Radius of the wheel arches."""
        return self.arch_share * self.wheel_radius_m
