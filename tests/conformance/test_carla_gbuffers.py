"""G-buffers of a camera: the same scene as its own picture and as the cameras of truth show it."""

from __future__ import annotations

import queue
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import rgb

WIDTH_PX, HEIGHT_PX = 96, 64
SIZE = {"image_size_x": WIDTH_PX, "image_size_y": HEIGHT_PX}
BUFFERS = carla.GBufferTextureID


def seen(day: ToyClient, kind: str) -> tuple[np.ndarray, dict[Any, np.ndarray]]:
    """One frame of a camera over the first spawn point, and an RGB camera's buffers at the same place."""
    point = day.world.get_map().get_spawn_points()[0]
    pose = carla.Transform(point.location + carla.Location(z=4.0), carla.Rotation(-20.0, point.rotation.yaw, 0.0))
    truth = day.listen(kind, None, pose, **SIZE)
    camera = day.spawn("sensor.camera.rgb", pose, **SIZE)
    camera.enable_gbuffers(True)
    wanted = (BUFFERS.SceneDepth, BUFFERS.SceneStencil, BUFFERS.GBufferA, BUFFERS.CustomStencil, BUFFERS.SSAO)
    frames: dict[Any, queue.Queue[Any]] = {buffer: queue.Queue() for buffer in wanted}
    for buffer, images in frames.items():
        camera.listen_to_gbuffer(buffer, images.put)
    day.ticks(2)
    got = {buffer: images.get(timeout=30.0) for buffer, images in frames.items()}
    for buffer in wanted:
        camera.stop_gbuffer(buffer)
    return rgb(truth.get(timeout=30.0)), {buffer: rgb(image) for buffer, image in got.items()}


def test_stencils_are_the_tags_of_the_semantic_camera(day: ToyClient) -> None:
    truth, buffers = seen(day, "sensor.camera.semantic_segmentation")
    assert (buffers[BUFFERS.SceneStencil] == truth[..., :1]).all()
    assert (buffers[BUFFERS.CustomStencil] == truth[..., :1]).all()


def test_depth_is_that_of_the_depth_camera(day: ToyClient) -> None:
    """Grey over 1000 m, so a step is 3.9 m."""
    truth, buffers = seen(day, "sensor.camera.depth")
    depth_m = truth @ [1, 256, 65536] / (2**24 - 1) * 1000.0
    assert buffers[BUFFERS.SceneDepth][..., 0] == pytest.approx(depth_m / 1000.0 * 255.0, abs=0.51)


def test_normals_are_those_of_the_normals_camera(day: ToyClient) -> None:
    truth, buffers = seen(day, "sensor.camera.normals")
    assert (buffers[BUFFERS.GBufferA] == truth).all()


def test_what_the_renderer_does_not_make_is_black(day: ToyClient) -> None:
    _, buffers = seen(day, "sensor.camera.depth")
    assert not buffers[BUFFERS.SSAO].any()


def test_nothing_comes_before_buffers_are_enabled(day: ToyClient) -> None:
    camera = day.spawn("sensor.camera.rgb", carla.Transform(carla.Location(z=50.0)), **SIZE)
    images: queue.Queue[Any] = queue.Queue()
    camera.listen_to_gbuffer(BUFFERS.SceneStencil, images.put)
    day.ticks(2)
    camera.enable_gbuffers(True)
    frame = day.ticks(1)
    assert images.get(timeout=30.0).frame == frame
    camera.stop_gbuffer(BUFFERS.SceneStencil)


def test_the_frame_right_after_listening_is_not_lost(day: ToyClient) -> None:
    camera = day.spawn("sensor.camera.rgb", carla.Transform(carla.Location(z=50.0)), **SIZE)
    camera.enable_gbuffers(True)
    for buffer in (BUFFERS.SceneColor, BUFFERS.SceneDepth, BUFFERS.SceneStencil, BUFFERS.GBufferA, BUFFERS.SSAO) * 3:
        images: queue.Queue[Any] = queue.Queue()
        camera.listen_to_gbuffer(buffer, images.put)
        frame = day.ticks(1)
        assert images.get(timeout=20.0).frame == frame
        camera.stop_gbuffer(buffer)
