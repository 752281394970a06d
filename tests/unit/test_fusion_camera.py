"""Places by picture, and pictures told from things."""

import numpy as np
import pytest

from fusion.monocular import MonocularConfig, place, project_boxes
from fusion.plausibility import PlausibilityConfig, carried_by_solid, no_body
from fusion.tracker import FusedTracker
from moosetest.frames import Transform
from moosetest.objects import ObjectClass, TrackStatus
from moosetest.sensing import LidarFrame, SensorBundle
from moosetest.timing import TICK_NS
from tests.toy_road import PERSON_SIZE, Actor, ego_state, true_tracks
from tests.toy_sensors import boxes, image_boxes, see_camera, see_lidar

RANGES = PlausibilityConfig()


def box_of(x, y, size=PERSON_SIZE, z=None):
    ego = ego_state(0)
    empty = image_boxes(ego, np.zeros((0, 4)), 0)
    center = np.array([[x, y, size[2] / 2 if z is None else z]])
    return project_boxes(empty, center, np.zeros(1), np.array([size]))[0]


@pytest.mark.parametrize(("x", "y"), [(12.0, 0.0), (30.0, -4.0), (60.0, 8.0)])
def test_person_of_usual_height_is_placed_by_contact_and_height(x, y):
    image = image_boxes(ego_state(0), box_of(x, y, (0.5, 0.5, 1.7)), ObjectClass.PERSON)
    found = place(image, MonocularConfig())
    assert found.xy_ego_m[0] == pytest.approx([x, y], rel=0.05, abs=0.3)
    assert found.is_consistent[0]


def test_child_is_placed_by_its_feet_and_a_flying_picture_contradicts():
    child = place(image_boxes(ego_state(0), box_of(15.0, 0.0, (0.4, 0.4, 1.15)), ObjectClass.PERSON), MonocularConfig())
    assert child.is_consistent[0]
    assert child.xy_ego_m[0, 0] == pytest.approx(15.0, rel=0.15)
    poster = box_of(30.0, 0.0, PERSON_SIZE, z=2.6)  # feet 1.7 m above the road
    assert not place(image_boxes(ego_state(0), poster, ObjectClass.PERSON), MonocularConfig()).is_consistent[0]


def test_uncertainty_grows_with_range_and_lies_along_the_sight():
    near, far = (
        place(image_boxes(ego_state(0), box_of(x, 0.0), ObjectClass.PERSON), MonocularConfig()).cov_ego_m2[0]
        for x in (15.0, 60.0)
    )
    assert far[0, 0] > 8 * near[0, 0]
    assert far[0, 0] > 5 * far[1, 1]


def test_box_cut_off_below_is_placed_by_nothing_but_its_bearing():
    cut = place(image_boxes(ego_state(0), [[300.0, 100.0, 340.0, 383.5]], ObjectClass.PERSON), MonocularConfig())
    whole = place(image_boxes(ego_state(0), [[300.0, 100.0, 340.0, 350.0]], ObjectClass.PERSON), MonocularConfig())
    assert cut.cov_ego_m2[0, 0, 0] > 100 * whole.cov_ego_m2[0, 0, 0]


def test_box_cut_off_at_the_side_begins_no_track():
    cut = place(image_boxes(ego_state(0), [[-0.5, 150.0, 60.0, 260.0]], ObjectClass.CAR), MonocularConfig())
    assert not cut.is_consistent[0]


def test_carried_by_something_larger_unless_in_front_of_it():
    bus = np.array([[200.0, 100.0, 400.0, 250.0]])
    person = np.array([[280.0, 150.0, 310.0, 240.0]])
    bus_m = np.array([20.0])
    assert carried_by_solid(person, np.array([20.0]), bus, bus_m, RANGES)[0]
    assert carried_by_solid(person, np.array([25.0]), bus, bus_m, RANGES)[0]
    assert not carried_by_solid(person, np.array([15.0]), bus, bus_m, RANGES)[0]
    beside = person + np.array([150.0, 0.0, 150.0, 0.0])
    assert not carried_by_solid(beside, np.array([20.0]), bus, bus_m, RANGES)[0]
    same_size = bus + 1.0
    assert not carried_by_solid(same_size, np.array([20.0]), bus, bus_m, RANGES)[0]


def sweep(surfaces, noise=0.01):
    """LiDAR returns of the default rig's beams off upright surfaces (x, y_low, y_high, z_high) and the ground."""
    rng = np.random.default_rng(0)
    azimuth = np.deg2rad(np.arange(-30.0, 30.0, 0.117))
    elevation = np.deg2rad(np.arange(-13.0, 3.0, 0.25))
    az, el = (a.ravel() for a in np.meshgrid(azimuth, elevation))
    direction = np.stack([np.cos(el) * np.cos(az), np.cos(el) * np.sin(az), np.sin(el)], axis=1)
    origin = np.array([1.6, 0.0, 1.75])
    with np.errstate(divide="ignore"):
        reach = np.where(direction[:, 2] < 0, -origin[2] / direction[:, 2], np.inf)
    reach = np.where(reach < 120.0, reach, np.inf)
    for x, low, high, top in surfaces:
        d = (x - origin[0]) / direction[:, 0]
        y, z = origin[1] + d * direction[:, 1], origin[2] + d * direction[:, 2]
        reach = np.where((y > low) & (y < high) & (z > 0) & (z < top) & (d < reach), d, reach)
    hit = np.isfinite(reach)
    points = direction[hit] * (reach[hit] + rng.normal(0, noise, int(hit.sum())))[:, None]
    n = len(points)
    return LidarFrame(
        sensor_id="lidar",
        t_ns=0,
        seq=0,
        T_ego_sensor=Transform.from_xyz_rpy("ego", "lidar", origin),
        points_sensor_m=points,
        intensity=np.ones(n),
        ring=np.zeros(n),
        dt_ns=np.zeros(n),
    )


def round_person(x, y):
    """Upright strips on a half circle of 0.25 m: a body bulges towards the sensor."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 12)
    return [
        (x - 0.25 * np.cos(a), y + 0.25 * np.sin(a) - 0.04, y + 0.25 * np.sin(a) + 0.04, 1.7) for a in angle.tolist()
    ]


def verdict(surfaces, x=20.0):
    image = image_boxes(ego_state(0), box_of(x, 0.0, (0.5, 0.5, 1.7)), ObjectClass.PERSON)
    return bool(no_body(image, np.array([x - 1.6 - 0.25]), sweep(surfaces), RANGES)[0])


def test_body_is_a_body():
    assert not verdict(round_person(20.0, 0.0))


def test_body_before_a_wall_is_a_body():
    assert not verdict([*round_person(20.0, 0.0), (22.0, -6.0, 6.0, 3.0)])


def test_picture_on_a_wall_is_none():
    assert verdict([(20.0, -4.0, 4.0, 3.0)])


def test_projection_on_the_road_is_none():
    assert verdict([(60.0, -10.0, 10.0, 4.0)])


def test_without_returns_behind_nothing_is_proved():
    """Fog swallows beams: no return on the body, none behind it either."""
    frame = sweep([])
    keep = np.zeros(len(frame.points_sensor_m), dtype=bool)
    image = image_boxes(ego_state(0), box_of(20.0, 0.0), ObjectClass.PERSON)
    fog = LidarFrame(
        sensor_id="lidar",
        t_ns=0,
        seq=0,
        T_ego_sensor=frame.T_ego_sensor,
        points_sensor_m=frame.points_sensor_m[keep],
        intensity=frame.intensity[keep],
        ring=frame.ring[keep],
        dt_ns=frame.dt_ns[keep],
    )
    assert not no_body(image, np.array([18.0]), fog, RANGES)[0]
    assert not no_body(image, np.array([18.0]), None, RANGES)[0]


def run_bus(person_x, lidar_sees_person):
    """A bus across the view at 25 m; a person's picture on it, or a person before it."""
    tracker = FusedTracker()
    rng = np.random.default_rng(0)
    bus = Actor(26.3, 0.0, size=(11.5, 2.6, 3.1), yaw=np.pi / 2, label=ObjectClass.BUS)
    person = Actor(person_x, 0.0, size=PERSON_SIZE, label=ObjectClass.PERSON)
    for k in range(15):
        ego = ego_state(k * TICK_NS)
        t = k * TICK_NS
        solid = [bus, person] if lidar_sees_person else [bus]
        found = see_lidar(ego, true_tracks(t, solid), rng, sd=0.05)
        tracks = tracker.update(ego, [found], [see_camera(ego, true_tracks(t, [bus, person]), rng)])
    return tracks.select(tracks.status != TrackStatus.TENTATIVE)


def test_people_painted_on_a_bus_are_no_people():
    tracks = run_bus(24.9, lidar_sees_person=False)
    assert len(tracks) == 1
    assert tracks.class_prob[0].argmax() == ObjectClass.BUS


def test_a_person_before_the_bus_is_one():
    tracks = run_bus(18.0, lidar_sees_person=True)
    assert sorted(tracks.class_prob.argmax(axis=1).tolist()) == [ObjectClass.PERSON, ObjectClass.BUS]


def test_phantom_on_the_road_is_no_track_when_the_lidar_looks_through_it():
    def run(with_points):
        tracker = FusedTracker()
        for k in range(12):
            t = k * TICK_NS
            ego = ego_state(t)
            if with_points:
                frame = sweep([(60.0, -10.0, 10.0, 4.0)])
                moved = {n: getattr(frame, n) for n in frame.__dataclass_fields__} | {"t_ns": t}
                tracker.observe(SensorBundle(t, {"lidar": LidarFrame(**moved)}))
            image = image_boxes(ego, box_of(20.0, 0.0), ObjectClass.PERSON)
            far = boxes(ego, "lidar", [60.0, 0.0, 2.0], (0.3, 20.0, 4.0))
            tracks = tracker.update(ego, [far] if with_points else [], [image])
        people = tracks.class_prob.argmax(axis=1) == ObjectClass.PERSON
        return int((people & (tracks.status != TrackStatus.TENTATIVE)).sum())

    assert run(with_points=False) == 1
    assert run(with_points=True) == 0
