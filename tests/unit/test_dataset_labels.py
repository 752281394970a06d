"""Outlines for labels: the pixels whose centre lies in the shape, wherever in the picture it is."""

import numpy as np
import pytest

from scenarios.dataset.labels import outline
from sim.assets.mesh import Mesh
from sim.render.view import CameraView

VIEW = CameraView(64, 48, 2.0 * np.arctan(0.5), np.eye(4))  # focal length 64 px
DEPTH_M = 8.0


def plate(left_px, top_px, right_px, bottom_px):
    """A rectangle at `DEPTH_M` that is seen between pixel edges."""
    u, v = np.array([left_px, right_px]), np.array([top_px, bottom_px])
    y, z = -(u - 32.0) * DEPTH_M / 64.0, -(v - 24.0) * DEPTH_M / 64.0
    corners = np.array([[DEPTH_M, y[i], z[j]] for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))])
    n = len(corners)
    triangle = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    return Mesh(
        corners.astype(np.float32),
        np.tile(np.float32([1, 0, 0]), (n, 1)),
        np.ones((n, 3), np.float32),
        np.zeros((n, 2), np.float32),
        np.zeros(2, np.uint8),
        triangle,
    )


@pytest.mark.parametrize(
    ("edges", "box", "pixels", "inside"),
    [
        ((10, 20, 30, 40), (10, 20, 30, 40), 20 * 20, 1.0),
        ((10.3, 20.3, 12.7, 40.2), (10.3, 20.3, 12.7, 40.2), 3 * 20, 1.0),  # centres at 10.5 to 12.5 and 20.5 to 39.5
        ((-20, 20, 30, 60), (0, 20, 30, 48), 30 * 28, 30 * 28 / (50 * 40)),
        ((60, -6, 80, 6), (60, 0, 64, 6), 4 * 6, 4 * 6 / (20 * 12)),
    ],
)
def test_outline_of_a_plate(edges, box, pixels, inside):
    shape = outline(VIEW, plate(*edges), np.eye(4))
    np.testing.assert_allclose(shape.box_px, np.array(box) - 0.5, atol=1e-5)  # float32 corners
    assert shape.mask.shape == (48, 64)
    assert shape.mask.sum() == pixels
    assert shape.inside_share == pytest.approx(inside, rel=1e-5)
    rows, columns = np.nonzero(shape.mask)
    assert (rows.min(), columns.min()) == (np.floor(box[1]), np.floor(box[0]))


def test_beside_the_picture_or_behind_the_camera_there_is_none():
    assert outline(VIEW, plate(70, 10, 90, 20), np.eye(4)) is None
    behind = np.eye(4)
    behind[0, 3] = -2.0 * DEPTH_M
    assert outline(VIEW, plate(10, 10, 20, 20), behind) is None
