"""The actor that brings winter, and takes it away when it goes."""

from sim.server.scene_view import build_scene
from tests.toy_episode import episode_on, plain_map, put


def test_it_snows_while_the_actor_is_there() -> None:
    episode = episode_on(plain_map())
    assert build_scene(episode).weather.snow_cover == 0.0
    actor = put(episode, "static.moosetest.snow", snowfall_mm_per_h="2.5", snow_cover="0.6")
    weather = build_scene(episode).weather
    assert (weather.snowfall_mm_per_h, weather.snow_cover) == (2.5, 0.6)
    younger = put(episode, "static.moosetest.snow", snowfall_mm_per_h="0.0", snow_cover="1.0")
    assert build_scene(episode).weather.snow_cover == 1.0
    episode.destroy(younger.id)
    assert build_scene(episode).weather.snow_cover == 0.6
    episode.destroy(actor.id)
    assert build_scene(episode).weather.snow_cover == 0.0


def test_a_moving_car_on_snow_leaves_puffs_in_the_scene() -> None:
    episode = episode_on(plain_map())
    car = put(episode, "vehicle.tesla.model3")
    episode.table.velocity_world_mps[episode.table.row(car.id)] = (20.0, 0.0, 0.0)
    assert len(build_scene(episode).puffs.radius_m) == 0
    put(episode, "static.moosetest.snow", (5.0, 5.0, 0.0))
    assert len(build_scene(episode).puffs.radius_m) > 5
