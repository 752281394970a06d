"""Loading worlds: by name, again, from OpenDRIVE text; what stays, what goes, and what is refused."""

from __future__ import annotations

import carla
import pytest

from sim.world.maps import load_map
from tests.toy_client import ToyClient

STRAIGHT = """<OpenDRIVE><header revMajor="1" revMinor="4"><geoReference>+proj=tmerc +lat_0=48 +lon_0=11</geoReference>
</header><road id="7" length="200" junction="-1"><link/><planView>
<geometry s="0" x="0" y="0" hdg="0" length="200"><line/></geometry></planView>
<elevationProfile><elevation s="0" a="1.5" b="0.05" c="0" d="0"/></elevationProfile>
<lanes><laneSection s="0"><center><lane id="0" type="none"/></center><right>
<lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
</road></OpenDRIVE>"""
"""One lane of 200 m towards +x that climbs 5 %."""


@pytest.fixture
def home(day: ToyClient):
    """The client's present world, which is loaded again after the test."""
    name = day.world.get_map().name
    yield day
    if day.client.get_world().get_map().name != name:
        day.world = day.client.load_world(name)
        day.synchronize()


def test_reloading_begins_an_episode_without_the_actors(home: ToyClient) -> None:
    before = home.world.id
    car = home.car()
    home.world.tick()
    home.world = home.client.reload_world(False)
    assert home.world.id != before
    assert home.world.get_settings().synchronous_mode
    home.world.tick()
    assert not home.world.get_actors().filter("vehicle.*")
    home.spawned.remove(car)


def test_settings_are_reset_unless_they_are_kept(home: ToyClient) -> None:
    home.world = home.client.reload_world(False)
    kept = home.world.get_settings()
    assert (kept.synchronous_mode, kept.fixed_delta_seconds) == (True, pytest.approx(0.05))
    home.world = home.client.reload_world(True)
    fresh = home.world.get_settings()
    assert (fresh.synchronous_mode, fresh.fixed_delta_seconds) == (False, None)
    home.synchronize()


def test_the_same_map_is_not_loaded_again_when_different_is_asked_for(home: ToyClient) -> None:
    before = home.world.id
    name = home.world.get_map().name
    home.client.load_world_if_different(name)
    assert home.client.get_world().id == before


def test_a_world_of_opendrive_text(home: ToyClient) -> None:
    home.world = home.client.generate_opendrive_world(STRAIGHT, carla.OpendriveGenerationParameters())
    home.synchronize()
    world_map = home.world.get_map()
    assert world_map.name.rsplit("/", 1)[-1] == "OpenDriveMap"
    assert world_map.to_opendrive() == STRAIGHT
    points = world_map.get_spawn_points()
    # the lane's middle is 1.75 m to the right; 1.5 m high at the start, 5 % up from there
    assert len(points) >= 2
    for point in points:
        assert point.location.y == pytest.approx(1.75, abs=1e-3)
        assert point.location.z == pytest.approx(1.5 + 0.05 * point.location.x, abs=0.02)
    place = world_map.transform_to_geolocation(carla.Location(0.0, 0.0, 0.0))
    assert (place.latitude, place.longitude) == pytest.approx((48.0, 11.0), abs=1e-9)
    car = home.car()
    home.ticks(20)
    at = car.get_location()
    assert at.z == pytest.approx(1.5 + 0.05 * at.x, abs=0.05)  # stands on the climb
    home.clean()
    home.spawned.clear()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<OpenDRIVE><road", "not XML|not OpenDRIVE"),
        ("<OpenDRIVE></OpenDRIVE>", "no <road>"),
        (STRAIGHT.replace('length="200" junction', 'length="NaN" junction'), "length 'NaN'"),
        (STRAIGHT.replace("<link/>", '<link><successor elementType="road" elementId="9"/></link>'), "'9' is not there"),
        (STRAIGHT.replace("<line/>", "<loop/>"), "geometry of 'loop'"),
    ],
)
def test_broken_opendrive_is_refused_and_the_world_goes_on(home: ToyClient, text: str, says: str) -> None:
    episode, frame = home.world.id, home.world.tick()
    with pytest.raises(RuntimeError, match=says) as caught:
        home.client.generate_opendrive_world(text, carla.OpendriveGenerationParameters())
    assert "\n" not in str(caught.value).strip()
    assert home.client.get_world().id == episode
    assert home.world.tick() == frame + 1


def test_a_map_that_is_not_there_is_refused_by_name(home: ToyClient) -> None:
    episode = home.world.id
    with pytest.raises(RuntimeError, match="Town99"):
        home.client.load_world("Town99")
    assert home.client.get_world().id == episode


def test_a_map_on_offer_is_loaded_by_its_name(home: ToyClient) -> None:
    offered = home.client.get_available_maps()
    assert {name.rsplit("/", 1)[-1] for name in offered} >= {"grid", "junction", "roundabout", "rural"}
    home.world = home.client.load_world("roundabout")
    assert home.world.get_map().to_opendrive() == load_map("roundabout").xodr
