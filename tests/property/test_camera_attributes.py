"""Whatever values of attributes the server accepts, a camera takes a picture."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.render.view import Images
from sim.server.blueprints import Attribute, AttributeKind, library
from sim.server.sensors.adapter import SensorState
from sim.server.sensors.motion_camera import EventCamera
from sim.server.sensors.optics import ColorCamera
from tests.render_scenes import scene
from tests.toy_episode import TICK_NS, episode_on, plain_map, put

WIDTH, HEIGHT = 24, 16
PIXELS = np.random.default_rng(1).integers(0, 256, (2, HEIGHT, WIDTH, 3)).astype(np.uint8)
DEPTH_M = np.random.default_rng(2).uniform(0.1, 1000.0, (HEIGHT, WIDTH)).astype(np.float32)


def any_value(attribute: Attribute, rng: np.random.Generator) -> str:
    """The least, the greatest, the default, or one between."""
    if attribute.kind == AttributeKind.BOOL:
        return str(rng.choice(["true", "false"]))
    if attribute.kind == AttributeKind.STRING:
        return str(rng.choice(attribute.choices))
    low, high = (side if math.isfinite(side) else 0.0 for side in attribute.limits)
    return str(rng.choice([low, high, float(attribute.value), rng.uniform(low, high)]))


def state_of(actor: Any, tick: int) -> SensorState:
    still = np.zeros(3)
    T_world_sensor = np.eye(4)
    T_world_sensor[0, 3] = 0.5 * tick
    return SensorState(actor, T_world_sensor, still, still, still, tick, TICK_NS * 1e-9)


def view_of(tick: int) -> Any:
    images = Images(
        PIXELS[tick % 2], DEPTH_M, None, np.full((HEIGHT, WIDTH), 3, np.uint32), metered=10.0 ** -(tick % 6)
    )
    eyes = SimpleNamespace(images=lambda request: images, scene=scene())
    return SimpleNamespace(eyes=eyes, now=SimpleNamespace(elapsed_ns=tick * TICK_NS))


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("kind", ["rgb", "dvs"])
def test_a_picture_by_any_attributes(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    blueprint = library()[f"sensor.camera.{kind}"]
    attributes = {a.name: any_value(a, rng) for a in blueprint.attributes}
    attributes |= {"image_size_x": str(WIDTH), "image_size_y": str(HEIGHT)}
    actor = put(episode_on(plain_map()), blueprint.id, **attributes)
    camera, events = ColorCamera(actor, 1), EventCamera(actor, 1)
    for tick in range(1, 4):
        picture = camera.picture(camera.request(state_of(actor, tick)), view_of(tick))
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert picture.dtype == np.uint8
        if kind == "dvs":
            events.measure(state_of(actor, tick), view_of(tick))
