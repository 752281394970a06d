"""The map beside the frame in which a module broke: made once, kept, shown in the card; of cameras alone."""

import base64
import json

import cv2
import numpy as np
import pytest

from moosetest.frames import Transform
from moosetest.objects import ObjectClass
from moosetest.sensing import CameraFrame, SensorBundle
from scenarios.approach.recording import Frame, Scene
from scenarios.approach.regions import Regions
from scenarios.bench import whys
from scenarios.bench.job import Plan
from scenarios.bench.modules import parse_module
from scenarios.bench.summary import Broken, Row
from scenarios.case import find_case
from sim.rig import load_rig

HEIGHT_PX, WIDTH_PX = 64, 96


def frame(seen=True):
    rng = np.random.default_rng(0)
    target = np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_)
    target[20:50, 40:55] = seen
    regions = Regions(target, np.zeros_like(target))
    scene = Scene(
        role=("person",),
        class_id=np.array([ObjectClass.PERSON], np.int16),
        center_ego_m=np.array([[20.0, 0.0, 0.0]]),
        size_lwh_m=np.array([[1.0, 1.0, 2.0]]),
        rotation_ego=np.eye(3)[None],
        visible_px={"cam_main": regions.target_box_px},
        regions={"cam_main": regions},
    )
    mount = np.eye(4)
    mount[:3, :3] = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]
    image = CameraFrame(
        sensor_id="cam_main",
        t_ns=0,
        seq=0,
        T_ego_sensor=Transform("ego", "cam_main", mount),
        image_rgb=rng.integers(0, 256, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8),
        K_px=np.array([[80.0, 0.0, 48.0], [0.0, 80.0, 32.0], [0.0, 0.0, 1.0]]),
    )
    return Frame(1.0, SensorBundle(0, {"cam_main": image}), scene)


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.setattr(whys, "MASKS", 8)
    modules = (parse_module("yolo-street-v1"), parse_module("pillars-v1"))
    return Plan(
        modules=modules,
        rig=load_rig("default"),
        approaches=1,
        seeds=1,
        drives=1,
        threads=1,
        data=tmp_path,
        out=tmp_path,
    )


def row(module, broken):
    return Row(find_case("camouflage"), module, None, broken, {})


BROKEN = Broken(severity=0.5, seed=3, frame=1, why="")


def test_a_map_is_made_once_and_shown(plan):
    one = row(plan.modules[0], BROKEN)
    assert whys.why_of(one, plan.out) == {"map": "", "map_caption": ""}
    whys.draw_why(one, frame(), "person", plan)
    picture, shares = (
        plan.out / "why" / "camouflage-yolo-street-v1.jpg",
        plan.out / "why" / "camouflage-yolo-street-v1.json",
    )
    assert cv2.imread(str(picture)).shape == (267, 400, 3)
    kept = json.loads(shares.read_text())
    assert (kept["severity"], kept["seed"], kept["frame"], kept["camera"]) == (0.5, 3, 1, "cam_main")
    shown = whys.why_of(one, plan.out)
    assert base64.b64decode(shown["map"]) == picture.read_bytes()
    assert kept["text"] in shown["map_caption"]
    written = picture.stat().st_mtime_ns
    whys.draw_why(one, frame(), "person", plan)
    assert picture.stat().st_mtime_ns == written


def test_a_map_of_another_frame_is_not_shown_for_this_one(plan):
    whys.draw_why(row(plan.modules[0], BROKEN), frame(), "person", plan)
    other = row(plan.modules[0], Broken(severity=0.25, seed=3, frame=1, why=""))
    whys.draw_why(other, frame(seen=False), "person", plan)  # no camera shows the target there
    assert whys.why_of(other, plan.out)["map"] == ""


def test_what_is_no_camera_or_did_not_break_has_no_map(plan):
    whys.draw_why(row(plan.modules[1], BROKEN), frame(), "person", plan)
    whys.draw_why(row(plan.modules[0], None), frame(), "person", plan)
    assert not (plan.out / "why").exists()
