"""Cameras at one place share a drawing, as far as their pictures can be the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.render.exposure import Metering
from sim.render.view import CameraView, Images
from sim.server.sensors.eyes import CameraRequest, Eyes
from sim.world.scene import Scene
from tests.render_scenes import scene


class CountingRenderer:
    """Draws nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[CameraView, frozenset[str]]] = []

    def render(self, _: Scene, view: CameraView, outputs: frozenset[str]) -> Images:
        self.asked.append((view, outputs))
        return Images(metered=view.metering.compensation_ev)


VIEW = CameraView(16, 12, 1.0, np.eye(4))
COLOR = CameraRequest(VIEW, frozenset({"rgb"}))
BRIGHT = CameraRequest(replace(VIEW, metering=Metering(compensation_ev=1.0)), frozenset({"rgb"}))
DEPTH = CameraRequest(VIEW, frozenset({"depth"}))
TAGS = CameraRequest(VIEW, frozenset({"tag"}))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> tuple[Eyes, CountingRenderer]:
    eyes, renderer = Eyes(), CountingRenderer()
    monkeypatch.setattr(eyes, "_camera", lambda: renderer)
    return eyes, renderer


def drawn(bench: tuple[Eyes, CountingRenderer], *requests: CameraRequest) -> list[Any]:
    eyes, renderer = bench
    eyes.look_at(scene(), list(requests))
    for request in requests:
        eyes.images(request)
    return [sorted(outputs) for _, outputs in renderer.asked]


def test_truth_of_one_place_is_drawn_at_once(bench: tuple[Eyes, CountingRenderer]) -> None:
    assert drawn(bench, DEPTH, TAGS, DEPTH) == [["depth", "tag"]]


def test_truth_joins_the_colours_whatever_their_order(bench: tuple[Eyes, CountingRenderer]) -> None:
    assert drawn(bench, DEPTH, COLOR, TAGS) == [["depth", "rgb", "tag"]]


def test_two_exposures_are_two_pictures(bench: tuple[Eyes, CountingRenderer]) -> None:
    assert sorted(drawn(bench, COLOR, BRIGHT, DEPTH)) == [["depth", "rgb"], ["rgb"]]
    eyes, _ = bench
    assert eyes.images(COLOR).metered == 0.0
    assert eyes.images(BRIGHT).metered == 1.0


def test_noise_of_their_own_does_not_part_cameras(bench: tuple[Eyes, CountingRenderer]) -> None:
    other = replace(COLOR, view=replace(VIEW, noise_seed=7))
    assert drawn(bench, COLOR, other) == [["rgb"]]


def test_another_place_is_another_picture(bench: tuple[Eyes, CountingRenderer]) -> None:
    away = np.eye(4)
    away[0, 3] = 1.0
    other = CameraRequest(replace(VIEW, T_world_camera=away), frozenset({"depth"}))
    assert len(drawn(bench, DEPTH, other)) == 2
