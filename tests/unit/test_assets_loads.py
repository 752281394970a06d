"""People with an umbrella, a board, a wheelchair: what they have stays with them in every step."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assets import library
from sim.assets.mesh import Material, Mesh, MeshKey
from sim.assets.people.carried import BOARD_CARRIER, LOADS, UMBRELLA, WHEELCHAIR
from sim.server.layouts import WalkerControl
from sim.server.scene_view import build_scene
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

STEPS = ("stand", *(f"walk_{k}" for k in range(8)), *(f"run_{k}" for k in range(8)))


def mesh(name: str, pose: str, level: int = 0) -> Mesh:
    return library.mesh(MeshKey(name, pose, level))


def feet_m(of: Mesh, name: str) -> float:
    """Height of the lowest point above the floor of the box."""
    return float(of.position_m[:, 2].min()) + library.size_lwh_m(name)[2] / 2


@pytest.mark.parametrize("name", LOADS)
def test_it_stands_on_the_floor_of_its_box_in_every_step(name: str) -> None:
    for pose in STEPS:
        assert feet_m(mesh(name, pose), name) == pytest.approx(0.0 if name != WHEELCHAIR else 0.02, abs=0.021), pose


def test_the_person_under_the_umbrella_is_as_tall_as_told_and_the_canopy_over_the_head() -> None:
    for pose in ("stand", "walk_3"):
        made = mesh(UMBRELLA, pose)
        skin = made.position_m[made.material == Material.SKIN]
        floor = -library.size_lwh_m(UMBRELLA)[2] / 2
        canopy = made.position_m[(made.color[:, 0] > 0.4) & (made.color[:, 1] < 0.05)]
        assert canopy[:, 2].max() - floor > LOADS[UMBRELLA].stature_m + 0.2
        assert np.ptp(canopy[canopy[:, 2] > skin[:, 2].max()][:, 0]) == pytest.approx(0.92, abs=0.1)


def test_a_board_hides_the_carrier_from_the_right_and_not_from_the_left() -> None:
    made = mesh(BOARD_CARRIER, "walk_1")
    board = made.position_m[made.material == Material.MATTE]
    board = board[(board[:, 2] > -0.4) & (board[:, 1] < -0.3)]  # shoes and buckle are matte, too
    assert np.ptp(board[:, 0]) == pytest.approx(1.24)
    trunk = made.position_m[(made.material == Material.CLOTH) & (np.abs(made.position_m[:, 2]) < 0.3)]
    assert board[:, 1].max() < np.median(trunk[:, 1])


def test_who_sits_in_a_wheelchair_rolls_and_does_not_step() -> None:
    assert np.array_equal(mesh(WHEELCHAIR, "walk_1").position_m, mesh(WHEELCHAIR, "run_6").position_m)
    rubber = mesh(WHEELCHAIR, "stand")
    tyres = rubber.position_m[rubber.material == Material.RUBBER]
    assert np.ptp(tyres[:, 2]) == pytest.approx(0.61, abs=0.01)


def test_it_moves_by_walker_control_as_a_pedestrian() -> None:
    episode = episode_on(plain_map())
    actor = put(episode, WHEELCHAIR, (5.0, 0.0, 0.7))
    episode.control_walker(actor, WalkerControl((1.0, 0.0, 0.0), 1.0))
    for _ in range(20):
        episode.step(TICK_NS)
    (shown,) = build_scene(episode).instances
    assert shown.tag == 12
    assert shown.T_world_body[0, 3] == pytest.approx(6.0, abs=0.1)


def test_coarse_loads_have_the_outline_of_the_fine_ones() -> None:
    for name in LOADS:
        fine, coarse = (mesh(name, "walk_2", level).position_m for level in (0, 1))
        assert coarse.min(axis=0) == pytest.approx(fine.min(axis=0), abs=0.02)
        assert coarse.max(axis=0) == pytest.approx(fine.max(axis=0), abs=0.02)
