"""The stock carla client drives worlds, actors and batches of the embedded server."""

import math
import socket
from collections.abc import Iterator

import carla
import msgpack
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import FIXED_DELTA_S, ToyClient, toy_client

F32 = 1e-4
"""Metres and degrees that float32 on the wire may lose at 1 km."""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer("urban_street", seed=1) as running:
        yield running


@pytest.fixture
def toy(server: EmbeddedServer) -> Iterator[ToyClient]:
    with toy_client(server.port) as client:
        yield client


def test_version_maps_and_map(toy: ToyClient) -> None:
    assert toy.client.get_server_version() == toy.client.get_client_version() == "0.9.16"
    assert "Carla/Maps/urban_street" in toy.client.get_available_maps()
    road = toy.world.get_map()
    assert road.name == "Carla/Maps/urban_street"
    points = road.get_spawn_points()
    assert len(points) >= 20
    lane = road.get_waypoint(points[0].location)
    assert lane.transform.location.distance(points[0].location) < 0.5
    turn = math.cos(math.radians(lane.transform.rotation.yaw - points[0].rotation.yaw))
    assert turn == pytest.approx(1.0, abs=1e-3)  # the spawn point faces along its lane


def test_frames_grow_by_one_and_time_by_the_fixed_step(toy: ToyClient) -> None:
    toy.world.tick()
    before = toy.world.get_snapshot()
    frame = toy.ticks(7)
    after = toy.world.get_snapshot()
    assert frame == after.frame == before.frame + 7
    assert after.elapsed_seconds - before.elapsed_seconds == pytest.approx(7 * FIXED_DELTA_S, abs=1e-9)
    assert after.delta_seconds == pytest.approx(FIXED_DELTA_S, rel=1e-6)


def test_settings_and_weather_come_back(toy: ToyClient) -> None:
    settings = toy.world.get_settings()
    assert settings.synchronous_mode
    assert settings.fixed_delta_seconds == FIXED_DELTA_S
    weather = toy.world.get_weather()
    weather.cloudiness, weather.dust_storm = 77.0, 5.0
    toy.world.set_weather(weather)
    assert (toy.world.get_weather().cloudiness, toy.world.get_weather().dust_storm) == (77.0, 5.0)


def test_spawned_car_stands_where_it_was_put_with_its_true_box(toy: ToyClient) -> None:
    place = toy.world.get_map().get_spawn_points()[0]
    car = toy.car(0)
    toy.world.tick()
    assert car.get_location().distance(place.location) < 0.1
    assert car.bounding_box.extent.x == pytest.approx(4.792 / 2, abs=F32)
    assert car.bounding_box.location.z == pytest.approx(1.488 / 2, abs=F32)
    assert list(car.semantic_tags) == [14]
    assert car.attributes["base_type"] == "car"
    assert toy.world.try_spawn_actor(toy.blueprint("vehicle.audi.tt"), place) is None
    with pytest.raises(RuntimeError, match="Spawn failed because of collision at spawn position"):
        toy.world.spawn_actor(toy.blueprint("vehicle.audi.tt"), place)


def test_throttle_drives_forward_and_steering_right_turns_clockwise(toy: ToyClient) -> None:
    car = toy.car(0)
    toy.world.tick()
    start = car.get_transform()
    car.apply_control(carla.VehicleControl(throttle=0.8))
    toy.ticks(40)
    way = car.get_location() - start.location
    assert way.dot(start.get_forward_vector()) > 3.0
    assert abs(way.dot(start.get_right_vector())) < 0.1
    assert car.get_control().throttle == pytest.approx(0.8)
    car.apply_control(carla.VehicleControl(throttle=0.3, steer=0.3))
    toy.ticks(5)
    assert car.get_angular_velocity().z > 1.0  # degrees a second, clockwise seen from above
    assert car.get_speed_limit() == 50.0


def test_overturned_car_keeps_its_roll_with_physics_off(toy: ToyClient) -> None:
    car = toy.car(0)
    car.set_simulate_physics(False)
    pose = toy.world.get_map().get_spawn_points()[6]
    pose.rotation.roll, pose.location.z = 90.0, pose.location.z + 1.1
    car.set_transform(pose)
    toy.ticks(3)
    assert car.get_transform().rotation.roll == pytest.approx(90.0, abs=0.01)
    assert car.get_location().distance(pose.location) < F32
    assert car.get_velocity().length() == 0.0


def test_target_velocity_teleport_and_brake(toy: ToyClient) -> None:
    car = toy.car(0)
    toy.world.tick()
    forward = car.get_transform().get_forward_vector()
    car.set_target_velocity(forward * 10.0)
    toy.world.tick()
    assert car.get_velocity().length() == pytest.approx(10.0, abs=0.3)
    car.apply_control(carla.VehicleControl(brake=1.0))
    toy.ticks(60)
    assert car.get_velocity().length() < 0.01


def test_ackermann_control_reaches_its_speed(toy: ToyClient) -> None:
    car = toy.car(0)
    car.apply_ackermann_control(carla.VehicleAckermannControl(speed=8.0, acceleration=3.0))
    toy.ticks(200)  # CARLA's gains let the speed swing about its target
    assert car.get_velocity().length() == pytest.approx(8.0, abs=0.4)


def test_walker_walks_where_it_is_told(toy: ToyClient) -> None:
    place = toy.world.get_map().get_spawn_points()[0].location + carla.Location(y=8.0, z=1.0)
    walker = toy.spawn("walker.pedestrian.0001", carla.Transform(place))
    walker.apply_control(carla.WalkerControl(carla.Vector3D(1, 0, 0), 1.4, False))
    toy.ticks(40)
    assert walker.get_location().x - place.x == pytest.approx(2.8, abs=0.15)
    assert walker.get_control().speed == pytest.approx(1.4)


def test_physics_control_has_wheels_in_centimetres_at_the_wheelbase(toy: ToyClient) -> None:
    car = toy.car(0)
    toy.world.tick()
    physics = car.get_physics_control()
    assert len(physics.wheels) == 4
    front, rear = physics.wheels[0].position, physics.wheels[2].position
    wheelbase_m = math.dist((front.x, front.y), (rear.x, rear.y)) / 100.0
    assert wheelbase_m == pytest.approx(0.583 * 4.792, abs=0.01)  # the ratio of the vehicle model
    assert 1500 < physics.mass < 2500
    physics.mass = 1234.0
    car.apply_physics_control(physics)
    assert car.get_physics_control().mass == 1234.0


def test_lights_of_vehicles(toy: ToyClient) -> None:
    car = toy.car(0)
    lamps = carla.VehicleLightState.LowBeam | carla.VehicleLightState.Brake
    car.set_light_state(carla.VehicleLightState(lamps))
    toy.world.tick()
    assert int(car.get_light_state()) == 10
    assert toy.world.get_vehicles_light_states()[car.id] == 10


def test_batch_spawns_acts_and_destroys(toy: ToyClient) -> None:
    points = toy.world.get_map().get_spawn_points()
    car, future = toy.blueprint("vehicle.audi.tt"), carla.command.FutureActor
    control = carla.command.ApplyVehicleControl(future, carla.VehicleControl(throttle=1.0))
    commands = [carla.command.SpawnActor(car, p).then(control) for p in points[:3]]
    results = toy.client.apply_batch_sync([*commands, carla.command.SpawnActor(car, points[0])], True)
    assert [bool(r.error) for r in results] == [False, False, False, True]
    ids = [r.actor_id for r in results[:3]]
    toy.ticks(20)
    assert all(toy.world.get_actor(i).get_velocity().length() > 1.0 for i in ids)
    gone = toy.client.apply_batch_sync([carla.command.DestroyActor(i) for i in [*ids, 999_999]], True)
    assert [r.error for r in gone] == ["", "", "", "actor 999999 not found"]
    assert len(toy.world.get_actors().filter("vehicle.*")) == 0


def test_destroyed_actor_is_gone_for_all(toy: ToyClient) -> None:
    car = toy.car(0)
    toy.world.tick()
    assert car.destroy()
    toy.world.tick()
    assert not car.is_alive
    assert len(toy.world.get_actors().filter("vehicle.*")) == 0
    assert toy.world.get_snapshot().find(car.id) is None


def test_attached_sensor_rides_along(toy: ToyClient) -> None:
    car = toy.car(0)
    pose = carla.Transform(carla.Location(x=1.5, y=0.5, z=2.0), carla.Rotation(yaw=30, pitch=-5))
    sensor = toy.spawn("sensor.other.gnss", pose, car)
    car.apply_control(carla.VehicleControl(throttle=1.0, steer=0.5))
    toy.ticks(30)
    expected = car.get_transform().transform(carla.Location(1.5, 0.5, 2.0))
    assert sensor.get_location().distance(expected) < 1e-3
    looks = sensor.get_transform().get_forward_vector()  # also where a kerb tilts the car
    assert looks.distance(car.get_transform().transform_vector(pose.get_forward_vector())) < 1e-4
    assert sensor.parent.id == car.id


def test_rear_end_collision_is_felt_by_both_and_told_to_the_sensor(toy: ToyClient) -> None:
    points = toy.world.get_map().get_spawn_points()
    car = toy.car(0)
    ahead = points[0].transform(carla.Location(x=9.0))
    parked = toy.spawn("vehicle.audi.tt", carla.Transform(ahead, points[0].rotation))
    hits = toy.listen("sensor.other.collision", car)
    toy.world.tick()
    forward = car.get_transform().get_forward_vector()
    car.set_target_velocity(forward * 10.0)
    frame = toy.ticks(30)
    hit = hits.get(timeout=10)
    assert hit.other_actor.id == parked.id
    assert hit.actor.id == car.id
    assert hit.frame <= frame
    impulse = hit.normal_impulse
    along = impulse.x * forward.x + impulse.y * forward.y
    assert along < -1000.0  # it is slowed: the push comes from the front
    assert parked.get_location().distance(ahead) > 0.5


def test_unknown_call_and_bad_arguments_leave_the_server_serving(toy: ToyClient, server: EmbeddedServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        unpacker = msgpack.Unpacker(raw=False)

        def answer(method: str, *arguments: object) -> list[object]:
            peer.sendall(msgpack.packb([0, 1, method, [[False], *arguments]]))
            while True:
                unpacker.feed(peer.recv(1 << 16))
                for message in unpacker:
                    return message

        assert "unknown function" in str(answer("make_coffee")[2])
        assert answer("get_actors_by_id", "seven")[3] == [[0, ["get_actors_by_id: 'seven', want an array"]]]
        assert answer("spawn_actor", [1])[3][0][0] == 0  # type: ignore[index]
        assert answer("apply_control_to_vehicle", 1)[3][0][0] is True  # type: ignore[index]
        assert answer("apply_batch", [[[99, []]], "no command"], False)[3][0][0][0] == 0  # type: ignore[index]
        peer.sendall(b"\xc1" * 100)
    assert toy.world.tick() > 0


def test_unsupported_calls_say_so_and_the_spectator_stays(toy: ToyClient) -> None:
    car = toy.car(0)
    toy.world.tick()
    car.enable_carsim("nothing.sim")  # not awaited by the client: the server says no, and goes on
    assert not toy.world.get_spectator().destroy()
    toy.world.tick()
    assert toy.world.get_snapshot().find(toy.world.get_spectator().id) is not None


def test_rays_meet_the_road(toy: ToyClient) -> None:
    place = toy.world.get_map().get_spawn_points()[0].location
    down = toy.world.project_point(place + carla.Location(z=5.0), carla.Vector3D(0, 0, -1), 20.0)
    assert down.location.z == pytest.approx(place.z, abs=0.1)
    assert down.label == carla.CityObjectLabel.Roads or down.label == carla.CityObjectLabel.RoadLines


def test_spectator_and_level(toy: ToyClient) -> None:
    spectator = toy.world.get_spectator()
    spectator.set_transform(carla.Transform(carla.Location(1, 2, 30)))
    toy.world.tick()
    assert spectator.get_location().z == pytest.approx(30.0)
    assert toy.world.get_level_bbs(carla.CityObjectLabel.Buildings)
