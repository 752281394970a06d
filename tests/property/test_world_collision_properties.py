"""What must hold for every collision."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.spatial.transform import Rotation

from sim.world.collision_response import CollidingBodies, collision_response
from sim.world.collisions import Contact, OrientedBoxes, find_contacts, overlaps_any

PROPERTY = settings(derandomize=True, deadline=None, max_examples=60)
seeds = st.integers(0, 2**32 - 1)
CORNERS = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))


def random_boxes(rng: np.random.Generator, n: int, spread_m: float) -> OrientedBoxes:
    rotation = Rotation.random(n, random_state=np.random.default_rng(rng.integers(2**32))).as_matrix().reshape(-1, 3, 3)
    center = rng.uniform(-spread_m, spread_m, (n, 3))
    return OrientedBoxes(rng.permutation(n).astype(np.int64), center, rng.uniform(0.2, 2.5, (n, 3)), rotation)


def have_a_common_point(boxes: OrientedBoxes, a: int, b: int) -> bool:
    """By linear programming, quite another way: is there a point that is a mean of both boxes' corners?"""
    corners = [boxes.center_world_m[i] + (CORNERS * boxes.half_m[i]) @ boxes.rotation[i].T for i in (a, b)]
    equal = np.zeros((5, 16))
    equal[:3, :8], equal[:3, 8:] = corners[0].T, -corners[1].T
    equal[3, :8] = equal[4, 8:] = 1.0
    return bool(linprog(np.zeros(16), A_eq=equal, b_eq=[0, 0, 0, 1, 1], bounds=(0, None)).status == 0)


@PROPERTY
@given(seeds)
def test_contacts_are_exactly_the_boxes_with_a_common_point(seed):
    boxes = random_boxes(np.random.default_rng(seed), 5, 2.5)
    row = {int(actor): i for i, actor in enumerate(boxes.actor_id)}
    contacts = {(c.id_a, c.id_b): c.depth_m for c in find_contacts(boxes)}
    for pair in itertools.combinations(range(5), 2):
        if contacts.get(pair, 1.0) > 1e-6:  # a touch as thin as rounding may go either way
            assert (pair in contacts) == have_a_common_point(boxes, row[pair[0]], row[pair[1]])


@PROPERTY
@given(seeds)
def test_moving_b_along_the_normal_by_the_depth_parts_them(seed):
    boxes = random_boxes(np.random.default_rng(seed), 2, 1.5)
    for contact in find_contacts(boxes):
        center = boxes.center_world_m.copy()
        center[boxes.actor_id == contact.id_b] += contact.normal_world * (contact.depth_m + 1e-6)
        assert not find_contacts(OrientedBoxes(boxes.actor_id, center, boxes.half_m, boxes.rotation))


@PROPERTY
@given(seeds)
def test_overlaps_any_agrees_with_the_contacts(seed):
    boxes = random_boxes(np.random.default_rng(seed), 6, 3.0)
    touching = {i for c in find_contacts(boxes) for i in (c.id_a, c.id_b)}
    for i in range(6):
        rest = np.arange(6) != i

        def part(rows, boxes=boxes):
            return OrientedBoxes(
                boxes.actor_id[rows], boxes.center_world_m[rows], boxes.half_m[rows], boxes.rotation[rows]
            )

        assert overlaps_any(part(~rest), part(rest)) == (int(boxes.actor_id[i]) in touching)


@PROPERTY
@given(seeds)
def test_collisions_keep_momentum_and_never_make_energy(seed):
    rng = np.random.default_rng(seed)
    n = 5
    mass, inertia = rng.uniform(60, 9000, n), rng.uniform(50, 30000, n)
    center = np.column_stack([3.0 * np.arange(n), rng.uniform(-1, 1, n), np.zeros(n)])
    velocity, turn = rng.normal(0, 10, (n, 3)) * [1, 1, 0], rng.normal(0, 1, n)
    angle = rng.uniform(-0.7, 0.7, n - 1)
    contacts = [
        Contact(i, i + 1, (center[i] + center[i + 1]) / 2, np.array([np.cos(angle[i]), np.sin(angle[i]), 0.0]), 0.1)
        for i in range(n - 1)
    ]
    bodies = CollidingBodies(np.arange(n), center, velocity, turn, mass, inertia, np.zeros(n, dtype=np.bool_))
    effects, _ = collision_response(contacts, bodies)
    after = velocity + [e.velocity_change_world_mps for e in effects]
    after_turn = turn + [e.yaw_rate_change_radps for e in effects]
    np.testing.assert_allclose(mass @ after, mass @ velocity, rtol=1e-9, atol=1e-6)

    def spin(v, w):
        return float(np.sum(mass * (center[:, 0] * v[:, 1] - center[:, 1] * v[:, 0]) + inertia * w))

    np.testing.assert_allclose(spin(after, after_turn), spin(velocity, turn), rtol=1e-9, atol=1e-3)

    def energy(v, w):
        return float(mass @ (v**2).sum(axis=1) + inertia @ w**2) / 2

    assert energy(after, after_turn) <= energy(velocity, turn) * (1 + 1e-9)
