"""The camera rows of the benchmark table, and its peer."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from scenarios import speed_cameras, speed_peer
from sim.rig import CameraMount
from tests.render_scenes import ground, renderer_of, scene

MOUNT = CameraMount(sensor_id="cam_main", width_px=32, height_px=24, fov_deg=60.0, x_m=0.0, y_m=0.0, z_m=1.5)


def test_each_camera_has_a_time_and_ratios_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_cameras, "ROUNDS", 2)
    with renderer_of():
        rows = speed_cameras.camera_rows(scene(static=ground()), np.eye(4), (MOUNT,), with_peer=False)
    assert [(what.split(",")[0], unit) for what, _, unit, _ in rows] == [
        ("cam_main 32×24", "ms"),
        ("cam_main", "×"),
        ("cam_main", "×"),
    ]
    assert all(measured > 0.0 for _, measured, _, _ in rows)


def test_a_ratio_is_the_median_of_ratios_of_neighbours() -> None:
    # the machine is five times slower in the second round: the median of 1 / 2, 5 / 10 and 3 / 2 is 0.5
    times_ms = {"one": np.array([1.0, 5.0, 3.0]), "other": np.array([2.0, 10.0, 2.0])}
    assert speed_cameras._ratio(times_ms, "one", "other") == pytest.approx(0.5)


def test_a_peer_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_peer, "find_spec", lambda name: None)
    with pytest.raises(speed_peer.PeerUnavailableError, match="pip install vtk"):
        speed_peer.check_peer()


def test_a_peer_sees_what_the_camera_sees() -> None:
    pytest.importorskip("vtkmodules")
    from sim.render.view import CameraView
    from tests.render_scenes import pose

    view = CameraView(32, 24, radians(60.0), pose(0.0, 0.0, 1.5))
    images = speed_peer.Peer(scene(static=ground()), view, lambda key: pytest.fail(f"{key}")).render()
    # a level camera above endless ground: the lower half of the picture is part 1, seen from above
    assert (images["number"][:10, :, 0] == 1).all()
    assert (images["number"][14:, :, 0] == 0).all()
    assert (images["normal"][:10, :, 2] >= 254).all()
