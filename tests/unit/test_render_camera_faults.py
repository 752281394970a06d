"""Rolling shutter by geometry, failed photosites by the mosaic, dirt and drops by what they let through."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.assets.mesh import MeshKey
from sim.render.defects import failed_photosites
from sim.render.film import light_of_pixels
from sim.render.flow import flow_px, poses_of
from sim.render.glass import Glass
from sim.render.renderer import CameraRenderer
from sim.render.rolling import RollingShutter
from sim.render.view import CameraView
from sim.world.scene import Instance, Scene
from tests.render_scenes import camera, pose, renderer_of, scene

READOUT_S, TICK_S = 0.03, 0.05
SEEN = frozenset({"rgb", "depth", "instance"})


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def pole_at(y_m: float) -> Instance:
    """0.5 m wide and taller than the picture, its near face 10 m ahead of the origin."""
    return Instance(
        1, 6, MeshKey("dark_box"), pose(10.25, y_m) @ np.diag([0.5, 0.5, 40.0, 1.0]), cloth_reflectance=0.02
    )


def rolled(
    renderer: CameraRenderer, scenes: tuple[Scene, Scene], views: tuple[CameraView, CameraView]
) -> NDArray[np.uint8]:
    """The second of two pictures a tick apart, read out in 30 ms."""
    images = renderer.render(scenes[1], views[1], SEEN)
    assert images.rgb is not None
    assert images.depth_m is not None
    assert images.instance_id is not None
    now, before = poses_of(views[1], scenes[1]), poses_of(views[0], scenes[0])
    flow = flow_px(views[1], images.depth_m, images.instance_id, now, before)
    return RollingShutter(READOUT_S).seen(images.rgb, flow, images.depth_m, TICK_S)


def dark_part(line: NDArray[np.uint8]) -> tuple[float, float]:
    """Middle and length, px, of what is dark before the sky in a row or column; the sky's colours sum to about 500."""
    share = np.clip(1.0 - line.astype(float).sum(axis=1) / 480.0, 0.0, 1.0)
    return float((share * (np.arange(len(share)) + 0.5)).sum() / share.sum()), float(share.sum())


def test_a_passing_pole_leans_by_its_speed(renderer: CameraRenderer) -> None:
    # 20 m/s to the left at 10 m with a focal length of 80 px: 160 px/s; the sky stands still
    view = camera()
    rgb = rolled(renderer, (scene(pole_at(-1.0)), scene(pole_at(0.0))), (view, view))
    for row in (4, 30, 60, 92):
        # exposed so much before the tick, when the pole was farther to the right
        earlier_s = READOUT_S * (1.0 - (row + 0.5) / 96.0)
        middle_px, width_px = dark_part(rgb[row])
        assert middle_px == pytest.approx(80.0 + 160.0 * earlier_s, abs=0.5)  # edges are whole pixels
        assert width_px == pytest.approx(4.0, abs=0.6)


def test_a_turning_camera_leans_everything(renderer: CameraRenderer) -> None:
    # 2 rad/s to the left: in the middle of the picture the world moves right by 2 * 80 px/s
    still = scene(pole_at(0.0))
    views = (camera(yaw_rad=-0.1), camera(yaw_rad=0.0))
    rgb = rolled(renderer, (still, still), views)
    top, bottom = dark_part(rgb[4])[0], dark_part(rgb[92])[0]
    assert top - bottom == pytest.approx(-160.0 * READOUT_S * 88.0 / 96.0, abs=0.4)
    assert bottom == pytest.approx(80.0, abs=0.5)  # edges are whole pixels


def test_what_comes_towards_the_picture_from_above_is_stretched(renderer: CameraRenderer) -> None:
    # a falling bar goes with the readout: 1 m/s at 10 m is 8 px/s, 24 m/s is 192 px/s; rows are read at 3200 px/s
    def bar(z_m: float) -> Scene:
        body = pose(10.25, 0.0, z_m) @ np.diag([0.5, 40.0, 1.0, 1.0])
        return scene(Instance(1, 6, MeshKey("dark_box"), body, cloth_reflectance=0.02))

    view = camera()
    rgb = rolled(renderer, (bar(2.7), bar(1.5)), (view, view))
    middle_px, height_px = dark_part(rgb[:, 80])
    # at the tick its edges are at 48 -+ 4; at row v it was 192 * earlier(v) higher: v = (48 -+ 4 - 5.76) / (1 - 0.06)
    assert middle_px == pytest.approx((48.0 - 5.76) / 0.94, abs=0.5)  # edges are whole pixels
    assert height_px == pytest.approx(8.0 / 0.94, abs=0.6)


def test_nothing_moves_without_motion(renderer: CameraRenderer) -> None:
    view, still = camera(), scene(pole_at(0.0))
    plain = renderer.render(still, view, SEEN).rgb
    assert plain is not None
    np.testing.assert_array_equal(rolled(renderer, (still, still), (view, view)), plain)


def test_failed_photosites_spoil_their_own_colour_and_what_is_interpolated_from_it() -> None:
    grey = np.full((40, 60, 3), 100, np.uint8)
    shown = failed_photosites(1, (60, 40), 3).shown(grey).astype(int)
    spoilt = np.argwhere(shown != 100)
    channel = spoilt[0, 2]
    assert (spoilt[:, 2] == channel).all()
    middle_of = spoilt[:, :2][shown[spoilt[:, 0], spoilt[:, 1], channel] == 0]
    assert len(middle_of) == 1, "the first is dead"
    # a neighbour takes half of a red or blue photosite, a quarter of a green one
    row, column = middle_of[0]
    assert shown[row, column + 1, channel] == (75 if channel == 1 else 50)
    assert shown[row + 1, column + 1, channel] == (100 if channel == 1 else 75)


def test_failed_photosites_are_as_many_as_told_and_by_the_seed() -> None:
    grey = np.full((200, 300, 3), 100, np.uint8)
    shown = failed_photosites(40, (300, 200), 3).shown(grey)
    assert int((shown == 0).any(axis=2).sum()) == 20
    assert int((shown == 255).any(axis=2).sum()) == 20
    np.testing.assert_array_equal(shown, failed_photosites(40, (300, 200), 3).shown(grey))
    assert (shown != failed_photosites(40, (300, 200), 4).shown(grey)).any()
    np.testing.assert_array_equal(failed_photosites(0, (300, 200), 3).shown(grey), grey)


def test_failed_photosites_side_by_side_spoil_a_value_one_after_the_other() -> None:
    # every photosite of four fails; red is the upper left one alone, blue the lower right, green the other two
    grey = np.full((2, 2, 3), 100, np.uint8)
    for seed in range(8):
        defects = failed_photosites(4, (2, 2), seed)
        shown = defects.shown(grey).astype(int)
        red, blue = shown[0, 0, 0], shown[1, 1, 2]
        assert {red, blue} <= {0, 255}
        np.testing.assert_array_equal(shown[..., 0], np.rint(100 + (red - 100) * np.array([[1, 0.5], [0.5, 0.25]])))
        np.testing.assert_array_equal(shown[..., 2], np.rint(100 + (blue - 100) * np.array([[0.25, 0.5], [0.5, 1]])))
        green = shown[0, 1, 1], shown[1, 0, 1]
        assert set(green) <= {0, 255}
        # where both meet in turn: 9/16 of the picture is left, 1/4 and 3/16 come from them, the latter from the first
        either = {round(100 * 9 / 16 + green[k] / 4 + green[1 - k] * 3 / 16) for k in (0, 1)}
        assert shown[0, 0, 1] == shown[1, 1, 1]
        assert shown[0, 0, 1] in either


def test_dirt_holds_back_the_light_that_its_opacity_says() -> None:
    # a bright window in a dark room: through dirt the light that is left, and a share of the light around
    rgb = np.full((96, 160, 3), 10, np.uint8)
    rgb[20:76, 30:130] = 180
    glass = Glass((160, 96), dirt=0.7, drops=0.0, seed=5)
    light, seen = light_of_pixels(rgb), light_of_pixels(glass.seen(rgb, 0.0, 0.0))
    around = light.mean(axis=(0, 1))
    red = (light[..., 0] - seen[..., 0]) / (light[..., 0] - 0.42 * around[0])
    window = np.s_[22:74, 32:128]
    np.testing.assert_allclose(red[window], glass.opacity[window], atol=0.03)
    assert 0.05 < glass.opacity.mean() < 0.8
    cleaner = Glass((160, 96), dirt=0.2, drops=0.0, seed=5)
    assert cleaner.opacity.mean() < 0.5 * glass.opacity.mean()


def test_drops_need_rain_and_show_the_scene_upside_down() -> None:
    glass = Glass((320, 192), dirt=0.0, drops=1.0, seed=5)
    rgb = np.zeros((192, 320, 3), np.uint8)
    rgb[:96] = 200  # a bright sky over a black street
    np.testing.assert_array_equal(glass.seen(rgb, 0.0, 1.0), rgb)
    seen = glass.seen(rgb, 1.0, 1.0)
    drops = glass.drops_at(1.0, 1.0)
    assert len(drops) == 70
    assert len(glass.drops_at(0.5, 1.0)) == 35
    x, y, radius = next(d for d in drops if d[1] > 120.0 and d[2] > 5.0)
    # low in a drop the sky, high in it the street
    assert seen[int(y + 0.4 * radius), int(x)].mean() > seen[int(y - 0.4 * radius), int(x)].mean() + 50.0


def test_drops_stay_for_a_while_and_then_give_way() -> None:
    glass = Glass((320, 192), dirt=0.0, drops=1.0, seed=5)
    now, soon, later = (glass.drops_at(1.0, age_s)[:, :2] for age_s in (4.0, 4.05, 14.0))
    assert (now == soon).all(axis=1).mean() > 0.9
    assert not (now == later).all(axis=1).any()
