"""Training, nominal tests and edge cases keep apart: maps, assets and weathers each have a split."""

import numpy as np
import pytest

from scenarios.dataset.light import draw_light
from sim.assets import library
from sim.assets.catalog import assets
from sim.world.maps.catalog import CATALOG, load_map
from sim.world.maps.data import SPLITS
from sim.world.scene import Weather
from sim.world.weathers import draw_weather, weathers

MAPS = {
    "train": ["grid", "junction", "motorway", "rural", "t_junction", "urban_street"],
    "nominal": [
        "artery",
        "country_road",
        "motorway_exit",
        "roundabout",
        "tunnel",
        "urban_avenue",
        "urban_bend",
        "urban_boulevard",
        "urban_crescent",
    ],
    "edge": [],
}
"""Which maps are for what: one that swaps its split makes every number measured before it mean something else."""


def of(split):
    return {name: weather for name, weather in weathers().items() if weather.split == split}


def holds(weather, drawn):
    """Whether a day may be one of this weather's."""
    usual = Weather()
    fields = {field for known in weathers().values() for field in known.ranges}
    ranges = {field: weather.ranges.get(field, (getattr(usual, field),) * 2) for field in fields}
    return all(low <= getattr(drawn, field) <= high for field, (low, high) in ranges.items())


def test_every_map_keeps_its_split():
    assert {split: [name for name, (_, its) in sorted(CATALOG.items()) if its == split] for split in SPLITS} == MAPS
    assert {name: load_map(name).split for name in CATALOG} == {name: split for split in MAPS for name in MAPS[split]}


def test_everything_has_a_split_and_there_are_five_maps_to_train_and_to_test_on():
    assert {library.split(name) for name in assets()} == {*SPLITS}
    assert {weather.split for weather in weathers().values()} == {*SPLITS}
    assert len(MAPS["train"]) >= 5
    assert len(MAPS["nominal"]) >= 5


@pytest.mark.parametrize("name", list(weathers()))
def test_a_weather_keeps_its_ranges_and_the_same_seed_draws_the_same_day(name):
    weather = weathers()[name]
    days = [weather.draw(np.random.default_rng(seed)) for seed in range(20)]
    assert all(holds(weather, day) for day in days)
    assert all(day.deposits == day.wetness for day in days)
    again = weather.draw(np.random.default_rng(7))
    assert (again.sun_azimuth_rad, again.sun_elevation_rad) == (days[7].sun_azimuth_rad, days[7].sun_elevation_rad)
    assert len({day.sun_azimuth_rad for day in days}) == 20


def test_training_draws_its_own_weathers_nominal_tests_those_too_and_edge_none_of_both():
    for split, seen in (("train", {"train"}), ("nominal", {"train", "nominal"})):
        known = [weather for kind in seen for weather in of(kind).values()]
        days = [draw_light(split, np.random.default_rng(seed)).weather for seed in range(200)]
        assert all(any(holds(weather, day) for weather in known) for day in days)
    assert any(not any(holds(weather, day) for weather in of("train").values()) for day in days)
    ordinary = {**of("train"), **of("nominal")}
    for weather in of("edge").values():
        day = weather.draw(np.random.default_rng(1))
        assert not any(holds(other, day) for other in ordinary.values())


def test_shares_say_how_often_a_weather_is_drawn():
    rng = np.random.default_rng(3)
    wet = [draw_weather({"train"}, rng).wetness > 0.0 for _ in range(2000)]
    # 4 of 14 parts: four standard deviations of a share of 2,000 draws are 0.04
    assert np.mean(wet) == pytest.approx(4 / 14, abs=0.04)


def test_training_sees_day_dusk_night_rain_and_fog_each_in_a_tenth_of_the_frames_or_more():
    days = [draw_weather({"train"}, np.random.default_rng(seed)) for seed in range(1000)]
    seen = {
        "day": [d.sun_elevation_rad > 0.2 for d in days],
        "dusk": [abs(d.sun_elevation_rad) < 0.2 for d in days],
        "night": [d.sun_elevation_rad < -0.2 for d in days],
        "rain": [d.precipitation > 0.0 for d in days],
    }
    assert {name for name, share in seen.items() if np.mean(share) < 0.1} == set()
    assert np.mean([d.fog_density > 0.0 for d in days]) > 0.05
