"""Walkers by hand: walking, jumping, teleports, being run over, and their bones."""

from __future__ import annotations

import math
import queue
from typing import Any

import carla
import numpy as np
import pytest

from tests.toy_client import FIXED_DELTA_S, ToyClient
from tests.toy_messages import flow, of_frame, tags

ADULT = "walker.pedestrian.0001"


def person(day: ToyClient, ahead_m: float = 0.0) -> Any:
    """A walker on the lane of the first spawn point, looking along it."""
    pose = day.world.get_map().get_spawn_points()[0]
    pose.location += pose.get_forward_vector() * ahead_m
    pose.location.z += 1.2
    pose.rotation = carla.Rotation(yaw=pose.rotation.yaw)
    actor = day.spawn(ADULT, pose)
    day.ticks(10)  # falls on its feet
    return actor


def walk(actor: Any, yaw_deg: float, speed_mps: float, jump: bool = False) -> None:
    direction = carla.Rotation(yaw=yaw_deg).get_forward_vector()
    actor.apply_control(carla.WalkerControl(direction, speed_mps, jump))


def flat_m(a: Any, b: Any) -> float:
    return math.dist((a.x, a.y), (b.x, b.y))


def test_it_walks_as_it_is_told(day: ToyClient) -> None:
    actor = person(day)
    start, yaw_deg = actor.get_location(), actor.get_transform().rotation.yaw
    walk(actor, yaw_deg, 1.5)
    day.ticks(40)
    way = actor.get_location() - start
    ahead = carla.Rotation(yaw=yaw_deg).get_forward_vector()
    assert way.x * ahead.x + way.y * ahead.y == pytest.approx(1.5 * 40 * FIXED_DELTA_S, abs=0.1)
    assert abs(way.x * ahead.y - way.y * ahead.x) < 0.02
    assert math.hypot(actor.get_velocity().x, actor.get_velocity().y) == pytest.approx(1.5, abs=0.01)
    told = actor.get_control()
    assert (told.speed, told.jump) == (pytest.approx(1.5), False)
    walk(actor, yaw_deg, 0.0)
    day.ticks(5)
    assert actor.get_velocity().length() < 1e-3


def test_it_turns_towards_its_way(day: ToyClient) -> None:
    actor = person(day)
    yaw_deg = actor.get_transform().rotation.yaw + 90.0
    walk(actor, yaw_deg, 0.5)
    day.ticks(10)
    assert (actor.get_transform().rotation.yaw - yaw_deg + 180.0) % 360.0 == pytest.approx(180.0, abs=1.0)


def test_a_jump_is_as_high_as_its_speed_takes_it(day: ToyClient) -> None:
    actor = person(day)
    floor_m, yaw_deg = actor.get_location().z, actor.get_transform().rotation.yaw
    walk(actor, yaw_deg, 0.0, jump=True)
    day.ticks(1)
    walk(actor, yaw_deg, 0.0)
    heights = []
    for _ in range(30):
        heights.append(actor.get_location().z - floor_m)
        day.ticks(1)
    assert max(heights) == pytest.approx(5.0**2 / (2 * 9.81), abs=5.0 * FIXED_DELTA_S)  # v^2 / 2g, to a step
    assert heights[-1] == pytest.approx(0.0, abs=0.01)


def test_without_physics_it_stays_where_it_is_put(day: ToyClient) -> None:
    actor = person(day)
    actor.set_simulate_physics(False)
    pose = actor.get_transform()
    pose.location += carla.Location(z=5.0)
    pose.rotation.yaw += 30.0
    actor.set_transform(pose)
    walk(actor, 0.0, 2.0)
    day.ticks(20)
    assert actor.get_location().distance(pose.location) < 1e-3
    assert actor.get_velocity().length() == 0.0
    actor.set_simulate_physics(True)
    walk(actor, 0.0, 0.0)
    day.ticks(60)
    assert actor.get_location().z == pytest.approx(pose.location.z - 5.0, abs=0.1)


def test_a_car_throws_it_down_and_it_stays_down(day: ToyClient) -> None:
    actor = person(day, ahead_m=12.0)
    car = day.car(0)
    day.ticks(5)
    ahead = car.get_transform().get_forward_vector()
    car.set_target_velocity(ahead * 10.0)
    start = actor.get_location()
    day.ticks(25)
    car.apply_control(carla.VehicleControl(brake=1.0))
    day.ticks(80)
    assert flat_m(actor.get_location(), start) > 2.0
    lying = actor.get_location()
    walk(actor, 0.0, 2.0)
    day.ticks(20)
    assert flat_m(actor.get_location(), lying) < 0.05
    head, root = bone(actor, "crl_Head__C").world.location, bone(actor, "crl_root").world.location
    assert head.z - root.z < 0.5


def bone(actor: Any, name: str) -> Any:
    return next(one for one in actor.get_bones().bone_transforms if one.name == name)


def matrix(transform: Any) -> np.ndarray:
    return np.array(transform.get_matrix())


def test_bones_hang_together(day: ToyClient) -> None:
    actor = person(day)
    walk(actor, actor.get_transform().rotation.yaw, 1.4)
    day.ticks(13)
    bones = {one.name: one for one in actor.get_bones().bone_transforms}
    assert len(bones) == 66
    T_world_actor = matrix(actor.get_transform())
    for one in bones.values():
        assert T_world_actor @ matrix(one.component) == pytest.approx(matrix(one.world), abs=1e-3)
    for parent, child in (
        ("crl_hips__C", "crl_spine__C"),
        ("crl_arm__L", "crl_foreArm__L"),
        ("crl_foreArm__R", "crl_hand__R"),
        ("crl_leg__R", "crl_foot__R"),
    ):
        whole = matrix(bones[parent].component) @ matrix(bones[child].relative)
        assert whole == pytest.approx(matrix(bones[child].component), abs=1e-3)
    height_m = 2 * actor.bounding_box.extent.z
    top, root = bones["crl_Head__C"].world.location, bones["crl_root"].world.location
    assert 0.85 * height_m < top.z - root.z < height_m
    left, right = bones["crl_arm__L"].component.location, bones["crl_arm__R"].component.location
    assert left.y < -0.1 < 0.1 < right.y  # CARLA's y points to the right


def test_a_walking_persons_feet_take_turns(day: ToyClient) -> None:
    actor = person(day)
    walk(actor, actor.get_transform().rotation.yaw, 1.4)
    day.ticks(10)
    ahead_m = []
    for _ in range(20):  # 1.4 m, a stride
        day.ticks(1)
        feet = [bone(actor, f"crl_foot__{side}").component.location.x for side in "LR"]
        ahead_m.append(feet[0] - feet[1])
    assert max(ahead_m) > 0.3
    assert min(ahead_m) < -0.3


def test_a_pose_of_ones_own_is_shown_as_far_as_it_is_blended_in(day: ToyClient) -> None:
    actor = person(day)
    before = {one.name: one for one in actor.get_bones().bone_transforms}
    shoulder, length_m = before["crl_arm__R"].component.location, abs(before["crl_foreArm__R"].relative.location.z)
    raised = carla.Transform(before["crl_arm__R"].relative.location, carla.Rotation(roll=180.0))
    actor.set_bones(carla.WalkerBoneControlIn([("crl_arm__R", raised), ("no_bone", carla.Transform())]))
    day.ticks(1)
    assert bone(actor, "crl_foreArm__R").component.location.z < shoulder.z  # not yet
    actor.show_pose()
    day.ticks(1)
    elbow = bone(actor, "crl_foreArm__R").component.location
    assert (elbow.x, elbow.y, elbow.z) == pytest.approx((shoulder.x, shoulder.y, shoulder.z + length_m), abs=0.02)
    actor.blend_pose(0.5)
    day.ticks(1)
    half = bone(actor, "crl_foreArm__R").component.location
    assert half.distance(shoulder) == pytest.approx(length_m, abs=0.02)
    assert abs(half.z - shoulder.z) < 0.5 * length_m
    actor.hide_pose()
    day.ticks(1)
    assert bone(actor, "crl_foreArm__R").component.location.distance(before["crl_foreArm__R"].component.location) < 1e-3


def test_the_animations_pose_can_be_kept_while_standing(day: ToyClient) -> None:
    actor = person(day)
    walk(actor, actor.get_transform().rotation.yaw, 1.4)
    day.ticks(12)
    stride = bone(actor, "crl_foot__L").component.location
    actor.get_pose_from_animation()
    walk(actor, 0.0, 0.0)
    day.ticks(10)
    assert bone(actor, "crl_foot__L").component.location.distance(stride) > 0.05
    actor.show_pose()
    assert bone(actor, "crl_foot__L").component.location.distance(stride) < 1e-3


def test_a_camera_sees_the_raised_arm_where_the_bones_are(day: ToyClient) -> None:
    actor = person(day)
    view = actor.get_transform()
    view.location += view.get_forward_vector() * 4.0
    view.rotation.yaw += 180.0
    frames: queue.Queue[Any] = day.listen(
        "sensor.camera.semantic_segmentation", None, view, image_size_x=400, image_size_y=400, fov=60
    )
    spots = {}
    for shown in (False, True):
        if shown:
            kept = bone(actor, "crl_arm__R").relative.location
            aside = carla.Transform(kept, carla.Rotation(roll=-90.0))
            straight = carla.Transform(bone(actor, "crl_foreArm__R").relative.location)
            actor.set_bones(carla.WalkerBoneControlIn([("crl_arm__R", aside), ("crl_foreArm__R", straight)]))
            actor.show_pose()
        frame = day.ticks(1)
        image = of_frame(frames, frame)
        people = tags(image) == 12  # carla.CityObjectLabel.Pedestrians
        spots[shown] = {name: people[pixel(view, bone(actor, name))] for name in ("crl_hand__R", "crl_spine01__C")}
        columns = np.flatnonzero(people.any(axis=0))
        spots[shown]["width"] = columns[-1] - columns[0]
    assert all(spots[shown][name] for shown in spots for name in ("crl_hand__R", "crl_spine01__C"))
    assert spots[True]["width"] > 1.4 * spots[False]["width"]


def test_an_arm_that_sinks_moves_in_optical_flow_and_nothing_else(day: ToyClient) -> None:
    actor = person(day)
    view = actor.get_transform()
    view.location += view.get_forward_vector() * 4.0
    view.rotation.yaw += 180.0
    frames: queue.Queue[Any] = day.listen(
        "sensor.camera.optical_flow", None, view, image_size_x=400, image_size_y=400, fov=60
    )
    kept = bone(actor, "crl_arm__R").relative.location
    straight = carla.Transform(bone(actor, "crl_foreArm__R").relative.location)
    shots, hands = [], []
    for roll_deg in (-90.0, -80.0):
        aside = carla.Transform(kept, carla.Rotation(roll=roll_deg))
        actor.set_bones(carla.WalkerBoneControlIn([("crl_arm__R", aside), ("crl_foreArm__R", straight)]))
        actor.show_pose()
        shots.append(flow(of_frame(frames, day.ticks(1))) * [200.0, -200.0])  # halves of the picture, up: to pixels
        hands.append(np.array(pixel(view, bone(actor, "crl_hand__R")))[::-1])
    way_px = hands[1] - hands[0]
    assert way_px[1] > 6  # an arm of 0.5 m sinks by 9 cm of the 4.6 m that 400 px span: 8 px
    column, row = hands[1]
    assert shots[1][row, column] == pytest.approx(way_px, abs=2.0)  # whole pixels, and flesh about the bone
    spine = pixel(view, bone(actor, "crl_spine01__C"))
    assert shots[1][spine] == pytest.approx([0.0, 0.0], abs=0.01)


def pixel(view: Any, one: Any) -> tuple[int, int]:
    """Row and column of a bone in a picture of 400 x 400 with a field of view of 60 degrees."""
    at = one.world.location
    ahead, right, up = (np.array(view.get_inverse_matrix()) @ [at.x, at.y, at.z, 1.0])[:3]
    focal = 200.0 / math.tan(math.radians(30.0))
    return int(200.0 - focal * up / ahead), int(200.0 + focal * right / ahead)


@pytest.mark.parametrize("call", ["get_bones", "show_pose", "get_pose_from_animation"])
def test_who_is_gone_has_no_bones(day: ToyClient, call: str) -> None:
    actor = person(day)
    actor.destroy()
    day.spawned.remove(actor)
    day.ticks(1)
    with pytest.raises(RuntimeError, match=r"not found|destroyed"):
        getattr(actor, call)()
