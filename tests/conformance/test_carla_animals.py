"""Animals through the stock client: they spawn, walk, and every sensor meets them."""

from __future__ import annotations

import carla
import numpy as np
import pytest

from tests.toy_client import ToyClient
from tests.toy_messages import SEMANTIC_POINT, of_frame, tags, values

DYNAMIC = int(carla.CityObjectLabel.Dynamic)


def test_a_moose_is_met_by_camera_lidar_and_radar(day: ToyClient) -> None:
    pose = day.world.get_map().get_spawn_points()[0]
    ahead = pose.get_forward_vector()
    eye = carla.Transform(pose.location + carla.Location(z=1.6), pose.rotation)
    place = carla.Transform(pose.location + ahead * 12.0 + carla.Location(z=1.4), pose.rotation)
    place.rotation.yaw += 90.0
    moose = day.spawn("walker.moosetest.moose", place)
    camera = day.listen(
        "sensor.camera.semantic_segmentation", None, eye, image_size_x="160", image_size_y="96", fov="60"
    )
    lidar = day.listen(
        "sensor.lidar.ray_cast_semantic",
        None,
        eye,
        channels="16",
        points_per_second="160000",
        rotation_frequency="20",
        range="40",
    )
    radar = day.listen(
        "sensor.other.radar", None, eye, horizontal_fov="20", vertical_fov="10", points_per_second="4000"
    )
    day.ticks(10)
    moose.apply_control(carla.WalkerControl(carla.Rotation(yaw=place.rotation.yaw).get_forward_vector(), 1.0))
    frame = day.ticks(1)
    seen = tags(of_frame(camera, frame)) == DYNAMIC
    # 2.9 m by 2.6 m at 12 m and a focal length of 139 px: 34 by 30 px, of which legs and air leave a third to a half
    assert 250 < seen.sum() < 700
    points = values(of_frame(lidar, frame), SEMANTIC_POINT)
    own = points[points["id"] == moose.id]
    assert len(own) > 20
    assert set(own["tag"].tolist()) == {DYNAMIC}
    assert np.abs(np.median(own["xyz"][:, 0]) - 12.0) < 0.8
    echoes = [d for d in of_frame(radar, frame) if abs(d.depth - 12.0) < 0.9]
    assert len(echoes) > 5
    with pytest.raises(RuntimeError, match="has no bones"):
        moose.get_bones()
