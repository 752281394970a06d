"""How a camera says that each pixel moved is how the triangle moved that a ray through it meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moosetest.frames import Transform
from sim.assets import library
from sim.assets.mesh import MeshKey
from sim.render.flow import flow_px, poses_of
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.maps import load_map
from sim.world.scene import Instance, Scene, Weather
from tests.motion_by_rays import Motion, motion
from tests.render_scenes import pose, renderer_of

SEEN = frozenset({"depth", "instance"})
STILL = Weather(cloudiness=0.0, wind=0.0)  # no wind: crowns do not sway
RIGID = {"vehicle.tesla.model3": 14, "vehicle.mitsubishi.fusorosa": 16, "vehicle.kawasaki.ninja": 18}
POSED = {
    "walker.pedestrian.0005": 12,
    "walker.pedestrian.0006": 12,
    "walker.pedestrian.0048": 12,
    "walker.moosetest.deer": 12,
    "walker.moosetest.kangaroo": 12,
}


@dataclass(frozen=True, slots=True)
class Moving:
    """An actor in two pictures, relative to a spot."""

    asset: str
    poses: tuple[str, str]
    T_spot_body: tuple[np.ndarray, np.ndarray]

    def instance(self, actor_id: int, spot: np.ndarray, when: int) -> Instance:
        """As it stands then."""
        tag = {**RIGID, **POSED}[self.asset]
        return Instance(actor_id, tag, MeshKey(self.asset, self.poses[when]), spot @ self.T_spot_body[when])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures: where the camera was, and among whom."""

    map_name: str
    moving: tuple[Moving, ...]
    spot: np.ndarray
    views: tuple[CameraView, CameraView]

    def scene(self, when: int) -> Scene:
        """What a picture looks at; 0 is the earlier one."""
        instances = tuple(one.instance(k + 100, self.spot, when) for k, one in enumerate(self.moving))
        return Scene(load_map(self.map_name).scenery(), instances, STILL, time_s=0.05 * when, frame=when)


def small(most: float) -> st.SearchStrategy[float]:
    return st.floats(-most, most)


@st.composite
def movings(draw: st.DrawFn) -> Moving:
    """One somewhere before the camera, which goes up to a metre and turns up to 0.2 rad between the pictures."""
    asset = draw(st.sampled_from(sorted({**RIGID, **POSED})))
    names = library.poses(asset) if asset in POSED else library.poses(asset)[:1]
    away_m, share = draw(st.floats(3.0, 50.0)), draw(small(0.5))
    spot = pose(away_m, share * away_m, 0.9 if asset in POSED else 0.0, draw(small(3.2)))
    moved = pose(draw(small(1.0)), draw(small(0.3)), draw(small(0.1)), draw(small(0.2)))
    return Moving(asset, (draw(st.sampled_from(names)), draw(st.sampled_from(names))), (spot, spot @ moved))


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """A camera that moves like one on a car, among up to six actors."""
    data = load_map(draw(st.sampled_from(["urban_street", "rural", "roundabout"])))
    spot = pose(*draw(st.sampled_from(data.spawn_points)))
    moving = tuple(draw(st.lists(movings(), max_size=6, unique_by=lambda one: one.asset)))
    at = Transform.from_xyz_rpy(
        "spot",
        "camera",
        (draw(small(2.0)), draw(small(2.0)), draw(st.floats(0.8, 4.0))),
        (draw(small(0.1)), draw(st.floats(-0.1, 0.4)), draw(small(0.6))),
    )
    way = Transform.from_xyz_rpy(
        "camera",
        "later",
        (draw(small(1.5)), draw(small(0.2)), draw(small(0.1))),
        (draw(small(0.02)), draw(small(0.02)), draw(small(0.05))),
    )
    fov_rad = np.radians(draw(st.sampled_from([20.0, 60.0, 90.0, 120.0])))
    T_camera = (spot @ at.matrix, spot @ at.matrix @ way.matrix)
    views = tuple(CameraView(192, 120, fov_rad, T, noise=0.0) for T in T_camera)
    return Pair(data.name, moving, spot, (views[0], views[1]))


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of(library.mesh) as made:
        yield made


def measured(renderer: CameraRenderer, pair: Pair, *, limbs: bool = True) -> Motion:
    """What the flow of the second picture is worth; without limbs as if bodies were stiff."""
    scenes, view = (pair.scene(0), pair.scene(1)), pair.views[1]
    images = renderer.render(scenes[1], view, SEEN)
    assert images.depth_m is not None
    assert images.instance_id is not None
    now, before = poses_of(view, scenes[1]), poses_of(pair.views[0], scenes[0])
    earlier = None
    if limbs:
        earlier = renderer.earlier_points(scenes[1], view, before.instances, before.T_world_camera)
    flow = flow_px(view, images.depth_m, images.instance_id, now, before, earlier=earlier)
    return motion(flow, images, (scenes[1], view), (scenes[0], pair.views[0]))


@settings(derandomize=True, max_examples=20, deadline=None)
@given(pair=pairs())
def test_pixels_away_from_edges_move_as_the_triangles_that_rays_meet(renderer: CameraRenderer, pair: Pair) -> None:
    assert measured(renderer, pair).share() >= 0.999


def striding(asset: str) -> Pair:
    """Somebody 5 m ahead goes on by 7 cm, from one pose of the walk to the next; the camera drives."""
    data = load_map("urban_street")
    spot = pose(*data.spawn_points[0])
    places = (pose(5.0, 0.0, 0.9, 1.2), pose(5.0, 0.07, 0.9, 1.2))
    views = tuple(CameraView(192, 120, np.radians(40.0), spot @ pose(x, 0.0, 1.2), noise=0.0) for x in (0.0, 0.5))
    return Pair(data.name, (Moving(asset, ("walk_1", "walk_2"), places),), spot, (views[0], views[1]))


@pytest.mark.parametrize("asset", sorted(POSED))
@pytest.mark.parametrize("limbs", [True, False])
def test_the_measure_sees_limbs_that_move_as_if_they_were_stiff(
    renderer: CameraRenderer, asset: str, limbs: bool
) -> None:
    found = measured(renderer, striding(asset), limbs=limbs)
    body = found.actor_id == 100
    assert (found.inner & body).sum() > 100
    assert (found.share(body) >= 0.999) is limbs
    assert found.share(~body) >= 0.999


@pytest.mark.parametrize(("moved_m", "agrees"), [(0.0, True), (0.02, False)])
def test_the_measure_sees_an_earlier_camera_that_was_2_cm_elsewhere(
    renderer: CameraRenderer, moved_m: float, agrees: bool
) -> None:
    pair = striding("walker.pedestrian.0005")
    found = measured(renderer, pair)
    wrong = replace(pair.views[0], T_world_camera=pair.views[0].T_world_camera @ pose(0.0, moved_m))
    elsewhere = replace(pair, views=(wrong, pair.views[1]))
    images = renderer.render(pair.scene(1), pair.views[1], SEEN)
    flow = (found.way_px + found.off_px).astype(np.float32)
    again = motion(flow, images, (pair.scene(1), pair.views[1]), (elsewhere.scene(0), elsewhere.views[0]))
    assert (again.share() >= 0.999) is agrees
