"""Buses: roof units as high as they say, a line in lamps at both ends, a rear window as wide as the bus."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets import library
from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.assets.vehicles import families, own_families
from sim.assets.vehicles.bus import CITY, add_bus
from sim.assets.vehicles.shape import CarShape

CITY_BUSES = (families.BUS, own_families.CITY_BUS)
GLASS = (0.05, 0.06, 0.07)
SIGN = (0.75, 0.30, 0.02)
UNIT = (0.62, 0.62, 0.62)


def bus(shape: CarShape, level: int) -> Mesh:
    builder = MeshBuilder()
    add_bus(builder, shape, level)
    return builder.build()


def faces(mesh: Mesh, color: tuple[float, float, float]) -> NDArray[np.float64]:
    """(T, 3, 3) corners of the triangles of one colour."""
    of_color = np.isclose(mesh.color[mesh.triangle], color, atol=1e-4).all(axis=(1, 2))
    return mesh.position_m[mesh.triangle[of_color]].astype(np.float64)


@pytest.mark.parametrize("shape", CITY_BUSES)
def test_roof_units_stand_as_high_as_their_look_says(shape: CarShape) -> None:
    """They stand on the roof less 2 cm, each of its own height: the highest one tells."""
    tallest_m = max(tall for _, _, _, tall in CITY.roof_units)
    units = faces(bus(shape, 0), UNIT)
    assert units[..., 2].max() == pytest.approx(shape.height_m - 0.02 + tallest_m, abs=1e-4)
    assert units[..., 2].min() == pytest.approx(shape.height_m - 0.02, abs=1e-4)


@pytest.mark.parametrize("shape", CITY_BUSES)
@pytest.mark.parametrize("level", [0, 1])
def test_lamps_tell_the_line_in_front_and_behind(shape: CarShape, level: int) -> None:
    corners = faces(bus(shape, level), SIGN)
    for end in (1.0, -1.0):
        at_end = corners[(end * corners[..., 0] > 0.45 * shape.length_m).all(axis=1)]
        # above the glass and below the roof, in the middle
        assert at_end[..., 2].min() > 0.8 * shape.height_m
        assert at_end[..., 2].max() < shape.height_m
        assert at_end[..., 1].max() == pytest.approx(-at_end[..., 1].min())


def test_a_coach_shows_no_line() -> None:
    assert len(faces(library.mesh(MeshKey("vehicle.moosetest.coach", "", 0)), SIGN)) == 0


@pytest.mark.parametrize("shape", CITY_BUSES)
@pytest.mark.parametrize("level", [0, 1])
def test_the_rear_window_is_nearly_as_wide_as_the_bus(shape: CarShape, level: int) -> None:
    glass = faces(bus(shape, level), GLASS)
    rear = glass[(glass[..., 0] < -0.47 * shape.length_m).all(axis=1)]
    normal = np.cross(rear[:, 1] - rear[:, 0], rear[:, 2] - rear[:, 0])
    backwards = rear[normal[:, 0] < -0.9 * np.linalg.norm(normal, axis=1)]
    assert 0.8 * shape.width_m < np.ptp(backwards[..., 1]) < shape.width_m
    assert np.ptp(backwards[..., 2]) > 0.25 * shape.height_m


def test_glass_is_glass() -> None:
    """The colour that the windows are known by here is that of no other material."""
    mesh = bus(own_families.CITY_BUS, 1)
    of_color = np.isclose(mesh.color, GLASS, atol=1e-4).all(axis=1)
    assert (mesh.material[of_color] == int(Material.GLASS)).all()
