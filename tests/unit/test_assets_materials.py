"""Physical constants: every material has them, and they are ordered as in the world."""

from __future__ import annotations

import numpy as np

from sim.assets.materials import SURFACES, material_table
from sim.assets.mesh import Material


def test_every_material_has_a_row():
    assert set(SURFACES) == set(Material)


def test_shares_are_shares_and_no_power_is_made():
    table = material_table()
    for column in (table.lidar_reflectivity, table.radar_gain, table.transmissive):
        assert column.shape == (len(Material),)
        assert np.all((column >= 0) & (column <= 1))
    assert np.all(table.lidar_reflectivity + table.transmissive <= 1)
    assert np.all(table.lidar_reflectivity + table.glint <= 1)
    assert np.all(table.retro >= 0)
    assert np.all(table.slope > 0)


def test_order_of_the_world():
    table = material_table()
    lidar, radar = table.lidar_reflectivity, table.radar_gain
    assert lidar[Material.RUBBER] < lidar[Material.ASPHALT] < lidar[Material.ROADMARK]
    assert lidar[Material.BLACK] < lidar[Material.CLOTH]
    assert radar[Material.GLASS] < radar[Material.METAL]
    assert radar[Material.LEAF] < radar[Material.CLOTH] < radar[Material.PAINT]
    assert table.retro.argmax() == Material.RETRO
    assert table.transmissive.argmax() == Material.GLASS
    assert table.glint[Material.GLASS] > table.glint[Material.CLOTH] == 0


def test_table_cannot_be_changed():
    assert not any(
        column.flags.writeable
        for column in (material_table().lidar_reflectivity, material_table().radar_gain, material_table().retro)
    )
