"""Bones of people: a tree that can be put together again, in the body's joints, and bodies in poses of one's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.assets import catalog
from sim.assets.library import mesh
from sim.assets.mesh import MeshKey
from sim.assets.people.bones import NAMES, PARENT, blended, body_of, bones_of, from_relative, row_of
from sim.assets.people.free_pose import decoded, encoded, is_free
from sim.assets.people.walker import drawn_body
from sim.render.reposed import same_triangles

ADULT = "walker.pedestrian.0001"
HEIGHT_M = 1.86
POSES = ["stand", "walk_3", "run_1", "crouch", "lie"]


def bones(pose: str) -> np.ndarray:
    return bones_of(drawn_body(catalog.assets()[ADULT], pose), HEIGHT_M).T_person_bone


def place(T: np.ndarray, name: str) -> np.ndarray:
    row = row_of(name)
    assert row is not None
    return T[row, :3, 3]


def test_bones_are_named_as_carla_names_them_and_parents_come_first() -> None:
    assert len(NAMES) == 66
    assert {"crl_root", "crl_hips__C", "crl_Head__C", "crl_foreArm__L", "crl_handPinkyEnd__R", "crl_toeEnd__L"} <= set(
        NAMES
    )
    assert all(parent == "" or NAMES.index(parent) < NAMES.index(name) for name, parent in PARENT.items())
    assert [name for name, parent in PARENT.items() if not parent] == ["crl_root"]


@pytest.mark.parametrize("pose", POSES)
def test_frames_are_rotations_and_chains_give_them_back(pose: str) -> None:
    T = bones(pose)
    turn = T[:, :3, :3]
    assert turn @ np.swapaxes(turn, 1, 2) == pytest.approx(np.tile(np.eye(3), (66, 1, 1)), abs=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    relative = bones_of(drawn_body(catalog.assets()[ADULT], pose), HEIGHT_M).relative()
    assert from_relative(relative).T_person_bone == pytest.approx(T, abs=1e-9)
    child, parent = row_of("crl_hand__L"), row_of("crl_foreArm__L")
    assert T[parent] @ relative[child] == pytest.approx(T[child], abs=1e-9)


def test_a_standing_person_has_its_bones_where_people_have_them() -> None:
    T = bones("stand")
    assert place(T, "crl_root") == pytest.approx([0.0, 0.0, -HEIGHT_M / 2])
    heights = [place(T, f"crl_{n}")[2] for n in ("foot__L", "leg__L", "thigh__L", "spine__C", "neck__C", "Head__C")]
    assert heights == sorted(heights)
    assert place(T, "crl_arm__L")[1] > 0.15 > -0.15 > place(T, "crl_arm__R")[1]  # y points to the left
    assert place(T, "crl_eye__L")[0] > place(T, "crl_Head__C")[0] + 0.08
    assert (bones("lie")[row_of("crl_Head__C"), 2, 3] + HEIGHT_M / 2) < 0.3


def test_bones_point_along_the_limbs() -> None:
    T = bones("walk_3")
    for name, child in (("crl_thigh__L", "crl_leg__L"), ("crl_arm__R", "crl_foreArm__R")):
        along = place(T, child) - place(T, name)
        assert -T[row_of(name), :3, 2] == pytest.approx(along / np.linalg.norm(along), abs=1e-9)


def test_halfway_between_two_poses_is_half_the_way_and_half_the_turn() -> None:
    first, second = np.tile(np.eye(4), (2, 66, 1, 1))
    second[5, :3, 3] = [0.2, 0.0, 0.4]
    second[5, :2, :2] = [[0.0, -1.0], [1.0, 0.0]]  # 90 degrees to the left
    half = blended(first, second, 0.5)
    root = np.sqrt(0.5)
    assert half[5, :3, 3] == pytest.approx([0.1, 0.0, 0.2])
    assert half[5, :2, :2] == pytest.approx(np.array([[root, -root], [root, root]]))
    assert blended(first, second, 0.0) == pytest.approx(first)
    assert blended(first, second, 1.0) == pytest.approx(second)


@pytest.mark.parametrize("pose", ["stand", "walk_3"])
def test_the_body_of_the_bones_of_a_pose_is_the_body_of_the_pose(pose: str) -> None:
    asset = catalog.assets()[ADULT]
    text = encoded(body_of(bones_of(drawn_body(asset, pose), HEIGHT_M)))
    assert is_free(text)
    known, own = mesh(MeshKey(ADULT, pose)), mesh(MeshKey(ADULT, text))
    assert own.position_m == pytest.approx(known.position_m, abs=0.005)
    assert mesh(MeshKey(ADULT, text)) is own


def test_joints_that_fall_together_still_give_a_body() -> None:
    nothing = from_relative(np.tile(np.eye(4), (66, 1, 1)))
    for level in (0, 1, 2):
        built = mesh(MeshKey(ADULT, encoded(body_of(nothing)), level))
        assert np.isfinite(built.position_m).all()
        assert np.isfinite(built.normal).all()


@pytest.mark.parametrize("text", ["bones:", "bones:AAAA", "bones:?", "bones:" + "A" * 400])
def test_other_texts_are_no_pose(text: str) -> None:
    with pytest.raises(KeyError, match="not a pose of bones"):
        decoded(text)


@pytest.mark.parametrize("sunk_rad", [0.0, 0.3])
def test_an_arm_held_out_to_the_side_has_a_hand(sunk_rad: float) -> None:
    body = drawn_body(catalog.assets()[ADULT], "stand")
    aside = np.array([0.0, np.cos(sunk_rad), -np.sin(sunk_rad)])
    elbows, wrists = body.elbows.copy(), body.wrists.copy()
    elbows[0] = body.shoulders[0] + 0.3 * aside
    wrists[0] = elbows[0] + 0.27 * aside
    shown = mesh(MeshKey(ADULT, encoded(replace(body, elbows=elbows, wrists=wrists, head_axes=np.eye(3)))))
    beyond_m = (shown.position_m - wrists[0]) @ aside
    assert 0.10 < beyond_m.max() < 0.15  # its middle is 5 cm beyond the wrist, its tip 7.5 cm beyond that
    assert same_triangles(shown, mesh(MeshKey(ADULT, "stand")))
