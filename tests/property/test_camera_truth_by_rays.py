"""What a camera says of each pixel is what a ray through it meets: random places, actors and cameras on real maps."""

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
from sim.render.renderer import CameraRenderer
from sim.render.view import CameraView
from sim.world.maps import load_map
from sim.world.scene import Instance, Scene, Weather
from tests.render_rays import agreement
from tests.render_scenes import ALL, pose, renderer_of

TRUTH = ("depth", "tag", "instance", "normal")
CAST = {
    "vehicle.tesla.model3": 14,
    "vehicle.carlamotors.firetruck": 15,
    "vehicle.mitsubishi.fusorosa": 16,
    "vehicle.kawasaki.ninja": 18,
    "vehicle.bh.crossbike": 19,
    "walker.pedestrian.0005": 12,
    "walker.pedestrian.0048": 12,
    "static.prop.trafficcone01": 20,
    "static.prop.bench01": 20,
}
STILL = Weather(cloudiness=0.0, wind=0.0)  # no wind: crowns do not sway


@st.composite
def actors(draw: st.DrawFn) -> Instance:
    """One somewhere before the camera: `T_world_body` is relative to the spot for now."""
    asset = draw(st.sampled_from(sorted(CAST)))
    pose_name = draw(st.sampled_from(library.poses(asset)))
    away_m, share = draw(st.floats(4.0, 90.0)), draw(st.floats(-0.5, 0.5))
    lift_m = 0.9 if asset.startswith("walker") else 0.0
    spot = pose(away_m, share * away_m, lift_m, draw(st.floats(-3.2, 3.2)))
    return Instance(1, CAST[asset], MeshKey(asset, pose_name), spot)


@dataclass(frozen=True, slots=True)
class Shot:
    """A camera among actors on a map."""

    map_name: str
    actors: tuple[Instance, ...]
    view: CameraView

    @property
    def scene(self) -> Scene:
        """What it looks at."""
        return Scene(load_map(self.map_name).scenery(), self.actors, STILL, time_s=0.0)


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    """A spawn point of a map with actors about it, and a camera."""
    data = load_map(draw(st.sampled_from(["urban_street", "rural", "roundabout"])))
    spot = pose(*draw(st.sampled_from(data.spawn_points)))
    seen = draw(st.lists(actors(), max_size=8, unique_by=lambda actor: actor.mesh.asset))  # no faces fall together
    instances = tuple(
        replace(actor, actor_id=k + 100, T_world_body=spot @ actor.T_world_body) for k, actor in enumerate(seen)
    )
    offset = Transform.from_xyz_rpy(
        "spot",
        "camera",
        (draw(st.floats(-3.0, 1.0)), draw(st.floats(-3.0, 3.0)), draw(st.floats(0.6, 7.0))),
        (draw(st.floats(-0.2, 0.2)), draw(st.floats(-0.15, 0.5)), draw(st.floats(-0.8, 0.8))),
    )
    fov_deg = draw(st.sampled_from([12.0, 20.0, 40.0, 60.0, 90.0, 120.0]))
    view = CameraView(192, 120, np.radians(fov_deg), spot @ offset.matrix, noise=0.0)
    return Shot(data.name, instances, view)


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of(library.mesh) as made:
        yield made


@settings(derandomize=True, max_examples=20, deadline=None)
@given(shot=shots(), with_colour=st.booleans())
def test_pixels_away_from_edges_are_what_rays_meet(renderer: CameraRenderer, shot: Shot, with_colour: bool) -> None:
    images = renderer.render(shot.scene, shot.view, ALL if with_colour else ALL - {"rgb"})
    found = agreement(images, shot.scene, shot.view)
    assert {name: found.share(name) for name in TRUTH if not found.share(name) >= 0.999} == {}


@pytest.mark.parametrize(("moved_m", "agrees"), [(0.0, True), (0.05, False)])
def test_the_measure_sees_a_car_that_is_5_cm_elsewhere(renderer: CameraRenderer, moved_m: float, agrees: bool) -> None:
    data = load_map("urban_street")
    spot = pose(*data.spawn_points[0])
    car = Instance(7, 14, MeshKey("vehicle.tesla.model3"), spot @ pose(8.0, 0.0))
    view = CameraView(192, 120, np.radians(60.0), spot @ pose(0.0, 0.0, 1.5), noise=0.0)
    shown = Scene(data.scenery(), (car,), STILL, time_s=0.0)
    images = renderer.render(shown, view, ALL - {"rgb"})
    elsewhere = replace(shown, instances=(replace(car, T_world_body=spot @ pose(8.0 + moved_m, 0.0)),))
    assert (agreement(images, elsewhere, view).share("depth") >= 0.999) is agrees
