"""The things of a map: their boxes, hiding them, layers, rays through them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import depth_m, of_frame, tags

BUILDINGS, FOLIAGE = carla.CityObjectLabel.Buildings, carla.CityObjectLabel.Vegetation


@pytest.fixture
def level(day: ToyClient) -> Iterator[ToyClient]:
    """A client that leaves every thing of the map where it was."""
    yield day
    day.world.load_map_layer(carla.MapLayer.All)
    everything = {thing.id for thing in day.world.get_environment_objects(carla.CityObjectLabel.Any)}
    day.world.enable_environment_objects(everything, True)


def largest(day: ToyClient, label: Any) -> Any:
    """The thing of a label that is hardest to miss: by the smallest of its extents across."""
    things = day.world.get_environment_objects(label)
    if not things:
        pytest.skip(f"this map has no {label}")
    return max(things, key=lambda thing: min(thing.bounding_box.extent.x, thing.bounding_box.extent.y))


def across(box: Any) -> tuple[carla.Location, carla.Location]:
    """A level line through the middle of a box, from 1 m before to 1 m behind it, along its own x."""
    yaw, reach = math.radians(box.rotation.yaw), box.extent.x + 1.0
    way = carla.Location(reach * math.cos(yaw), reach * math.sin(yaw), 0.0)
    return box.location - way, box.location + way


def labels_on(day: ToyClient, line: tuple[carla.Location, carla.Location]) -> list[Any]:
    return [hit.label for hit in day.world.cast_ray(*line)]


def test_things_have_names_and_ids_of_their_own_that_stay(level: ToyClient) -> None:
    first = level.world.get_environment_objects(carla.CityObjectLabel.Any)
    again = level.world.get_environment_objects(carla.CityObjectLabel.Any)
    assert len({thing.id for thing in first}) == len({thing.name for thing in first}) == len(first) > 0
    assert [(a.id, a.name) for a in first] == [(b.id, b.name) for b in again]
    assert sorted(level.world.get_names_of_all_objects()) == sorted(thing.name for thing in first)


def test_roads_lie_under_the_spawn_points(level: ToyClient) -> None:
    """A box of the level is right-handed data turned into CARLA's frame: a mirrored y would miss."""
    boxes = level.world.get_level_bbs(carla.CityObjectLabel.Roads)
    for point in level.world.get_map().get_spawn_points()[:40]:
        at = point.location
        assert any(
            abs(at.x - box.location.x) <= box.extent.x and abs(at.y - box.location.y) <= box.extent.y for box in boxes
        )


def test_boxes_of_the_level_hold_the_actors_with_their_label(level: ToyClient) -> None:
    car = level.car()
    level.world.tick()
    mine = [box for box in level.world.get_level_bbs(carla.CityObjectLabel.Car) if box.actor_id == car.id]
    assert len(mine) == 1
    truth, pose = car.bounding_box, car.get_transform()
    assert mine[0].extent.x == pytest.approx(truth.extent.x, abs=1e-4)
    assert mine[0].location.distance(pose.transform(truth.location)) < 1e-3
    assert math.cos(math.radians(mine[0].rotation.yaw - pose.rotation.yaw)) == pytest.approx(1.0, abs=1e-6)


def test_a_ray_meets_a_house_at_the_wall_of_its_box(level: ToyClient) -> None:
    house = largest(level, BUILDINGS)
    start, end = across(house.bounding_box)
    hits = [hit for hit in level.world.cast_ray(start, end) if hit.label == BUILDINGS]
    assert len(hits) == 1  # in at one wall; a ray that leaves the same thing is no second hit
    assert start.distance(hits[0].location) == pytest.approx(1.0, abs=0.5)


def test_a_ray_tells_all_things_on_its_way_in_order(level: ToyClient) -> None:
    """Two cars in a row, seen from the first along the road: the ray must tell both."""
    point = level.world.get_map().get_spawn_points()[0]
    ahead = point.get_forward_vector()
    far = carla.Transform(point.location + 12.0 * ahead, point.rotation)
    near_car, far_car = level.car(), level.spawn("vehicle.tesla.model3", far)
    level.ticks(2)
    eye = near_car.get_location() - 6.0 * ahead + carla.Location(z=0.7)
    behind = far_car.get_location() + 6.0 * ahead + carla.Location(z=0.7)
    cars = [hit for hit in level.world.cast_ray(eye, behind) if hit.label == carla.CityObjectLabel.Car]
    assert len(cars) == 2
    gap = cars[0].location.distance(cars[1].location)
    assert gap == pytest.approx(near_car.get_location().distance(far_car.get_location()), abs=0.3)


def test_a_projected_point_is_the_nearest_surface(level: ToyClient) -> None:
    point = level.world.get_map().get_spawn_points()[0].location
    ground = level.world.ground_projection(point + carla.Location(z=30.0), 100.0)
    waypoint = level.world.get_map().get_waypoint(point)
    if ground.label not in (carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines):
        pytest.skip(f"{ground.label} hangs over the first spawn point")
    assert ground.location.z == pytest.approx(waypoint.transform.location.z, abs=0.05)
    assert (ground.location.x, ground.location.y) == pytest.approx((point.x, point.y), abs=1e-3)
    assert level.world.project_point(point + carla.Location(z=1.0), carla.Vector3D(z=1.0), 0.5) is None


def test_a_hidden_house_is_gone_for_rays_and_comes_back(level: ToyClient) -> None:
    house = largest(level, BUILDINGS)
    line = across(house.bounding_box)
    level.world.enable_environment_objects({house.id}, False)
    assert BUILDINGS not in labels_on(level, line)
    assert house.id in {thing.id for thing in level.world.get_environment_objects(BUILDINGS)}
    level.world.enable_environment_objects({house.id}, True)
    assert BUILDINGS in labels_on(level, line)


def test_a_hidden_house_is_gone_for_cameras(level: ToyClient) -> None:
    house = largest(level, BUILDINGS)
    start, _ = across(house.bounding_box)
    facing = carla.Rotation(yaw=house.bounding_box.rotation.yaw)
    place = carla.Transform(start, facing)
    depths = level.listen("sensor.camera.depth", None, place, image_size_x=64, image_size_y=48)
    level.world.tick()
    before_m = depth_m(depths.get(timeout=20.0))[24, 32]
    level.world.enable_environment_objects({house.id}, False)
    level.world.tick()
    assert before_m == pytest.approx(1.0, abs=0.5)
    assert depth_m(depths.get(timeout=20.0))[24, 32] > before_m + 2.0 * house.bounding_box.extent.x - 1.0


@pytest.mark.parametrize("hidden", [False, True])
def test_a_car_goes_through_a_house_only_when_it_is_hidden(level: ToyClient, hidden: bool) -> None:
    """A car driven at a wall is stopped by it, unless the wall is not there."""
    house = largest(level, BUILDINGS)
    box = house.bounding_box
    start, end = across(box)
    way = (end - start) / start.distance(end)
    ground = level.world.ground_projection(start - 8.0 * way + carla.Location(z=30.0), 100.0)
    place = carla.Location(ground.location.x, ground.location.y, ground.location.z + 0.3)
    level.world.enable_environment_objects({house.id}, not hidden)
    car = level.spawn("vehicle.tesla.model3", carla.Transform(place, carla.Rotation(yaw=box.rotation.yaw)))
    for thing in level.world.get_environment_objects(FOLIAGE):
        if thing.bounding_box.location.distance(place) < 30.0:
            level.world.enable_environment_objects({thing.id}, False)
    level.world.tick()
    car.set_target_velocity(10.0 * carla.Vector3D(way.x, way.y, 0.0))
    level.ticks(30)
    entered_m = np.dot([v - w for v, w in zip(xy(car.get_location()), xy(start), strict=True)], xy(way)) - 1.0
    assert (entered_m > 0.0) == hidden


def test_an_unknown_id_does_not_stop_the_known_ones(level: ToyClient) -> None:
    house = largest(level, BUILDINGS)
    level.world.enable_environment_objects({1, house.id}, False)
    assert BUILDINGS not in labels_on(level, across(house.bounding_box))


def test_an_unloaded_layer_is_gone_and_comes_back(level: ToyClient) -> None:
    before = {thing.id for thing in level.world.get_environment_objects(FOLIAGE)}
    if not before:
        pytest.skip("this map has no plants")
    level.world.unload_map_layer(carla.MapLayer.Foliage)
    assert list(level.world.get_environment_objects(FOLIAGE)) == []
    assert len(level.world.get_environment_objects(carla.CityObjectLabel.Roads)) > 0
    level.world.load_map_layer(carla.MapLayer.Foliage)
    assert {thing.id for thing in level.world.get_environment_objects(FOLIAGE)} == before


def change_settings(day: ToyClient, **changes: Any) -> None:
    settings = day.world.get_settings()
    for name, value in changes.items():
        setattr(settings, name, value)
    day.world.apply_settings(settings)


def test_beyond_the_culling_distance_cameras_see_no_house(level: ToyClient) -> None:
    house = largest(level, BUILDINGS)
    box = house.bounding_box
    start, _ = across(box)
    yaw = math.radians(box.rotation.yaw)
    away = start - carla.Location(80.0 * math.cos(yaw), 80.0 * math.sin(yaw), 0.0)
    boxes = [other.bounding_box for other in level.world.get_environment_objects(BUILDINGS)]
    away.z = max(each.location.z + each.extent.z for each in boxes) + 60.0  # from all others, too
    place = carla.Transform(away, carla.Rotation(pitch=-35.0, yaw=box.rotation.yaw))
    labels = level.listen("sensor.camera.semantic_segmentation", None, place, image_size_x=64, image_size_y=48)

    def sees_houses() -> bool:
        frame = level.world.tick()
        return bool((tags(of_frame(labels, frame)) == int(BUILDINGS)).any())

    assert sees_houses()
    change_settings(level, max_culling_distance=50.0)
    hidden = not sees_houses()
    change_settings(level, max_culling_distance=0.0)
    assert hidden
    assert sees_houses()


def test_without_rendering_all_but_cameras_go_on(level: ToyClient) -> None:
    car = level.car()
    pictures = level.listen("sensor.camera.rgb", car, image_size_x=32, image_size_y=32)
    places = level.listen("sensor.other.gnss", car)
    level.world.tick()
    pictures.get(timeout=20.0)
    places.get(timeout=20.0)
    change_settings(level, no_rendering_mode=True)
    frame = level.world.tick()
    while places.get(timeout=20.0).frame < frame:
        pass
    change_settings(level, no_rendering_mode=False)  # the client ticks once when it has set them
    assert pictures.get(timeout=20.0).frame == frame + 1


def test_the_spectator_goes_where_it_is_put(level: ToyClient) -> None:
    spectator = level.world.get_spectator()
    before = spectator.get_transform()
    wanted = carla.Transform(carla.Location(1.0, 2.0, 30.0), carla.Rotation(-45.0, 60.0, 0.0))
    spectator.set_transform(wanted)
    level.world.tick()
    got = level.world.get_spectator().get_transform()
    assert got.location.distance(wanted.location) < 1e-4
    assert (got.rotation.pitch, got.rotation.yaw) == pytest.approx((-45.0, 60.0), abs=1e-3)
    spectator.set_transform(before)


def xy(place: Any) -> tuple[float, float]:
    return place.x, place.y
