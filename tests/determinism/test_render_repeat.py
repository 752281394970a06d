"""The same scene and view give the same bytes: again, after other pictures, in new processes, on any thread count."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from moosetest.digest import digest_of
from sim.assets.mesh import MeshKey
from sim.render.context import RenderUnavailableError
from sim.render.renderer import CameraRenderer, CameraView
from sim.world.scene import Instance, Scene, StreetLamp, Weather
from tests.render_scenes import ALL, ground, pose, scene, source

VIEW = CameraView(160, 96, 1.2, pose(0.0, 0.0, 1.5, 0.1), noise_seed=4)


def scenes() -> list[Scene]:
    lamps = (StreetLamp((12.0, 3.0, 8.0)),)
    cars = [
        Instance(k, 14, MeshKey("car"), pose(6.0 + 4 * k, k - 3.0, 0.0, 0.3 * k), lights=2 + 8) for k in range(1, 6)
    ]
    day = Weather(wetness=0.5, fog_density=0.1, precipitation=0.3)
    return [
        scene(*cars, static=ground(lamps), weather=day, frame=5),
        scene(*cars, static=ground(lamps), weather=Weather(sun_elevation_rad=-0.3), lamps_on=True, frame=6),
    ]


def digest(renderer: CameraRenderer) -> str:
    return digest_of([renderer.render(each, VIEW, ALL) for each in scenes()])


def test_same_bytes_again_and_after_other_pictures() -> None:
    renderer = CameraRenderer(source)
    try:
        first = digest(renderer)
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    for x in (100.0, -50.0):
        elsewhere = replace(VIEW, T_world_camera=pose(x, 20.0, 3.0, 2.0))
        renderer.render(scenes()[0], elsewhere, ALL)
        renderer.render(scenes()[1], elsewhere, ALL)
    assert digest(renderer) == first
    renderer.close()


def test_the_order_of_actors_does_not_matter() -> None:
    renderer = CameraRenderer(source)
    day = scenes()[0]
    try:
        first = renderer.render(day, VIEW, ALL)
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    second = renderer.render(replace(day, instances=day.instances[::-1]), VIEW, ALL)
    np.testing.assert_array_equal(first.rgb, second.rgb)
    np.testing.assert_array_equal(first.instance_id, second.instance_id)
    renderer.close()


def test_same_bytes_in_other_processes_and_on_other_thread_counts() -> None:
    renderer = CameraRenderer(source)
    try:
        expected = digest(renderer)
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    renderer.close()
    for threads, hash_seed in (("1", "1"), ("3", "2")):
        environment = {**os.environ, "LP_NUM_THREADS": threads, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", "from tests.determinism.test_render_repeat import main; main()"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.strip() == expected


def main() -> None:
    renderer = CameraRenderer(source)
    print(digest(renderer))
    renderer.close()
