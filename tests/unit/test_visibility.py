"""Visible shares by hand: a wall that hides half, a wall that hides all, nothing that hides."""

import numpy as np
import pytest

from scenarios.measure.visibility import visible_share
from sim.truth import TruthObjects


def objects(*boxes):
    """Boxes as (centre, size), upright, along the world's axes."""
    count = len(boxes)
    return TruthObjects(
        actor_id=np.arange(count),
        role=tuple(str(i) for i in range(count)),
        class_id=np.zeros(count),
        center_world_m=np.array([center for center, _ in boxes], dtype=float),
        size_lwh_m=np.array([size for _, size in boxes], dtype=float),
        rotation=np.tile(np.eye(3), (count, 1, 1)),
        velocity_world_mps=np.zeros((count, 3)),
    )


EYE = np.array([0.0, 0.0, 1.0])
BOARD = ((20.0, 0.0, 1.0), (0.1, 2.0, 2.0))
"""Straight ahead, face on: of its six faces the eye sees one."""


def test_alone_all_is_visible():
    assert visible_share(objects(BOARD), 0, EYE) == 1.0


def test_a_larger_board_before_it_hides_all_and_one_behind_it_nothing():
    before, behind = ((10.0, 0.0, 1.0), (0.1, 3.0, 3.0)), ((30.0, 0.0, 1.0), (0.1, 9.0, 9.0))
    assert visible_share(objects(BOARD, before), 0, EYE) == 0.0
    assert visible_share(objects(BOARD, behind), 0, EYE) == 1.0


def test_a_board_over_the_left_half_hides_what_its_shadow_covers():
    # At half the distance a board from 0.02 m to 1 m left throws a shadow from 0.04 m to 2 m: of seven columns of
    # points over 2 m three are left of the middle.
    before = ((10.0, 0.51, 1.0), (0.001, 0.98, 9.0))
    assert visible_share(objects(BOARD, before), 0, EYE) == pytest.approx(4 / 7)


def test_what_touches_from_behind_hides_nothing():
    carrier = ((20.2, 0.0, 1.0), (0.3, 2.0, 2.0))
    assert visible_share(objects(BOARD, carrier), 0, EYE) == 1.0
