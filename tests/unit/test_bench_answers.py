"""Which answer about a target is right: boxes against a scene worked out by hand."""

import numpy as np
import pytest

from moosetest.objects import Detections, ObjectClass
from moosetest.sensing import SensorBundle
from scenarios.approach.recording import Frame, Recording
from scenarios.bench.answers import answers, in_picture, in_space
from scenarios.case import Polarity
from tests.toy_scene import TRUE_PX, pictured, scene

GATE = 0.2


def told(detections, about, polarity=Polarity.MISS):
    recording = Recording("target", (Frame(1.0, SensorBundle(0, {}), about),))
    return answers(recording, [[in_picture(detections, about, "target")]], polarity, GATE)


def test_a_box_on_the_target_of_its_class_is_right():
    found = told(pictured((*TRUE_PX, ObjectClass.PERSON, 0.3)), scene())
    assert (found.hits, len(found.frames)) == (1, 1)
    assert found.is_true.tolist() == [True]


@pytest.mark.parametrize(("shift_px", "right"), [(8.0, True), (9.5, False)])
def test_half_of_the_union_must_be_shared(shift_px, right):
    """Boxes of one size, w wide and moved by d, share (w - d) / (w + d): one half at d = w / 3 = 8.5."""
    box = np.add(TRUE_PX, (shift_px, 0.0, shift_px, 0.0))
    assert told(pictured((*box, ObjectClass.PERSON, 0.9)), scene()).is_right is right


def test_what_can_be_seen_of_it_will_do():
    upper_half = np.array([307.0, 166.0, 333.0, 185.0])
    box = (*upper_half, ObjectClass.PERSON, 0.9)
    assert not told(pictured(box), scene()).is_right
    assert told(pictured(box), scene(visible=upper_half)).is_right


@pytest.mark.parametrize(
    ("said", "true", "right"),
    [
        (ObjectClass.TRUCK, ObjectClass.BUS, True),
        (ObjectClass.UNKNOWN, ObjectClass.PERSON, True),
        (ObjectClass.CAR, ObjectClass.PERSON, False),
        (ObjectClass.BICYCLE, ObjectClass.PERSON, False),
        (ObjectClass.PERSON, ObjectClass.UNKNOWN, True),
    ],
)
def test_a_class_that_a_car_treats_alike_will_do(said, true, right):
    assert told(pictured((*TRUE_PX, said, 0.9)), scene(true)).is_right is right


@pytest.mark.parametrize(
    ("boxes", "sure"),
    [
        ([], True),
        ([(*TRUE_PX, ObjectClass.PERSON, 0.15)], False),
        ([(*TRUE_PX, ObjectClass.CAR, 0.45)], False),
        ([(*TRUE_PX, ObjectClass.CAR, 0.55)], True),
    ],
)
def test_a_miss_is_sure_when_nothing_or_something_else_is_believed(boxes, sure):
    answer = told(pictured(*boxes), scene()).frames[0]
    assert not answer.right
    assert answer.is_sure is sure


def test_a_poster_must_not_be_a_person():
    poster = scene(ObjectClass.UNKNOWN)
    inside = (310.0, 170.0, 325.0, 215.0)
    assert told(pictured(), poster, Polarity.FALSE_ALARM).is_right
    fooled = told(pictured((*inside, ObjectClass.PERSON, 0.6)), poster, Polarity.FALSE_ALARM)
    assert (fooled.hits, fooled.frames[0].is_sure) == (0, True)
    beside = (310.0, 170.0, 400.0, 215.0)  # a quarter of it lies on the poster
    assert told(pictured((*beside, ObjectClass.PERSON, 0.6)), poster, Polarity.FALSE_ALARM).is_right


def test_a_target_too_far_to_be_ten_pixels_is_not_asked_for():
    assert len(told(pictured(), scene(x_m=99.0)).frames) == 1  # 2 m tall: 500 * 2 / 98.5 = 10.2 px
    assert len(told(pictured(), scene(x_m=110.0)).frames) == 0


def spaced(*boxes):
    """Detections in space: x, y, class, score."""
    rows = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    n = len(rows)
    return Detections(
        sensor_id="lidar",
        t_ns=0,
        center_ego_m=np.column_stack([rows[:, :2], np.zeros(n)]),
        size_lwh_m=np.ones((n, 3)),
        yaw_ego_rad=np.zeros(n),
        cov_center_m2=np.tile(np.eye(3), (n, 1, 1)),
        velocity_ego_mps=np.zeros((n, 2)),
        has_velocity=np.zeros(n, np.bool_),
        radial_speed_mps=np.zeros(n),
        has_radial_speed=np.zeros(n, np.bool_),
        class_id=rows[:, 2].astype(np.int16),
        score=rows[:, 3],
    )


@pytest.mark.parametrize(("x_m", "right"), [(21.4, True), (21.6, False)])
def test_in_space_a_centre_may_lie_a_metre_outside(x_m, right):
    about = scene()
    seen = in_space(spaced((x_m, 0.0, ObjectClass.PERSON, 0.9)), about, "target", 1.0)
    recording = Recording("target", (Frame(1.0, SensorBundle(0, {}), about),))
    assert answers(recording, [[seen]], Polarity.MISS, GATE).is_right is right


def test_a_lidar_is_not_asked_for_what_is_out_of_reach_or_view():
    near = in_space(spaced(), scene(), "target", 1.0)
    far = in_space(spaced(), scene(x_m=80.0), "target", 1.0)
    behind = in_space(spaced(), scene(x_m=-20.0), "target", 1.0)
    assert [near.asks, far.asks, behind.asks] == [True, False, False]


def test_one_sensor_that_sees_it_is_enough():
    about = scene()
    blind = in_picture(pictured(), about, "target")
    seeing = in_picture(pictured((*TRUE_PX, ObjectClass.PERSON, 0.9)), about, "target")
    recording = Recording("target", (Frame(1.0, SensorBundle(0, {}), about),))
    assert answers(recording, [[blind, seeing]], Polarity.MISS, GATE).is_right


def test_no_trial_without_a_target():
    about = scene()
    recording = Recording("other", (Frame(1.0, SensorBundle(0, {}), about),))
    found = answers(recording, [[in_picture(pictured(), about, "other")]], Polarity.MISS, GATE)
    assert found.frames == ()
