import math

import numpy as np
import pytest

from sim.world.collisions import OrientedBoxes, find_contacts, overlaps_any


def rotation_z(yaw_rad):
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def boxes(*rows, movable=None):
    """Boxes of (id, centre, half sizes, yaw)."""
    return OrientedBoxes(
        np.array([r[0] for r in rows], dtype=np.int64),
        np.array([r[1] for r in rows], dtype=np.float64).reshape(-1, 3),
        np.array([r[2] for r in rows], dtype=np.float64).reshape(-1, 3),
        np.array([rotation_z(r[3]) for r in rows]).reshape(-1, 3, 3),
        movable,
    )


CAR = (2.4, 0.9, 0.75)


def test_boxes_apart_do_not_touch():
    assert find_contacts(boxes((1, (0, 0, 0.75), CAR, 0.0), (2, (4.9, 0, 0.75), CAR, 0.0))) == []
    assert find_contacts(boxes()) == []


def test_a_rear_end_contact_has_depth_point_and_normal():
    (contact,) = find_contacts(boxes((2, (4.7, 0.2, 0.75), CAR, 0.0), (1, (0, 0, 0.75), CAR, 0.0)))
    assert (contact.id_a, contact.id_b) == (1, 2)
    assert contact.depth_m == pytest.approx(0.1)
    np.testing.assert_allclose(contact.normal_world, [1.0, 0.0, 0.0], atol=1e-12)
    assert 2.3 <= contact.point_world_m[0] <= 2.4


def test_a_corner_into_a_side():
    # a square turned by 45 degrees reaches 1.414 m; its corner is 0.014 m inside the face at x = 1
    (contact,) = find_contacts(boxes((1, (0, 0, 0), (1, 1, 1), 0.0), (2, (2.4, 0.3, 0), (1, 1, 1), math.pi / 4)))
    assert contact.depth_m == pytest.approx(1 + math.sqrt(2) - 2.4)
    np.testing.assert_allclose(contact.normal_world, [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(contact.point_world_m, [2.4 - math.sqrt(2), 0.3, 0.0], atol=1e-9)


def test_overlapping_extents_of_turned_boxes_are_not_a_contact():
    assert find_contacts(boxes((1, (0, 0, 0), (3, 0.1, 1), math.pi / 4), (2, (1.5, -1.5, 0), (0.5, 0.5, 1), 0.0))) == []


def test_crossed_beams_touch_between_their_edges():
    beam = rotation_z(math.pi / 4)
    tilted = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]) @ beam  # edge up against edge
    pair = OrientedBoxes(
        np.array([1, 2]),
        np.array([[0.0, 0.0, 0.0], [0.0, 1.4, 0.0]]),
        np.array([[0.5, 0.5, 4.0], [0.5, 0.5, 4.0]]),
        np.stack([beam, tilted]),
    )
    (contact,) = find_contacts(pair)
    assert contact.depth_m == pytest.approx(math.sqrt(2) - 1.4)
    np.testing.assert_allclose(contact.normal_world, [0.0, 1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(contact.point_world_m, [0.0, 0.7, 0.0], atol=1e-9)


def test_deep_inside_a_low_box_the_normal_stays_level():
    cone = (0.2, 0.2, 0.1)
    (contact,) = find_contacts(boxes((1, (0, 0, 0.75), CAR, 0.0), (2, (1.5, 0, 0.1), cone, 0.0)))
    assert abs(contact.normal_world[2]) < 1e-9


def test_stacked_boxes_with_a_gap_do_not_touch():
    assert find_contacts(boxes((1, (0, 0, 0.75), CAR, 0.0), (2, (0, 0, 6.0), CAR, 0.0))) == []


def test_contacts_come_sorted_whatever_the_order_of_boxes():
    rows = [(i, (1.5 * (i % 4), 1.5 * (i // 4), 0.0), (1.0, 1.0, 1.0), 0.1 * i) for i in range(12)]
    forward, backward = find_contacts(boxes(*rows)), find_contacts(boxes(*rows[::-1]))
    ids = [(c.id_a, c.id_b) for c in forward]
    assert len(ids) >= 12
    assert ids == sorted(ids)
    assert ids == [(c.id_a, c.id_b) for c in backward]
    for one, other in zip(forward, backward, strict=True):
        assert one.depth_m == other.depth_m
        np.testing.assert_array_equal(one.point_world_m, other.point_world_m)


def test_two_boxes_that_cannot_move_make_no_contact():
    rows = [(i, (0.5 * i, 0, 0), (1, 1, 1), 0.0) for i in range(3)]
    contacts = find_contacts(boxes(*rows, movable=np.array([False, True, False])))
    assert [(c.id_a, c.id_b) for c in contacts] == [(0, 1), (1, 2)]


def test_overlaps_any():
    others = boxes((1, (0, 0, 0), CAR, 0.0), (2, (20, 0, 0), CAR, 0.0))
    assert overlaps_any(boxes((9, (21, 1, 0), CAR, 1.0)), others)
    assert not overlaps_any(boxes((9, (10, 0, 0), CAR, 1.0)), others)
    assert not overlaps_any(boxes((9, (10, 0, 0), CAR, 1.0)), boxes())


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="OrientedBoxes: shapes"):
        OrientedBoxes(np.array([1]), np.zeros((2, 3)), np.zeros((1, 3)), np.zeros((1, 3, 3)))
