import numpy as np
import pytest

from sim.world.ground import FlatGround, GridGround, Ground

PLACES = np.array([[0.25, 0.5], [1.0, 1.0], [9.0, -9.0]])


def test_flat_ground_is_level_everywhere():
    ground = FlatGround(2.5)
    assert isinstance(ground, Ground)
    np.testing.assert_array_equal(ground.height_m(PLACES), [2.5, 2.5, 2.5])
    np.testing.assert_array_equal(ground.normal(PLACES), [[0, 0, 1]] * 3)


def test_a_grid_is_bilinear_and_level_beyond_its_edge():
    ground = GridGround((0.0, 0.0), 1.0, np.array([[0.0, 1.0], [2.0, 5.0]]))
    assert isinstance(ground, Ground)
    # (0.25, 0.5): low edge 0.5, high edge 3.5, a quarter between; (1, 1): a corner; (9, -9): nearest corner (1, 0)
    np.testing.assert_allclose(ground.height_m(PLACES), [1.25, 5.0, 2.0])


def test_the_normal_is_square_to_the_slope():
    ground = GridGround((-10.0, -10.0), 20.0, np.array([[0.0, 2.0], [4.0, 6.0]]))  # slopes 0.2 along x, 0.1 along y
    normal = ground.normal(np.array([[0.0, 0.0]]))[0]
    np.testing.assert_allclose(normal, np.array([-0.2, -0.1, 1.0]) / np.sqrt(1.05))


@pytest.mark.parametrize(("cell_m", "shape"), [(0.0, (2, 2)), (1.0, (1, 5)), (1.0, (4,))])
def test_a_grid_that_has_no_cell_is_refused(cell_m, shape):
    with pytest.raises(ValueError, match="GridGround"):
        GridGround((0.0, 0.0), cell_m, np.zeros(shape))
