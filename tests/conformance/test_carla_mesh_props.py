"""Props of a client's choice: `static.prop.mesh`, 600 m above any map."""

from __future__ import annotations

import carla
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient

HIGH = carla.Transform(carla.Location(0.0, 0.0, 600.0))
GRAVITY_MPS2 = 9.81
BARREL = "static.prop.barrel"


def test_it_has_the_size_of_what_it_looks_like_times_its_scale(day: ToyClient) -> None:
    usual = day.spawn(BARREL, HIGH).bounding_box.extent
    grown = day.spawn("static.prop.mesh", HIGH, mesh_path=BARREL, scale=2.5).bounding_box
    for axis in "xyz":
        assert getattr(grown.extent, axis) == pytest.approx(2.5 * getattr(usual, axis), rel=1e-5)
    assert grown.location.z == pytest.approx(grown.extent.z)  # it stands on its origin


def test_rays_stop_at_the_scaled_body(day: ToyClient) -> None:
    """A lidar's beam straight ahead, 10 m before a car that is twice as long: its tail is nearer by half its length."""
    box = day.spawn("static.prop.mesh", HIGH, mesh_path="vehicle.tesla.model3", scale=2.0).bounding_box
    eye = carla.Transform(carla.Location(-20.0, 0.0, 600.0 + box.extent.z))
    hits = day.listen(
        "sensor.lidar.ray_cast_semantic",
        None,
        eye,
        channels=8,
        upper_fov=2,
        lower_fov=-2,
        points_per_second=200_000,
        rotation_frequency=1.0 / FIXED_DELTA_S,
        range=60,
    )
    day.ticks(2)
    points = list(hits.get(timeout=60.0))
    assert points
    nearest_m = min(point.point.x for point in points)
    assert 20.0 - box.extent.x - 0.05 <= nearest_m < 20.0 - box.extent.x / 2.0
    assert {point.object_tag for point in points} == {20}


@pytest.mark.parametrize(("mass", "falls"), [(0.0, False), (50.0, True)])
def test_it_falls_if_it_is_given_a_mass(day: ToyClient, mass: float, falls: bool) -> None:
    prop = day.spawn("static.prop.mesh", HIGH, mesh_path=BARREL, mass=mass)
    day.ticks(20)
    fallen_m = HIGH.location.z - prop.get_location().z
    assert fallen_m == pytest.approx(
        0.5 * GRAVITY_MPS2 * (20 * FIXED_DELTA_S) ** 2 if falls else 0.0, rel=0.1, abs=1e-3
    )


@pytest.mark.parametrize("path", ["/Game/Nowhere/SM_None.SM_None", "walker.pedestrian.0001", "sensor.camera.rgb"])
def test_a_mesh_that_is_not_there_is_refused_in_one_line(day: ToyClient, path: str) -> None:
    with pytest.raises(RuntimeError, match="mesh_path") as refusal:
        day.spawn("static.prop.mesh", HIGH, mesh_path=path)
    assert "\n" not in str(refusal.value).strip()


def test_without_a_path_there_is_nothing_to_see_or_hit(day: ToyClient) -> None:
    empty = day.spawn("static.prop.mesh", HIGH)
    empty.set_simulate_physics(True)
    day.ticks(3)
    assert empty.bounding_box.extent.x == 0.0
    assert HIGH.location.z - 1.0 < empty.get_location().z <= HIGH.location.z
