"""What the realism command counts: hits, excuses, false boxes, boxes on nothing."""

import numpy as np

from moosetest.frames import Transform
from moosetest.objects import ImageDetections, ObjectClass
from scenarios.realism.counting import count
from scenarios.realism.truth import TrueObject, box_of

CAR, TRUCK, PERSON, BICYCLE = ObjectClass.CAR, ObjectClass.TRUCK, ObjectClass.PERSON, ObjectClass.BICYCLE


def thing(class_id, visible_px, whole_px=None, counted=True):
    visible = np.array(visible_px, dtype=float)
    return TrueObject(
        kind=class_id.name.lower(),
        class_id=class_id,
        visible_px=visible,
        whole_px=visible if whole_px is None else np.array(whole_px, dtype=float),
        visible_share=1.0,
        distance_m=20.0,
        counted=counted,
    )


def said(*boxes):
    """Detections of (class, box, score)."""
    return ImageDetections(
        sensor_id="camera",
        t_ns=0,
        box_px=np.array([box for _, box, _ in boxes], dtype=float).reshape(-1, 4),
        class_id=np.array([class_id for class_id, _, _ in boxes], dtype=np.int16),
        score=np.array([score for _, _, score in boxes], dtype=float),
        K_px=np.eye(3),
        T_ego_sensor=Transform.identity("ego", "camera"),
        image_size_px=(640, 384),
    )


def outcome(objects, detections):
    found = count(objects, detections)
    return found.found.tolist(), found.false.tolist(), found.on_nothing.tolist()


def test_a_box_of_half_the_overlap_finds_and_a_lesser_one_does_not():
    car = thing(CAR, (100, 100, 200, 160))
    # 100 by 60; moved right by x, IoU is (100 - x) / (100 + x): 0.5 at x = 33.3
    assert outcome([car], said((CAR, (133, 100, 233, 160), 0.9))) == ([True], [False], [False])
    assert outcome([car], said((CAR, (134, 100, 234, 160), 0.9))) == ([False], [True], [False])


def test_cars_trucks_and_buses_may_be_taken_for_each_other_and_nothing_else_may():
    box = (100, 100, 200, 160)
    assert outcome([thing(CAR, box)], said((TRUCK, box, 0.5)))[0] == [True]
    assert outcome([thing(CAR, box)], said((PERSON, box, 0.5))) == ([False], [True], [False])


def test_a_second_box_on_a_found_object_is_false_yet_not_on_nothing():
    box = (100, 100, 200, 160)
    found = outcome([thing(CAR, box)], said((CAR, box, 0.9), (CAR, (120, 100, 200, 160), 0.4)))
    assert found == ([True], [False, True], [False, False])


def test_what_need_not_be_found_is_never_missed_and_excuses_boxes_of_its_class():
    hidden = thing(CAR, (100, 100, 140, 160), whole_px=(100, 100, 200, 160), counted=False)
    guess = (100, 100, 198, 160)  # fits what would be seen of it
    part = (110, 110, 140, 150)  # lies on it
    found = outcome([hidden], said((CAR, guess, 0.9), (CAR, part, 0.8), (PERSON, part, 0.7)))
    assert found[0] == [False]
    assert found[1] == [False, False, True]


def test_a_quarter_of_overlap_parts_loose_boxes_from_boxes_on_nothing():
    person = thing(PERSON, (100, 100, 140, 200))
    # Boxes of a bicycle on a person are false, whatever they overlap; IoU is height / 100 below.
    loose, nothing = (100, 100, 140, 125.1), (100, 100, 140, 124.9)
    assert outcome([person], said((BICYCLE, loose, 0.5), (BICYCLE, nothing, 0.4)))[1:] == ([True, True], [False, True])


def test_an_empty_picture_has_boxes_on_nothing_alone():
    assert outcome([], said((PERSON, (1, 1, 5, 9), 0.5))) == ([], [True], [True])
    assert outcome([], said()) == ([], [], [])
    assert outcome([thing(CAR, (1, 1, 50, 50))], said()) == ([False], [], [])


def test_an_animal_is_false_but_no_road_user_on_nothing():
    assert outcome([], said((ObjectClass.UNKNOWN, (1, 1, 5, 9), 0.5))) == ([], [True], [False])


def test_box_of_pixels_goes_from_edge_to_edge():
    seen = np.zeros((10, 12), dtype=bool)
    seen[3, 4] = seen[7, 9] = True
    assert box_of(seen).tolist() == [3.5, 2.5, 9.5, 7.5]
