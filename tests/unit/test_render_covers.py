"""Pictures on things of the map: which way up they are, what they leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material
from sim.render.renderer import CameraRenderer
from sim.world.covers import NO_COVERS, Covers, covered
from sim.world.scene import Scene, SceneryObject, StaticPart, StaticScene
from tests.render_scenes import NIGHT, WHITE, camera, renderer_of, scene

RGB = frozenset({"rgb"})
RED, GREEN, BLUE, GREY = (220, 10, 10), (10, 220, 10), (10, 10, 220), (150, 150, 150)


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def two_blocks() -> StaticScene:
    """Two walls of one part, 10 m ahead, 4 m square: object 0 left (y = 3), object 1 right (y = -3)."""
    builder, objects = MeshBuilder(), []
    for name, y in (("left", 3.0), ("right", -3.0)):
        builder.box((10.5, y, 2.0), (0.5, 2.0, 2.0), WHITE, Material.MATTE)
        center, half = np.array([10.5, y, 2.0]), np.array([0.5, 2.0, 2.0])
        objects.append(SceneryObject(name, "block", 3, (10.5, y, 0.0), 0.0, center, half))
    mesh = builder.build()
    y_m = mesh.position_m[mesh.triangle].mean(axis=1)[:, 1]
    part = StaticPart("blocks", 3, mesh, owner=np.where(y_m > 0.0, 0, 1).astype(np.int32))
    return StaticScene("two blocks", (part,), (), tuple(objects))


def quarters() -> NDArray[np.uint8]:
    """Red top left, green top right, blue bottom left, grey bottom right."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:32, :32], picture[:32, 32:], picture[32:, :32], picture[32:, 32:] = RED, GREEN, BLUE, GREY
    return picture


def with_covers(covers: Covers) -> Scene:
    return replace(scene(static=two_blocks()), covers=covers)


def rgb(renderer: CameraRenderer, shown: Scene) -> NDArray[np.int64]:
    image = renderer.render(shown, camera(z=2.0), RGB).rgb
    assert image is not None
    return image.astype(np.int64)


def strongest(pixel: NDArray[np.int64]) -> int:
    return int(pixel.argmax()) if pixel.max() > 1.5 * np.median(pixel) else -1


def test_a_picture_stands_upright_and_reads_from_left_to_right(renderer: CameraRenderer) -> None:
    image = rgb(renderer, with_covers(covered(NO_COVERS, [0], "diffuse", quarters())))
    # the left wall: 8 px a metre about column 80 - 24 and row 48, quarters of 16 px
    assert strongest(image[40, 48]) == 0
    assert strongest(image[40, 64]) == 1
    assert strongest(image[56, 48]) == 2
    assert strongest(image[56, 64]) == -1


def test_other_things_of_the_same_part_stay_as_they_are(renderer: CameraRenderer) -> None:
    bare = rgb(renderer, with_covers(NO_COVERS))
    image = rgb(renderer, with_covers(covered(NO_COVERS, [0], "diffuse", quarters())))
    np.testing.assert_array_equal(image[:, 82:], bare[:, 82:])


def test_a_wall_seen_from_behind_shows_the_picture_unmirrored(renderer: CameraRenderer) -> None:
    shown = with_covers(covered(NO_COVERS, [1], "diffuse", quarters()))
    image = renderer.render(shown, camera(x=21.0, z=2.0, yaw_rad=np.pi), RGB).rgb
    assert image is not None  # turned round, the right wall is on the left
    assert [strongest(image[row, column].astype(np.int64)) for row, column in ((40, 48), (40, 64), (56, 48))] == [
        0,
        1,
        2,
    ]


def test_a_shining_picture_is_seen_at_night_and_a_painted_one_is_not(renderer: CameraRenderer) -> None:
    red = np.full((8, 8, 3), RED, np.uint8)
    dark, shining = (
        rgb(renderer, replace(with_covers(covered(NO_COVERS, [0], channel, red)), weather=NIGHT))[48, 56]
        for channel in ("diffuse", "emissive")
    )
    assert shining[0] > dark[0] + 60
    assert shining[0] > 2 * shining[1]


def test_a_new_picture_takes_the_place_of_the_old_and_of_its_room(renderer: CameraRenderer) -> None:
    first = covered(NO_COVERS, [0, 1], "diffuse", np.full((8, 8, 3), RED, np.uint8))
    second = covered(first, [0], "diffuse", np.full((8, 8, 3), BLUE, np.uint8))
    last = covered(second, [1], "diffuse", np.full((8, 8, 3), GREEN, np.uint8))
    assert [len(covers.pictures) for covers in (first, second, last)] == [1, 2, 2]
    image = rgb(renderer, with_covers(last))
    assert (strongest(image[48, 56]), strongest(image[48, 104])) == (2, 1)


def test_equal_pictures_are_kept_once_and_named_alike() -> None:
    red = np.full((8, 8, 3), RED, np.uint8)
    one_by_one = covered(covered(NO_COVERS, [1], "diffuse", red), [0], "diffuse", red.copy())
    together = covered(NO_COVERS, [0, 1], "diffuse", red)
    assert len(one_by_one.pictures) == 1
    assert (one_by_one.pictures_key, one_by_one.places_key) == (together.pictures_key, together.places_key)
