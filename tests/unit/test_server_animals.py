"""Animals in an episode: walkers that step their own way, and have neither bones nor clothes."""

from __future__ import annotations

import pytest

from sim.assets.animals.names import ANIMALS, DOG, HORSE_RIDER, KANGAROO, MOOSE
from sim.assets.animals.stride import STRIDES
from sim.assets.library import size_lwh_m
from sim.server.blueprints import library
from sim.server.gait import walker_pose
from sim.server.layouts import WalkerControl
from sim.server.scene_view import build_scene
from sim.world.scene import Instance
from sim.world.walker_motion import walker_spec
from tests.toy_episode import TICK_NS, episode_on, plain_map, put


@pytest.mark.parametrize("name", ANIMALS)
def test_it_walks_where_it_is_sent_and_is_seen_in_a_phase_of_its_step(name: str) -> None:
    episode = episode_on(plain_map())
    actor = put(episode, name, (10.0, 0.0, size_lwh_m(name)[2] / 2))
    episode.control_walker(actor, WalkerControl((1.0, 0.0, 0.0), 1.5))
    seen: list[Instance] = []
    for _ in range(40):
        episode.step(TICK_NS)
        seen.append(build_scene(episode).instances[0])
    assert seen[-1].T_world_body[0, 3] == pytest.approx(10.0 + 2.0 * 1.5, abs=0.1)
    assert seen[-1].T_world_body[2, 3] == pytest.approx(size_lwh_m(name)[2] / 2)
    assert len({i.mesh.pose for i in seen if i.mesh.pose.startswith("walk_")}) == 8
    assert seen[-1].tag == 21


def test_each_runs_when_its_legs_are_too_short_for_walking() -> None:
    for name in ANIMALS:
        change_mps = STRIDES[name].run_above_mps
        assert walker_pose(change_mps - 0.01, 0.0, STRIDES[name]) == "walk_0"
        assert walker_pose(change_mps + 0.01, 0.0, STRIDES[name]) == "run_0"
    # 2.9 m is one stride of a trotting moose: three quarters of it is phase six
    assert walker_pose(6.0, 0.76 * 2.9, STRIDES[MOOSE]) == "run_6"


def test_it_weighs_what_its_kind_weighs() -> None:
    assert walker_spec(MOOSE, size_lwh_m(MOOSE)).mass_kg == 450.0
    assert walker_spec(KANGAROO, size_lwh_m(KANGAROO)).mass_kg == 66.0
    assert walker_spec("walker.pedestrian.0001", (0.4, 0.4, 1.7)).mass_kg == pytest.approx(22.0 * 1.7**2)


def test_a_car_fells_it() -> None:
    episode = episode_on(plain_map())
    dog = put(episode, DOG, (6.0, 0.0, size_lwh_m(DOG)[2] / 2))
    car = put(episode, "vehicle.audi.tt", (0.0, 0.0, 0.0))
    episode.step(TICK_NS)
    episode.bodies.set_velocity(car, [12.0, 0.0, 0.0])  # type: ignore[arg-type]
    for _ in range(10):
        episode.step(TICK_NS)
    shown = {i.actor_id: i for i in build_scene(episode).instances}
    assert shown[dog.id].mesh.pose == "lie"


def test_its_blueprint_has_a_walkers_attributes_without_clothes() -> None:
    names = {a.name for a in library()[HORSE_RIDER].attributes}
    assert {"speed", "gender", "age"} <= names
    assert "clothing_reflectance" not in names
    assert [library()[name].semantic_tag for name in ANIMALS] == [21] * len(ANIMALS)
