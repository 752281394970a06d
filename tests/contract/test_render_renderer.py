"""What the renderer promises its callers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.context import RenderUnavailableError
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance
from tests.render_scenes import ALL, camera, ground, pose, renderer_of, scene, source

FIELDS = {"rgb": "rgb", "depth": "depth_m", "tag": "tag", "instance": "instance_id", "normal": "normal_world"}
FORMATS = {
    "rgb": ((96, 160, 3), np.uint8),
    "depth": ((96, 160), np.float32),
    "tag": ((96, 160), np.uint8),
    "instance": ((96, 160), np.uint32),
    "normal": ((96, 160, 3), np.float32),
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


@pytest.mark.parametrize("count", [1, 2, 5])
def test_gives_what_was_asked_for_and_nothing_else(renderer: CameraRenderer, count: int) -> None:
    for chosen in combinations(sorted(ALL), count):
        images = renderer.render(scene(static=ground()), camera(), frozenset(chosen))
        for name, field in FIELDS.items():
            image = getattr(images, field)
            if name in chosen:
                assert (image.shape, image.dtype) == (FORMATS[name][0], np.dtype(FORMATS[name][1]))
                assert image.flags.c_contiguous
            else:
                assert image is None


def test_unknown_output_is_named(renderer: CameraRenderer) -> None:
    with pytest.raises(ValueError, match=r"'colour'.*'depth'"):
        renderer.render(scene(), camera(), frozenset({"colour"}))


def test_unknown_picture_and_asset_are_named(renderer: CameraRenderer) -> None:
    board = Instance(1, 20, MeshKey("board"), pose(4.0, 0.0), picture="unicorn")
    with pytest.raises(KeyError, match=r"unicorn.*person"):
        renderer.render(scene(board), camera(), frozenset({"rgb"}))
    with pytest.raises(KeyError, match="dragon"):
        renderer.render(scene(Instance(1, 20, MeshKey("dragon"), pose(4.0, 0.0))), camera(), frozenset({"rgb"}))


def test_a_second_thread_is_refused(renderer: CameraRenderer) -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            renderer.render(scene(), camera(), frozenset({"rgb"}))
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "second thread" in str(caught[0])


def test_two_renderers_do_not_disturb_each_other(renderer: CameraRenderer) -> None:
    car = Instance(1, 14, MeshKey("car"), pose(9.0, 0.0, 0.0, 0.4), lights=8)
    before = renderer.render(scene(car, static=ground()), camera(), ALL)
    other = CameraRenderer(source)
    other.render(scene(static=ground()), replace(camera(), width_px=64, height_px=64), ALL)
    after = renderer.render(scene(car, static=ground()), camera(), ALL)
    other.close()
    np.testing.assert_array_equal(before.rgb, after.rgb)
    np.testing.assert_array_equal(before.tag, after.tag)


def test_closed_renderer_opens_again() -> None:
    renderer = CameraRenderer(source)
    try:
        first = renderer.render(scene(static=ground()), camera(), ALL).rgb
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    renderer.close()
    second = renderer.render(scene(static=ground()), camera(), ALL).rgb
    renderer.close()
    np.testing.assert_array_equal(first, second)


def test_many_actors_outgrow_the_buffers(renderer: CameraRenderer) -> None:
    # a wall of 30 by 40 boxes, all seen
    crowd = [Instance(k + 1, 14, MeshKey("box"), pose(30.0, k % 40 - 19.5, k // 40 - 13.0)) for k in range(1200)]
    ids = renderer.render(scene(*crowd), camera(), frozenset({"instance"})).instance_id
    assert ids is not None
    assert len(np.unique(ids)) == 1201
