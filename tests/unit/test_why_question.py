"""Which box of a frame is explained: boxes against a target worked out by hand."""

import dataclasses

import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.objects import ObjectClass
from moosetest.sensing import SensorBundle, SensorFrame
from scenarios.approach.recording import Frame
from scenarios.approach.regions import Regions
from scenarios.case import Polarity
from scenarios.why.question import most_telling, question
from tests.toy_scene import MOUNT, TRUE_PX, pictured, scene

GATE = 0.2


def frame(class_id=ObjectClass.PERSON, visible=TRUE_PX):
    return Frame(1.0, SensorBundle(0, {}), scene(class_id, visible=visible))


def asked(detections, about=None, polarity=Polarity.MISS):
    return question(about or frame(), "target", polarity, detections, GATE)


def test_the_best_box_on_the_target_is_explained_where_there_is_one():
    box = [308.0, 167.0, 332.0, 217.0]
    away = [10.0, 10.0, 40.0, 60.0]
    got = asked(
        pictured([*box, ObjectClass.PERSON, 0.6], [*TRUE_PX, ObjectClass.PERSON, 0.5], [*away, ObjectClass.PERSON, 0.9])
    )
    assert got.asked.box_px.tolist() == box
    assert got.asked.class_ids == {ObjectClass.PERSON, ObjectClass.UNKNOWN}
    assert (got.said, got.is_given, got.is_right) == ("person 0.60", True, True)


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([], "nothing"),
        ([[*TRUE_PX, ObjectClass.PERSON, 0.1]], "nothing"),  # below the gate
        ([[*TRUE_PX, ObjectClass.CAR, 0.7]], "car 0.70"),
    ],
)
def test_of_a_missed_target_the_true_box_is_explained(boxes, said):
    got = asked(pictured(*boxes))
    assert got.asked.box_px == pytest.approx(np.array(TRUE_PX))
    assert (got.said, got.is_given, got.is_right) == (said, False, False)


def test_in_a_case_that_must_fool_nobody_the_false_box_is_explained():
    poster = frame(ObjectClass.UNKNOWN)
    inside = [312.0, 180.0, 325.0, 215.0]
    got = asked(pictured([*inside, ObjectClass.PERSON, 0.4]), poster, Polarity.FALSE_ALARM)
    assert got.asked.box_px.tolist() == inside
    assert got.asked.class_ids == {ObjectClass.PERSON}
    assert (got.said, got.is_given, got.is_right) == ("person 0.40", True, False)
    quiet = asked(pictured(), poster, Polarity.FALSE_ALARM)
    assert quiet.asked.class_ids == set(ObjectClass) - {ObjectClass.UNKNOWN}
    assert (quiet.is_given, quiet.is_right) == (False, True)


def test_nothing_is_asked_of_a_camera_that_does_not_see_it():
    assert asked(pictured(), frame(visible=None)) is None


class ToyCamera:
    """Says the same of every frame."""

    gate = GATE

    def __init__(self, sensor_id, *boxes):
        self.sensor_id = sensor_id
        self.look = lambda _: dataclasses.replace(pictured(*boxes), sensor_id=sensor_id)


@pytest.mark.parametrize(
    ("boxes", "asked_of"),
    [
        ({"near": [], "far": []}, "far"),  # which shows more of it
        ({"near": [[*TRUE_PX, ObjectClass.PERSON, 0.5]], "far": []}, "near"),  # which found it
        ({"near": [], "lost": []}, "near"),  # which sent a picture
        ({"lost": []}, None),
    ],
)
def test_the_camera_that_gave_the_box_is_asked_else_the_one_that_shows_most(boxes, asked_of):
    pixels = {name: np.zeros((8, 8), np.bool_) for name in ("near", "far", "lost")}
    pixels["near"][0, :2] = pixels["far"][0, :5] = pixels["lost"][:] = True
    about = frame()
    scene = dataclasses.replace(
        about.scene,
        visible_px=dict.fromkeys(pixels, np.array(TRUE_PX)),
        regions={name: Regions(mask, np.zeros_like(mask)) for name, mask in pixels.items()},
    )
    sent = {
        name: SensorFrame(sensor_id=name, t_ns=0, seq=0, T_ego_sensor=Transform("ego", name, MOUNT))
        for name in ("near", "far")
    }
    bundle = SensorBundle(0, sent)
    told = most_telling(
        Frame(1.0, bundle, scene), "target", Polarity.MISS, [ToyCamera(name, *said) for name, said in boxes.items()]
    )
    assert (None if told is None else told[0].sensor_id) == asked_of
