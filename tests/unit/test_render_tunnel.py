"""A straight tunnel of 300 m and 10 m x 5 m along x, lined with boxes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.assets.builder import MeshBuilder
from sim.assets.mesh import Material, MeshKey
from sim.render.culling import planes_of
from sim.render.exposure import Metering
from sim.render.lighting import EXPOSURE_FLOOR_LX, light_of
from sim.render.renderer import CameraRenderer
from sim.render.tunnels import MAX_TUBES, lamps_lx, near_tubes, open_share, road_lx, seen_depth_m, sight_of
from sim.world.maps.network import read_network
from sim.world.maps.tunnel import tunnel as write_tunnel
from sim.world.scene import Instance, StaticPart, StaticScene, Tube, Weather
from sim.world.scenery.tunnels import tunnel_tubes
from tests.render_scenes import NIGHT, camera, pose, renderer_of, scene

GREY = (0.3, 0.3, 0.3)
TUBE = Tube((0.0, 0.0, 0.0), (300.0, 0.0, 0.0), 10.0, 5.0)
HALVES = (
    replace(TUBE, end_world_m=(150.0, 0.0, 0.0), behind_m=150.0),
    replace(TUBE, begin_world_m=(150.0, 0.0, 0.0), before_m=150.0),
)
FIXED = Metering(manual_ev=4.0)


def _scenery() -> StaticScene:
    made = MeshBuilder().box((150, 0, -0.5), (350, 200, 0.5), GREY, Material.ASPHALT)
    for y in (-5.25, 5.25):
        made.box((150, y, 2.5), (150, 0.25, 2.5), GREY, Material.CONCRETE)
    made.box((150, 0, 5.5), (150, 5.5, 0.5), GREY, Material.CONCRETE)
    return StaticScene("tunnel of boxes", (StaticPart("tunnel", 26, made.build()),), tubes=(TUBE,))


SCENERY = _scenery()


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


def road_luma(renderer: CameraRenderer, x: float, metering: Metering, weather: Weather | None = None) -> float:
    view = camera(x=x, metering=metering)
    rgb = renderer.render(scene(static=SCENERY, weather=weather), view, frozenset({"rgb"})).rgb
    assert rgb is not None
    return float(rgb[80:, 60:100].mean())


def test_the_sky_comes_in_by_a_mouth_as_by_a_round_hole() -> None:
    """3 m before a hole of 4 m radius: 1 - cos of the half angle, 1 - 3/5; far away r^2 / 2 d^2."""
    assert open_share(np.array([0.0, 3.0]), 4.0) == pytest.approx([1.0, 0.4])
    assert open_share(np.array([400.0]), 4.0) == pytest.approx(4.0**2 / (2 * 400.0**2), rel=1e-3)


def test_lamps_follow_the_curve_of_cie_88() -> None:
    """Full for 50 m, 40.7 % after 100 m, then (1.9 + t)^-1.4 at 80 km/h, at least 3 cd/m2 by day and 1 by night."""
    near, deep = lamps_lx(100_000.0, 0.0)
    assert near * 0.07 == pytest.approx(0.06 * 100_000.0 * 0.12 / np.pi)
    assert deep * 0.07 == pytest.approx(3.0)
    at_m = np.array([0.0, 50.0, 100.0, 100.0 + 2.0 * 80.0 / 3.6, 1e5])
    assert road_lx(at_m, (near, deep)) / near == pytest.approx([1.0, 1.0, 1.9**-1.4, 3.9**-1.4, deep / near])
    assert lamps_lx(0.5, 1.0) == pytest.approx((1.0 / 0.07, 1.0 / 0.07))


def test_rays_end_as_deep_as_the_walls_they_meet() -> None:
    """The outermost rays of a camera of 90 degrees have a slope of 15/16: a wall 5 m aside is 5.33 m on."""
    depth_m = seen_depth_m((TUBE,), camera(x=100.0)).reshape(9, 16)
    assert depth_m[4, 0] == depth_m[4, 15] == pytest.approx(100.0 + 5.0 * 16 / 15)
    back_m = seen_depth_m((TUBE,), camera(x=100.0, yaw_rad=np.pi)).reshape(9, 16)
    assert back_m[4, 0] == pytest.approx(100.0 - 5.0 * 16 / 15)
    assert (seen_depth_m((TUBE,), camera(x=-60.0, yaw_rad=np.pi)) == 0.0).all()
    assert (seen_depth_m((TUBE,), camera(x=150.0, y=30.0)) == 0.0).all()  # beside it, and not through the wall


@given(x=st.floats(-80.0, 380.0), y=st.floats(-4.0, 4.0), yaw_rad=st.floats(-3.1, 3.1))
def test_a_tunnel_cut_in_two_is_seen_as_one_but_for_rays_that_reach_the_cut(x: float, y: float, yaw_rad: float) -> None:
    view = camera(x=x, y=y, yaw_rad=yaw_rad)
    one, two = seen_depth_m((TUBE,), view), seen_depth_m(HALVES, view)
    is_short = np.abs(two - 150.0) > 1e-6
    assert two[is_short] == pytest.approx(one[is_short])


def test_a_picture_knows_the_tunnels_in_its_view_alone() -> None:
    for x, yaw_rad, seen in ((-30.0, 0.0, (TUBE,)), (-30.0, np.pi, ()), (150.0, np.pi / 2, (TUBE,)), (330.0, 0.0, ())):
        view = camera(x=x, yaw_rad=yaw_rad)
        assert near_tubes((TUBE,), view, planes_of(view.clip_from_world())) == seen


def test_a_camera_in_the_open_is_metered_as_without_a_tunnel() -> None:
    weather = Weather(sun_elevation_rad=0.8)
    away = sight_of((TUBE,), camera(x=-50.0, yaw_rad=np.pi))
    alone, beside = (light_of(scene(weather=weather), Metering(), False, 0.0, sight) for sight in (None, away))
    assert beside.metered == pytest.approx(alone.metered)
    assert sight_of((), camera()) is None


def test_deep_inside_exposure_is_for_the_lamps() -> None:
    """In the middle of a long tunnel nothing but 3 cd/m2 on asphalt of 0.07 cd/m2/lx: 42.9 lx."""
    long = Tube((0.0, 0.0, 0.0), (8000.0, 0.0, 0.0), 10.0, 5.0)
    light = light_of(scene(), Metering(), False, 0.0, sight_of((long,), camera(x=4000.0)))
    assert light.metered == pytest.approx(np.pi / (3.0 / 0.07), rel=0.02)
    assert light.metered < np.pi / EXPOSURE_FLOOR_LX


def test_neither_sun_nor_sky_shine_inside(renderer: CameraRenderer) -> None:
    """At one exposure the road is bright before the portal and far darker inside, deeper still more so."""
    before, near, deep = (road_luma(renderer, x, FIXED) for x in (-20.0, 30.0, 148.0))
    assert before > 200.0 > 1.5 * near > 3.0 * deep


def test_an_adapted_camera_sees_the_road_inside_as_well_as_outside(renderer: CameraRenderer) -> None:
    inside, outside = (road_luma(renderer, x, Metering()) for x in (150.0, -40.0))
    assert 0.6 < inside / outside < 1.7


def test_the_picture_brightens_after_the_way_in_and_darkens_after_the_way_out(renderer: CameraRenderer) -> None:
    def metered(x: float) -> float:
        return renderer.render(scene(static=SCENERY), camera(x=x), frozenset({"rgb"})).metered

    outside, inside = metered(-60.0), metered(60.0)
    dark, settled = (road_luma(renderer, 60.0, Metering(adapted=e)) for e in (outside, inside))
    dazzled, calm = (road_luma(renderer, 310.0, Metering(adapted=e)) for e in (inside, outside))
    assert dark < 0.3 * settled
    assert dazzled > 240.0 > calm + 60.0


def test_by_night_a_tunnel_is_the_brightest_part_of_the_road(renderer: CameraRenderer) -> None:
    fixed = Metering(manual_ev=10.0)
    assert road_luma(renderer, 100.0, fixed, NIGHT) > 3.0 * road_luma(renderer, -60.0, fixed, NIGHT)


def test_a_straight_tunnel_of_a_map_is_one_stretch() -> None:
    (tube,) = tunnel_tubes(read_network(write_tunnel("tunnel")))
    assert np.linalg.norm(np.subtract(tube.end_world_m, tube.begin_world_m)) == pytest.approx(320.0, abs=0.1)
    assert (tube.before_m, tube.behind_m) == (0.0, 0.0)


def test_a_bent_tunnel_is_stretches_that_follow_each_other() -> None:
    xodr = re.sub(r'(<tunnel [^>]*\bs=")[0-9.e+]+', r"\g<1>100.0", write_tunnel("tunnel"))
    tubes = list(tunnel_tubes(read_network(xodr)))
    assert 2 < len(tubes) <= MAX_TUBES
    assert (tubes[0].before_m, tubes[-1].behind_m) == (0.0, 0.0)
    for one, two in pairwise(tubes):
        assert one.end_world_m == two.begin_world_m
        assert two.before_m + one.behind_m == pytest.approx(320.0)


def test_light_changes_where_an_actor_stands(renderer: CameraRenderer) -> None:
    """The same box 6 m ahead of the eye in the open and inside, at one exposure."""

    def luma(x: float) -> float:
        box = Instance(7, 14, MeshKey("box"), pose(x + 6.0, 0.0, 1.5))
        seen = scene(box, static=SCENERY)
        images = renderer.render(seen, camera(x=x, metering=FIXED), frozenset({"rgb", "instance"}))
        assert images.rgb is not None
        assert images.instance_id is not None
        return float(images.rgb[images.instance_id == 7].mean())

    assert luma(140.0) < 0.3 * luma(-40.0)


def test_no_rain_falls_inside(renderer: CameraRenderer) -> None:
    """Frames differ by where streaks are drawn; without noise and rain they are the same."""

    def changes(x: float) -> bool:
        one, two = (
            renderer.render(
                scene(static=SCENERY, weather=Weather(precipitation=0.8, wind=0.0), frame=frame),
                camera(x=x),
                frozenset({"rgb"}),
            ).rgb
            for frame in (1, 2)
        )
        return not np.array_equal(one, two)

    assert changes(-20.0)
    assert not changes(150.0)
