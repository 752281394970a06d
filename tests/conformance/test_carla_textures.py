"""Clients' pictures on things of the map, seen from above: a roof shows its picture upright along the house's x."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import of_frame, rgb, tags

HOUSES = carla.CityObjectLabel.Buildings
HOUSE_TAG = 3
SIDE_PX = 128
UP_M = 25.0
RED, BLUE = carla.Color(220, 10, 10, 255), carla.Color(10, 10, 220, 255)


@pytest.fixture
def house(day: ToyClient) -> Iterator[Any]:
    """The broadest house of the map; its own looks come back with the next episode."""
    things = day.world.get_environment_objects(HOUSES)
    if not things:
        pytest.skip("this map has no houses")
    yield max(things, key=lambda thing: min(thing.bounding_box.extent.x, thing.bounding_box.extent.y))
    day.clean()
    day.world = day.client.reload_world(False)


def over(house: Any) -> carla.Transform:
    """A camera 25 m over the roof that looks down, the top of its picture towards the house's x."""
    box = house.bounding_box
    at = carla.Location(box.location.x, box.location.y, box.location.z + box.extent.z + UP_M)
    return carla.Transform(at, carla.Rotation(pitch=-90.0, yaw=box.rotation.yaw))


def pictures(day: ToyClient, pose: carla.Transform) -> tuple[np.ndarray, np.ndarray]:
    """RGB and semantic tags from one place: (128, 128, 3) and (128, 128)."""
    size = {"image_size_x": SIDE_PX, "image_size_y": SIDE_PX, "fov": 60}
    frames = [day.listen(f"sensor.camera.{kind}", None, pose, **size) for kind in ("rgb", "semantic_segmentation")]
    frame = day.world.tick()
    color, labels = (of_frame(queue_, frame) for queue_ in frames)
    return rgb(color), tags(labels)


def roof(house: Any, tags: np.ndarray) -> np.ndarray:
    """Pixels well within the house's outline in which a house is seen: 60 degrees over 128 px are f = 110.9 px."""
    extent = house.bounding_box.extent
    px = 0.8 * np.array([extent.x, extent.y]) * 110.9 / UP_M
    row, column = np.indices(tags.shape) - (SIDE_PX - 1) / 2.0
    return (np.abs(row) < px[0]) & (np.abs(column) < px[1]) & (tags == HOUSE_TAG)


def halves(texture: Any, left: Any, right: Any) -> Any:
    for x in range(texture.width):
        for y in range(texture.height):
            texture.set(x, y, left if 2 * x < texture.width else right)
    return texture


def test_a_roof_shows_the_picture_where_its_pixels_say(day: ToyClient, house: Any) -> None:
    _, tags_before = pictures(day, over(house))
    day.world.apply_color_texture_to_object(
        house.name, carla.MaterialParameter.Diffuse, halves(carla.TextureColor(32, 16), RED, BLUE)
    )
    color, tags = pictures(day, over(house))
    np.testing.assert_array_equal(tags, tags_before)  # how a thing looks does not change what it is
    mask = roof(house, tags)
    assert mask.sum() > 200
    column = np.broadcast_to(np.arange(SIDE_PX), mask.shape)
    left, right = color[mask & (column < SIDE_PX / 2 - 4)], color[mask & (column >= SIDE_PX / 2 + 4)]
    assert (left[:, 0] > 1.5 * left[:, 2]).mean() > 0.95
    assert (right[:, 2] > 1.5 * right[:, 0]).mean() > 0.95


def test_all_channels_at_once_show_the_diffuse_one(day: ToyClient, house: Any) -> None:
    green = halves(carla.TextureColor(8, 8), carla.Color(10, 220, 10, 255), carla.Color(10, 220, 10, 255))
    bumps = halves(carla.TextureFloatColor(8, 8), *2 * (carla.FloatColor(0.5, 0.5, 1.0, 1.0),))
    nothing = carla.TextureFloatColor(0, 0)
    day.world.apply_textures_to_objects([house.name, "no such thing"], green, nothing, bumps, bumps)
    color, tags = pictures(day, over(house))
    seen = color[roof(house, tags)]
    assert (seen[:, 1] > 1.5 * seen[:, [0, 2]].max(axis=1)).mean() > 0.95


def test_what_cannot_be_shown_is_refused_in_one_line(day: ToyClient, house: Any) -> None:
    diffuse = carla.MaterialParameter.Diffuse
    with pytest.raises(RuntimeError, match="no such thing"):
        day.world.apply_color_texture_to_object("no such thing", diffuse, carla.TextureColor(4, 4))
    with pytest.raises(RuntimeError, match="0 x 0"):
        day.world.apply_color_texture_to_object(house.name, diffuse, carla.TextureColor(0, 0))
    broken = halves(carla.TextureFloatColor(4, 4), *2 * (carla.FloatColor(float("nan"), 0.0, 0.0, 0.0),))
    with pytest.raises(RuntimeError, match="finite"):
        day.world.apply_float_color_texture_to_object(house.name, diffuse, broken)


def test_a_new_episode_shows_the_house_as_it_was(day: ToyClient, house: Any) -> None:
    red = halves(carla.TextureColor(4, 4), RED, RED)
    bare, _ = pictures(day, over(house))
    day.world.apply_color_texture_to_object(house.name, carla.MaterialParameter.Diffuse, red)
    painted, tags = pictures(day, over(house))
    day.clean()
    day.world = day.client.reload_world(False)
    again, _ = pictures(day, over(house))
    mask = roof(house, tags)
    change = np.abs(painted - bare)[mask].mean()
    assert change > 20.0
    assert np.abs(again - bare)[mask].mean() < 0.2 * change  # clouds and noise are not the same


def test_pictures_are_bounded_and_make_room_for_each_other(day: ToyClient, house: Any) -> None:
    """One house may change its picture as often as it likes; a map shows 16 at a time."""
    diffuse = carla.MaterialParameter.Diffuse
    names = [name for name in day.world.get_names_of_all_objects() if name != house.name]

    def plain(level: int) -> Any:
        return halves(carla.TextureColor(2, 2), *2 * (carla.Color(level, level, level, 255),))

    for level in range(40):
        day.world.apply_color_texture_to_object(house.name, diffuse, plain(level))
    assert len(names) > 16
    for level, name in enumerate(names[:15]):
        day.world.apply_color_texture_to_object(name, diffuse, plain(100 + level))
    with pytest.raises(RuntimeError, match="16 pictures"):
        day.world.apply_color_texture_to_object(names[15], diffuse, plain(99))
    day.world.apply_color_texture_to_objects(names[:17], diffuse, plain(200))
