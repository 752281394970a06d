"""Rays against hand-made worlds whose answers are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets.mesh import Material, Mesh, MeshKey
from sim.raycast import first_hits
from sim.raycast.caster import RayCaster
from sim.world.scene import Instance
from tests.toy_rays import CAR, DOWN, FLOAT32_M, FORWARD, LEFT, at, box, caster, scene, wall


def test_wall_at_20_m_is_met_at_20_m_and_at_the_slant_range() -> None:
    slant = np.array([4.0, 3.0, 0.0]) / 5.0
    hits = caster(scene(parts=(wall(20.0),))).cast((0, 0, 0), [FORWARD, slant, LEFT], 100.0)
    np.testing.assert_allclose(hits.range_m[:2], [20.0, 25.0], atol=FLOAT32_M)
    assert hits.range_m[2] == np.inf
    np.testing.assert_allclose(hits.cos_incidence, [1.0, 0.8, 0.0], atol=1e-6)


def test_scenery_tells_tag_and_material_and_no_actor() -> None:
    parts = (wall(30.0, tag=9, material=Material.LEAF), wall(20.0, tag=6, material=Material.METAL))
    hits = caster(scene(parts=parts)).cast((0, 0, 0), [FORWARD], 100.0)
    assert (hits.tag[0], hits.material[0], hits.actor_id[0]) == (6, Material.METAL, 0)


def test_surfaces_have_two_sides() -> None:
    hits = caster(scene(parts=(wall(20.0),))).cast((40, 0, 0), [(-1.0, 0.0, 0.0)], 100.0)
    np.testing.assert_allclose(hits.range_m, [20.0], atol=FLOAT32_M)
    np.testing.assert_allclose(hits.cos_incidence, [1.0], atol=1e-6)


def test_range_limit_keeps_what_lies_at_it_and_drops_what_lies_beyond() -> None:
    hits = caster(scene(parts=(wall(20.0),))).cast((0, 0, 0), [FORWARD] * 3, np.array([19.9, 20.0, 21.0], np.float32))
    assert list(np.isfinite(hits.range_m)) == [False, True, True]
    assert list(hits.source) == [-1, 0, 0]


def test_box_surfaces_are_met_within_a_millimetre_where_they_are() -> None:
    # 4 x 2 x 1.5 m, turned by 90 deg about its centre at (20, 5): its 2 m wide front spans x 19..21, y 3..7.
    car = Instance(7, 14, CAR, at(20.0, 5.0, 0.75, np.pi / 2))
    ready = caster(scene(car))
    ahead = ready.cast((0, 5, 0.75), [FORWARD], 100.0)
    below = ready.cast((20, 4, 10), [DOWN], 100.0)
    beside = ready.cast((20, -10, 0.75), [LEFT], 100.0)
    np.testing.assert_allclose([ahead.range_m, below.range_m, beside.range_m], [[19.0], [8.5], [13.0]], atol=1e-3)
    assert (ahead.actor_id[0], ahead.tag[0], ahead.material[0]) == (7, 14, Material.PAINT)


def test_box_far_from_the_origin_of_the_map_is_met_within_5_mm() -> None:
    far_m = 8000.0
    parts = (wall(far_m + 50.0),)
    ready = caster(scene(Instance(7, 14, CAR, at(far_m + 20.0)), parts=parts))
    hits = ready.cast((far_m, 0.0, 0.0), [FORWARD, (0.8, 0.6, 0.0)], 100.0)
    np.testing.assert_allclose(hits.range_m, [18.0, 62.5], atol=5e-3)


def test_the_nearer_of_scenery_and_bodies_hides_the_other() -> None:
    in_front = Instance(1, 14, CAR, at(10.0))
    behind = Instance(2, 14, CAR, at(30.0))
    ready = caster(scene(behind, in_front, parts=(wall(20.0),)))
    hits = ready.cast([(0, 0, 0), (15, 0, 0), (25, 0, 0)], [FORWARD] * 3, 100.0)
    np.testing.assert_allclose(hits.range_m, [8.0, 5.0, 3.0], atol=FLOAT32_M)
    assert list(hits.actor_id) == [1, 0, 2]
    assert list(hits.tag) == [14, 3, 14]


def test_ignored_actor_is_passed() -> None:
    ready = caster(scene(Instance(1, 14, CAR, at(10.0)), parts=(wall(20.0),)))
    hits = ready.cast((0, 0, 0), [FORWARD], 100.0, ignore_actor_ids={1})
    np.testing.assert_allclose(hits.range_m, [20.0], atol=FLOAT32_M)
    assert hits.actor_id[0] == 0


def test_ray_that_begins_inside_a_body_leaves_it_but_sees_the_next() -> None:
    own, other = Instance(1, 14, CAR, at(0.0)), Instance(2, 14, CAR, at(20.0))
    hits = caster(scene(own, other)).cast((1.5, 0, 0), [FORWARD, (-1.0, 0.0, 0.0)], 100.0)
    np.testing.assert_allclose(hits.range_m[0], 16.5, atol=FLOAT32_M)
    assert hits.actor_id[0] == 2
    assert hits.range_m[1] == np.inf


def test_sensor_above_a_body_sees_that_body() -> None:
    hits = caster(scene(Instance(1, 14, CAR, at(0.0)))).cast((0, 0, 1.75), [DOWN], 100.0)
    np.testing.assert_allclose(hits.range_m, [1.0], atol=FLOAT32_M)
    assert hits.actor_id[0] == 1


def test_velocity_is_that_of_the_surface_point() -> None:
    # Centre (20, 0), drives 3 m/s along y, turns left at 2 rad/s: the front face point (18, 0.5, 0) has the arm
    # (-2, 0.5), and omega x arm = (-2 * 0.5, 2 * -2) = (-1, -4).
    car = Instance(
        7, 14, CAR, at(20.0), velocity_world_mps=np.array([0.0, 3.0, 0.0]),
        angular_velocity_world_radps=np.array([0.0, 0.0, 2.0]),
    )  # fmt: skip
    hits = caster(scene(car, parts=(wall(30.0),))).cast([(0, 0.5, 0), (0, 9, 0)], [FORWARD] * 2, 100.0)
    np.testing.assert_allclose(hits.velocity_world_mps, [[-1.0, -1.0, 0.0], [0.0, 0.0, 0.0]], atol=1e-5)


def test_a_new_scene_replaces_the_old_one() -> None:
    ready = caster(scene(Instance(1, 14, CAR, at(10.0)), parts=(wall(20.0),)))
    ready.set_scene(scene(Instance(1, 14, CAR, at(12.0)), parts=(wall(20.0),)))
    np.testing.assert_allclose(ready.cast((0, 0, 0), [FORWARD], 100.0).range_m, [10.0], atol=FLOAT32_M)
    ready.set_scene(scene(parts=(wall(5.0),), key="other map"))
    np.testing.assert_allclose(ready.cast((0, 0, 0), [FORWARD], 100.0).range_m, [5.0], atol=FLOAT32_M)


def test_scenery_of_the_same_key_is_prepared_once() -> None:
    ready = caster(scene(parts=(wall(20.0),), key="map"))
    ready.set_scene(scene(parts=(wall(5.0),), key="map"))
    np.testing.assert_allclose(ready.cast((0, 0, 0), [FORWARD], 100.0).range_m, [20.0], atol=FLOAT32_M)


def test_moving_meshes_are_asked_for_once_and_in_full_detail() -> None:
    asked: list[MeshKey] = []

    def meshes(key: MeshKey) -> Mesh:
        asked.append(key)
        return box((2.0, 1.0, 0.75))

    ready = RayCaster(meshes)
    for _ in range(3):
        ready.set_scene(scene(Instance(1, 14, CAR, at(10.0)), Instance(2, 14, CAR, at(20.0))))
    assert asked == [MeshKey("car", "", 0)]


def test_unknown_mesh_is_an_error() -> None:
    def meshes(key: MeshKey) -> Mesh:
        raise KeyError(key)

    with pytest.raises(KeyError):
        RayCaster(meshes).set_scene(scene(Instance(1, 14, CAR, at(10.0))))


@pytest.mark.parametrize("width", [4, 8, 16])
def test_any_width_of_packets_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    rng = np.random.default_rng(0)
    cars = (Instance(i + 1, 14, CAR, at(*rng.uniform(-20.0, 20.0, 2), 0.0, rng.uniform(-3.0, 3.0))) for i in range(9))
    ready = caster(scene(*cars, parts=(wall(25.0),)))
    direction = rng.normal(size=(203, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    rays = rng.uniform(-15.0, 15.0, (203, 3)) * [1.0, 1.0, 0.04], direction, 60.0
    own = ready.cast(*rays)
    monkeypatch.setattr(first_hits, "packet_width", lambda: width)
    other = ready.cast(*rays)
    assert len(set(own.source)) > 4  # nothing, the wall and some of the cars
    np.testing.assert_array_equal(other.source, own.source)
    np.testing.assert_allclose(other.range_m, own.range_m, atol=FLOAT32_M)
    np.testing.assert_allclose(other.normal_world, own.normal_world, atol=1e-6)


def test_empty_scene_and_no_rays_give_nothing() -> None:
    ready = caster(scene())
    hits = ready.cast((0, 0, 0), [FORWARD, LEFT], 100.0)
    assert np.all(np.isinf(hits.range_m))
    for answer in (hits.actor_id, hits.tag, hits.material, hits.cos_incidence, hits.velocity_world_mps):
        assert not np.any(answer)
    assert len(ready.cast((0, 0, 0), np.zeros((0, 3)), 100.0)) == 0


def test_body_without_triangles_is_never_met() -> None:
    none = Mesh(
        *(np.zeros((0, k), np.float32) for k in (3, 3, 3, 2)), np.zeros(0, np.uint8), np.zeros((0, 3), np.uint32)
    )
    hits = caster(scene(Instance(1, 14, CAR, at(10.0)), parts=(wall(20.0),)), none).cast((0, 0, 0), [FORWARD], 100.0)
    np.testing.assert_allclose(hits.range_m, [20.0], atol=FLOAT32_M)
