"""The recorder as a test log: what was recorded comes back, to the bit, at the same frames, with its collisions."""

import math
import os
import queue
import re
from pathlib import Path
from typing import Any

import carla
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import FIXED_DELTA_S, ToyClient

FRAMES = 40


def road_ahead(day: ToyClient, length_m: float) -> carla.Transform:
    """A spawn point with so much straight, level road before it that two cars can meet on it."""
    points = day.world.get_map().get_spawn_points()

    def bend_m(point: carla.Transform) -> float:
        there = point.location + length_m * point.get_forward_vector()
        waypoint = day.world.get_map().get_waypoint(there)
        return there.distance(waypoint.transform.location) if waypoint else float("inf")

    return min(points, key=bend_m)


def ahead(point: carla.Transform, distance_m: float) -> carla.Transform:
    place = point.location + distance_m * point.get_forward_vector()
    return carla.Transform(carla.Location(place.x, place.y, place.z), point.rotation)


def two_cars(day: ToyClient) -> tuple[Any, Any]:
    """A car that will drive into another one that stands 8 m before it."""
    point = road_ahead(day, 25.0)
    return day.spawn("vehicle.tesla.model3", point), day.spawn("vehicle.tesla.model3", ahead(point, 8.0))


def motion(day: ToyClient, *actors: Any) -> list[tuple[float, ...]]:
    """Everything the world state says of actors, in single precision as it came."""
    snapshot = day.world.get_snapshot()
    rows = []
    for actor in map(snapshot.find, [a if isinstance(a, int) else a.id for a in actors]):
        vectors = [actor.get_transform().location, actor.get_velocity(), actor.get_angular_velocity()]
        vectors.append(actor.get_acceleration())
        turn = actor.get_transform().rotation
        rows.append((actor.id, turn.pitch, turn.yaw, turn.roll, *(v for p in vectors for v in (p.x, p.y, p.z))))
    return rows


def collide(day: ToyClient, file: Path, frames: int = FRAMES) -> tuple[int, int, list[Any]]:
    """Record a rear-end crash; the ids of the cars, and their motion frame by frame. Leaves no actor."""
    rear, front = two_cars(day)
    day.world.tick()
    day.client.start_recorder(str(file))
    seen = []
    for _ in range(frames):
        rear.apply_control(carla.VehicleControl(throttle=1.0, steer=0.02))
        day.world.tick()
        seen.append(motion(day, rear, front))
    day.client.stop_recorder()
    day.clean()
    return rear.id, front.id, seen


def replayed(day: ToyClient, *ids: int) -> list[Any]:
    found = [day.world.get_actor(identity) for identity in ids]
    day.spawned += found
    return found


def test_a_replay_is_the_recorded_run_to_the_bit(day: ToyClient, tmp_path: Path) -> None:
    rear_id, front_id, seen = collide(day, tmp_path / "crash.log")
    assert max(math.hypot(*front[7:9]) for _, front in seen) > 1.0  # the front car was pushed
    day.client.replay_file(str(tmp_path / "crash.log"), 0.0, 0.0, 0)
    again = []
    for _ in range(FRAMES):
        day.world.tick()
        again.append(motion(day, rear_id, front_id))
    replayed(day, rear_id, front_id)
    assert again == seen


def test_collision_sensors_report_the_recorded_collisions_at_their_frames(day: ToyClient, tmp_path: Path) -> None:
    rear, front = two_cars(day)
    live = day.listen("sensor.other.collision", rear)
    day.world.tick()
    day.client.start_recorder(str(tmp_path / "crash.log"))
    first = day.world.get_snapshot().frame
    for _ in range(FRAMES):
        rear.apply_control(carla.VehicleControl(throttle=1.0))
        day.world.tick()
    day.client.stop_recorder()
    recorded = events(live, first)
    assert recorded
    day.clean()

    day.client.replay_file(str(tmp_path / "crash.log"), 0.0, 0.0, 0, False)
    rear, front = replayed(day, rear.id, front.id)
    again = day.listen("sensor.other.collision", rear)
    first = day.world.get_snapshot().frame
    day.ticks(FRAMES)
    assert events(again, first) == recorded
    assert {other for _, other, _ in recorded} == {front.id}


def events(frames: "queue.Queue[Any]", first_frame: int) -> list[tuple[int, int, tuple[float, float, float]]]:
    """Collisions by frame since the first, who was hit, and the impulse."""
    found = []
    while True:
        try:
            event = frames.get(timeout=0.5)  # an event sensor cannot say that there is no more to come
        except queue.Empty:
            break
        impulse = event.normal_impulse
        found.append((event.frame - first_frame, event.other_actor.id, (impulse.x, impulse.y, impulse.z)))
    return found


def test_recorded_sensors_come_back_with_replay_sensors_and_only_then(day: ToyClient, tmp_path: Path) -> None:
    file = str(tmp_path / "sensor.log")
    car = day.car()
    place = carla.Transform(carla.Location(x=1.5, z=2.0), carla.Rotation(pitch=-10.0, yaw=20.0))
    sensor = day.spawn("sensor.other.imu", place, car)
    day.world.tick()
    day.client.start_recorder(file)
    day.ticks(3)
    pose = sensor.get_transform()
    day.client.stop_recorder()
    car_id, sensor_id = car.id, sensor.id
    day.clean()

    day.client.replay_file(file, 0.0, 0.0, 0, False)
    day.ticks(2)
    assert not day.world.get_actors().filter("sensor.*")
    replayed(day, car_id)
    day.clean()

    day.client.replay_file(file, 0.0, 0.0, 0, True)
    day.ticks(3)
    _, back = replayed(day, car_id, sensor_id)
    assert back.parent.id == car_id
    assert back.get_transform().location.distance(pose.location) < 1e-4
    assert back.get_transform().rotation.yaw == pytest.approx(pose.rotation.yaw, abs=1e-3)
    assert back.get_transform().rotation.pitch == pytest.approx(pose.rotation.pitch, abs=1e-3)


def test_births_and_deaths_happen_again(day: ToyClient, tmp_path: Path) -> None:
    file = str(tmp_path / "births.log")
    first = day.car(0)
    day.world.tick()
    day.client.start_recorder(file)
    day.ticks(5)
    second = day.car(1, "vehicle.audi.tt")
    day.ticks(5)
    day.client.apply_batch_sync([carla.command.DestroyActor(first.id)], False)
    day.ticks(5)
    day.client.stop_recorder()
    day.spawned = [second]
    day.clean()

    day.client.replay_file(file, 0.0, 0.0, 0)
    cast = []
    for _ in range(15):
        day.world.tick()
        cast.append({actor.id for actor in day.world.get_actors().filter("vehicle.*")})
    assert cast == [{first.id}] * 5 + [{first.id, second.id}] * 5 + [{second.id}] * 5
    assert replayed(day, second.id)[0].type_id == "vehicle.audi.tt"


def test_controls_lights_lamps_and_weather_come_back(day: ToyClient, tmp_path: Path) -> None:
    file = str(tmp_path / "state.log")
    car = day.car()
    lamps = carla.VehicleLightState(carla.VehicleLightState.Brake | carla.VehicleLightState.LeftBlinker)
    stormy, before = carla.WeatherParameters.HardRainSunset, day.world.get_weather()
    lights = list(day.world.get_actors().filter("traffic.traffic_light"))
    day.world.tick()
    day.client.start_recorder(file, True)
    day.ticks(2)
    car.set_light_state(lamps)
    car.apply_control(carla.VehicleControl(throttle=0.25, steer=-0.5, reverse=True))
    day.world.set_weather(stormy)
    colors = []
    for _ in range(60):
        if lights:
            lights[0].set_state(carla.TrafficLightState.Yellow)
        day.world.tick()
        colors.append([light.get_state() for light in lights])
    day.client.stop_recorder()
    day.world.set_weather(before)
    day.clean()

    day.client.replay_file(file, 0.0, 0.0, 0)
    day.ticks(1)
    (car,) = replayed(day, car.id)
    assert car.get_control().throttle == 0.0
    again = []
    day.ticks(1)
    for _ in range(60):
        day.world.tick()
        again.append([light.get_state() for light in lights])
    control, weather = car.get_control(), day.world.get_weather()
    day.world.set_weather(before)
    assert (control.throttle, control.steer, control.reverse) == (0.25, -0.5, True)
    assert car.get_light_state() == lamps
    assert weather == stormy
    assert again == colors


def test_start_duration_and_time_factor_choose_the_frames(day: ToyClient, tmp_path: Path) -> None:
    rear_id, front_id, seen = collide(day, tmp_path / "crash.log")
    file = str(tmp_path / "crash.log")

    def ticks(start_s: float, duration_s: float, count: int) -> list[Any]:
        day.client.replay_file(file, start_s, duration_s, 0)
        rows = []
        for _ in range(count):
            day.world.tick()
            rows.append(motion(day, rear_id, front_id))
        day.client.stop_replayer(True)
        return rows

    assert ticks(10 * FIXED_DELTA_S, 0.0, 5) == seen[10:15]
    assert ticks(-10 * FIXED_DELTA_S, 0.0, 5) == seen[FRAMES - 11 : FRAMES - 6]  # the last frame is at the total time
    day.client.set_replayer_time_factor(2.0)
    try:
        assert ticks(0.0, 0.0, 5) == seen[0:10:2]
        day.client.set_replayer_time_factor(0.5)
        slow = ticks(0.0, 0.0, 9)
    finally:
        day.client.set_replayer_time_factor(1.0)
    assert slow[::2] == seen[:5]
    for half, before, after in zip(slow[1::2], seen[:4], seen[1:5], strict=True):
        assert half[0][4] == pytest.approx((before[0][4] + after[0][4]) / 2, abs=1e-4)
        assert half[0][5] == pytest.approx((before[0][5] + after[0][5]) / 2, abs=1e-4)
    rows = ticks(0.0, 4 * FIXED_DELTA_S, 8)
    assert rows[:5] == seen[:5]
    standing = rows[5][0][7:10]  # then physics has the car, from rest
    assert sum(v * v for v in standing) ** 0.5 < 1.0
    replayed(day, rear_id, front_id)


def test_after_the_end_physics_has_the_cars(day: ToyClient, tmp_path: Path) -> None:
    rear_id, front_id, seen = collide(day, tmp_path / "crash.log", 10)
    day.client.replay_file(str(tmp_path / "crash.log"), 0.0, 0.0, 0)
    day.ticks(10)
    rear, _ = replayed(day, rear_id, front_id)
    moving_mps = seen[-1][0][7] ** 2 + seen[-1][0][8] ** 2
    assert moving_mps > 1.0
    day.ticks(2)
    assert rear.get_velocity().length() < 0.5
    assert rear.get_control().throttle == 0.0
    rear.apply_control(carla.VehicleControl(throttle=1.0, reverse=True))
    place = rear.get_location()
    day.ticks(20)
    assert rear.get_location().distance(place) > 0.5


def test_the_spectator_follows_an_actor_at_the_offset(day: ToyClient, tmp_path: Path) -> None:
    rear_id, front_id, _ = collide(day, tmp_path / "crash.log", 10)
    day.client.replay_file(str(tmp_path / "crash.log"), 0.0, 0.0, rear_id)
    day.ticks(5)
    rear, _ = replayed(day, rear_id, front_id)
    behind = rear.get_transform().transform(carla.Location(-10.0, 0.0, 5.0))
    before = day.world.get_spectator().get_location()
    assert before.distance(rear.get_location()) < 15.0
    assert before.distance(behind) < 12.0
    day.client.stop_replayer(True)


def test_the_hero_can_be_left_to_its_driver(day: ToyClient, tmp_path: Path) -> None:
    file = str(tmp_path / "hero.log")
    point = day.world.get_map().get_spawn_points()
    hero = day.spawn("vehicle.tesla.model3", point[0], role_name="hero")
    other = day.spawn("vehicle.audi.tt", point[1])
    day.world.tick()
    day.client.start_recorder(file)
    day.ticks(5)
    day.client.stop_recorder()
    day.clean()
    day.client.set_replayer_ignore_hero(True)
    try:
        answer = day.client.replay_file(file, 0.0, 0.0, 0)
        day.ticks(3)
        assert [actor.id for actor in day.world.get_actors().filter("vehicle.*")] == [other.id]
        assert "Ignoring Hero vehicle" in answer
    finally:
        day.client.set_replayer_ignore_hero(False)
    replayed(day, other.id)
    day.clean()
    day.client.replay_file(file, 0.0, 0.0, 0)
    day.ticks(3)
    assert sorted(actor.id for actor in day.world.get_actors().filter("vehicle.*")) == sorted([hero.id, other.id])
    replayed(day, hero.id, other.id)


def test_two_replays_give_the_same_world_states_and_pictures(day: ToyClient, tmp_path: Path) -> None:
    car = day.spawn("vehicle.tesla.model3", road_ahead(day, 25.0))
    place = carla.Transform(carla.Location(x=1.5, z=2.0))
    camera = day.spawn("sensor.camera.rgb", place, car, image_size_x=96, image_size_y=64)
    day.world.tick()
    day.client.start_recorder(str(tmp_path / "drive.log"))
    for _ in range(10):
        car.apply_control(carla.VehicleControl(throttle=1.0))
        day.world.tick()
    day.client.stop_recorder()
    day.clean()

    def watch() -> tuple[list[Any], list[bytes]]:
        day.client.replay_file(str(tmp_path / "drive.log"), 0.0, 0.0, 0, True)
        pictures: queue.Queue[Any] = queue.Queue()
        replayed(day, car.id, camera.id)[1].listen(pictures.put)
        states, images = [], []
        for _ in range(10):
            day.world.tick()
            states.append(motion(day, car, camera))
            images.append(bytes(pictures.get(timeout=20).raw_data))
        day.clean()
        return states, images

    first, second = watch(), watch()
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert len(set(first[1])) > 5  # it is no still


def test_walkers_come_back_with_their_steps(day: ToyClient, tmp_path: Path) -> None:
    place = road_ahead(day, 10.0)
    place.location.z += 1.0
    walker = day.spawn("walker.pedestrian.0001", place)
    day.world.tick()
    day.client.start_recorder(str(tmp_path / "walk.log"), True)
    seen = []
    for _ in range(20):
        walker.apply_control(carla.WalkerControl(place.get_forward_vector(), 1.4, False))
        day.world.tick()
        seen.append(motion(day, walker))
    day.client.stop_recorder()
    day.clean()
    day.client.replay_file(str(tmp_path / "walk.log"), 0.0, 0.0, 0)
    again = []
    for _ in range(20):
        day.world.tick()
        again.append(motion(day, walker.id))
    (walker,) = replayed(day, walker.id)
    assert again == seen
    assert walker.get_control().speed == pytest.approx(1.4)


def test_the_info_tells_frames_births_and_collisions(day: ToyClient, tmp_path: Path) -> None:
    rear_id, front_id, _ = collide(day, tmp_path / "crash.log")
    file = str(tmp_path / "crash.log")
    info = day.client.show_recorder_file_info(file, False)
    assert re.search(r"^Map: \S+$", info, re.M)
    assert re.search(rf"^ Create {rear_id}: vehicle.tesla.model3 \(1\) at \(", info, re.M)
    assert re.search(rf"^ Collision id \d+ between ({rear_id} with {front_id}|{front_id} with {rear_id})$", info, re.M)
    assert re.search(rf"^Frames: {FRAMES}$", info, re.M)
    assert re.search(rf"^Duration: {(FRAMES - 1) * FIXED_DELTA_S:g} seconds$", info, re.M)
    full = day.client.show_recorder_file_info(file, True)
    assert full.count("\nFrame ") == FRAMES
    others = [a for a in day.world.get_actors() if not a.type_id.startswith(("traffic.", "sensor."))]
    assert full.count(f"\n Positions: {len(others) + 2}\n") == FRAMES  # the cars are gone since
    crash = day.client.show_recorder_collisions(file, "v", "v")
    assert len(re.findall(r"^ +\d+ +v v +\d+ vehicle.tesla.model3", crash, re.M)) >= 1
    assert "vehicle" not in day.client.show_recorder_collisions(file, "w", "a")
    blocked = day.client.show_recorder_actors_blocked(file, 0.2, 100)
    assert str(front_id) in blocked


def test_a_bad_file_is_one_line_and_the_world_goes_on(day: ToyClient, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.log"
    garbage.write_bytes(os.urandom(5000))
    for name in (str(garbage), str(tmp_path / "none.log"), str(tmp_path), "../up.log", "/dev/zero", ""):
        for question in (
            lambda name=name: day.client.show_recorder_file_info(name, True),
            lambda name=name: day.client.show_recorder_collisions(name, "a", "a"),
            lambda name=name: day.client.show_recorder_actors_blocked(name, 1, 1),
            lambda name=name: day.client.replay_file(name, 0.0, 0.0, 0),
        ):
            with pytest.raises(RuntimeError) as caught:
                question()
            assert "\n" not in str(caught.value)
    for name in ("/proc/none/x.log", str(tmp_path), "/dev/full", "../up.log", str(garbage)):
        with pytest.raises(RuntimeError):
            day.client.start_recorder(name)
    assert day.world.tick() > 0


def test_a_plain_name_goes_to_the_server_s_folder_and_is_replayed_in_its_own_map(tmp_path: Path) -> None:
    with EmbeddedServer("junction", recordings=tmp_path / "recordings") as server:
        client = carla.Client("127.0.0.1", server.port)
        client.set_timeout(60.0)
        assert client.start_recorder("night/a.log") == str(tmp_path / "recordings" / "night" / "a.log")
        client.get_world().wait_for_tick()
        client.get_world().wait_for_tick()
        client.stop_recorder()
        assert (tmp_path / "recordings" / "night" / "a.log").exists()
        client.load_world("motorway")
        assert "Loading map junction" in client.replay_file("night/a.log", 0.0, 0.0, 0)
        assert client.get_world().get_map().name.endswith("junction")
