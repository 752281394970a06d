"""What closes a cargo box behind: a shutter's slats between posts, or doors with lock bars; never both."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, Mesh
from sim.assets.vehicles.cargo_box import CargoBox, add_cargo_box

BOX = CargoBox(x_m=(-4.0, 2.0), width_m=2.5, z_m=(1.0, 3.4))
SLAT = (0.25, 0.25, 0.25)
SLATS = 6
BOX_TRIANGLES = 12


def built(box: CargoBox, level: int) -> Mesh:
    builder = MeshBuilder()
    add_cargo_box(builder, box, level)
    return builder.build()


def slats_m(mesh: Mesh) -> np.ndarray:
    """(T, 3, 3) corners of the slats' triangles."""
    of_color = np.isclose(mesh.color[mesh.triangle], SLAT, atol=1e-4).all(axis=(1, 2))
    return mesh.position_m[mesh.triangle[of_color]]


@pytest.mark.parametrize("level", [0, 1])
def test_slats_of_a_shutter_hang_on_the_rear_wall_between_the_posts(level: int) -> None:
    corners = slats_m(built(BOX._replace(has_shutter=True), level))
    assert len(corners) == SLATS * BOX_TRIANGLES
    # in front of the wall by less than 2 cm, inside the box's width, between floor and roof
    assert -4.02 < corners[..., 0].min() < -4.0
    assert np.abs(corners[..., 1]).max() < 1.25 - 0.1
    assert corners[..., 2].min() > 1.2
    assert corners[..., 2].max() < 3.2


def test_doors_have_lock_bars_and_a_shutter_has_none() -> None:
    doors, shutter = (built(BOX._replace(has_shutter=has), 0) for has in (False, True))
    assert len(slats_m(doors)) == 0

    def rear_hinges(mesh: Mesh) -> int:
        at_rear = (mesh.position_m[mesh.triangle][..., 0] < -4.003).all(axis=1)
        return int((at_rear & (mesh.material[mesh.triangle[:, 0]] == int(Material.BLACK))).sum())

    assert rear_hinges(doors) > 0
    assert rear_hinges(shutter) == 0


def test_far_away_the_rear_is_one_wall() -> None:
    assert len(slats_m(built(BOX._replace(has_shutter=True), 2))) == 0
