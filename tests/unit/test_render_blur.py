import numpy as np
import pytest

from sim.render.blur import SENSOR_WIDTH_M, Focus, Shutter

WIDTH_PX, FOCAL_PX = 200, 100.0


def spike(width_px: int = WIDTH_PX) -> np.ndarray:
    light = np.zeros((101, width_px, 3), np.float32)
    light[50, width_px // 2] = 1.0
    return light


def test_circle_of_confusion_by_hand() -> None:
    """f = 12.28 mm of 24.56, opening f / 2; focus at 2 m; at 4 m: opening * f / (2 - f) * (4 - 2) / 4."""
    f = SENSOR_WIDTH_M * FOCAL_PX / WIDTH_PX
    assert f == pytest.approx(0.01228)
    on_sensor_m = (f / 2.0) * f / (2.0 - f) * 0.5
    circle = Focus(2.0, fstop=2.0).circle_px(np.array([[2.0, 4.0]], np.float32), WIDTH_PX, FOCAL_PX)
    assert circle[0] == pytest.approx([0.0, on_sensor_m / SENSOR_WIDTH_M * WIDTH_PX])


def test_a_smaller_opening_has_smaller_circles() -> None:
    far = np.full((1, 1), 100.0, np.float32)
    wide, narrow = (Focus(1.0, fstop=n).circle_px(far, WIDTH_PX, FOCAL_PX)[0, 0] for n in (1.4, 2.8))
    assert wide == pytest.approx(2.0 * narrow)


def test_haze_has_half_its_blur_at_its_distance() -> None:
    focus = Focus(haze_half_km=0.5, haze_radius_px=4.8)
    circle = focus.circle_px(np.array([[0.0, 500.0, 1e9]], np.float32), WIDTH_PX, FOCAL_PX)
    assert circle[0] == pytest.approx([0.0, 0.5, 1.0])  # a radius of 4.8 at 1920 px is a diameter of 1 at 200 px


def test_blur_spreads_light_and_loses_none() -> None:
    depth_m = np.full((101, WIDTH_PX), 50.0, np.float32)
    light = Focus(0.2, fstop=0.7).applied(spike(), depth_m, FOCAL_PX)
    assert light[:, :, 0].sum() == pytest.approx(1.0, rel=1e-4)
    circle_px = Focus(0.2, fstop=0.7).circle_px(depth_m, WIDTH_PX, FOCAL_PX)[0, 0]
    lit = np.flatnonzero(light[50, :, 0] > 1e-6)
    assert lit[-1] - lit[0] + 1 == pytest.approx(circle_px, abs=2.0)


def test_what_is_in_focus_stays_as_it_is() -> None:
    light = spike()
    assert Focus(50.0).applied(light, np.full((101, WIDTH_PX), 50.0, np.float32), FOCAL_PX) is light


def test_blades_make_a_polygon_and_the_widest_opening_a_disc() -> None:
    disc = Focus(1.0, fstop=1.2, min_fstop=1.2).kernel(41.0) > 0
    triangle = Focus(1.0, fstop=4.0, min_fstop=1.2, blades=3).kernel(41.0) > 0
    radius = 20.5
    assert disc.sum() == pytest.approx(np.pi * radius**2, rel=0.1)
    assert triangle.sum() == pytest.approx(3.0 * np.sqrt(3.0) / 4.0 * radius**2, rel=0.15)


def test_a_smear_is_as_long_as_the_shutter_is_open() -> None:
    flow = np.zeros((101, WIDTH_PX, 2))
    flow[..., 0] = 20.0
    assert Shutter(0.5, most_percent=50.0).smear_px(flow)[0, 0] == pytest.approx([10.0, 0.0])
    assert Shutter(1.0, most_percent=2.0).smear_px(flow)[0, 0] == pytest.approx([4.0, 0.0])  # 2 % of 200 px


def test_a_smear_trails_what_moves() -> None:
    """A bright plate over columns 100 to 139 that came 10 px from the left before a dark wall far behind."""
    light, depth_m = np.zeros((21, WIDTH_PX, 3), np.float32), np.full((21, WIDTH_PX), 50.0, np.float32)
    light[:, 100:140], depth_m[:, 100:140] = 1.0, 5.0
    smear = np.zeros((21, WIDTH_PX, 2), np.float32)
    smear[:, 100:140, 0] = 10.0
    row = Shutter(1.0).applied(light, smear, depth_m)[10, :, 0]
    assert row.sum() == pytest.approx(40.0, abs=0.5)  # no light is lost
    assert (row[:90] == 0.0).all()
    assert (np.diff(row[89:101]) >= 0.0).all()  # it was there for the longer, the nearer it is to its place now
    assert row[95] == pytest.approx(0.5, abs=0.1)
    assert row[110:128] == pytest.approx(1.0)
    assert row[135] == pytest.approx(0.5, abs=0.1)  # the wall was seen there half the time
    assert (row[140:] == 0.0).all()


def test_what_stands_before_a_smear_stays_sharp() -> None:
    light, depth_m = np.zeros((21, WIDTH_PX, 3), np.float32), np.full((21, WIDTH_PX), 50.0, np.float32)
    light[:, 100:104], depth_m[:, 100:104] = 1.0, 5.0  # a post
    smear = np.zeros((21, WIDTH_PX, 2), np.float32)
    smear[..., 0] = 10.0
    smear[:, 100:104] = 0.0
    assert Shutter(1.0).applied(light, smear, depth_m)[10, 100:104, 0] == pytest.approx(1.0)


def test_small_things_do_not_smear_on_their_own() -> None:
    instance_id = np.zeros((10, WIDTH_PX), np.uint32)
    instance_id[5, 10:12], instance_id[6, 20:60] = 7, 8
    assert Shutter(1.0, 5.0, least_object_percent=2.0).steady_ids(instance_id) == {7}  # 2 px wide, want 4
