"""Maps, episodes, lights, two servers at once, the client's Traffic Manager."""

import subprocess
import sys
from collections.abc import Iterator

import carla
import pytest

from sim.embedded import EmbeddedServer, ServerUnavailableError
from tests.toy_client import ToyClient, toy_client


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer("junction", seed=1) as running:
        yield running


@pytest.fixture
def toy(server: EmbeddedServer) -> Iterator[ToyClient]:
    with toy_client(server.port) as client:
        if not client.world.get_map().name.endswith("junction"):
            client.world = client.client.load_world("junction")
            client.synchronize()
        yield client


def lights_of(toy: ToyClient) -> list[carla.TrafficLight]:
    toy.world.tick()
    return list(toy.world.get_actors().filter("traffic.traffic_light*"))


def test_load_world_begins_a_new_episode_with_a_growing_frame(toy: ToyClient) -> None:
    toy.car(0)
    frame, old_id = toy.ticks(3), toy.world.id
    toy.world = toy.client.load_world("urban_street", reset_settings=False)
    toy.spawned = []
    assert toy.world.id != old_id
    assert toy.world.get_map().name == "Carla/Maps/urban_street"
    assert toy.world.get_settings().synchronous_mode
    assert toy.world.tick() > frame
    assert len(toy.world.get_actors().filter("vehicle.*")) == 0


def test_load_world_resets_the_settings_unless_told_not_to(toy: ToyClient) -> None:
    toy.world = toy.client.load_world("junction")
    assert not toy.world.get_settings().synchronous_mode
    assert toy.world.wait_for_tick().frame > 0
    toy.synchronize()


def test_unknown_map_is_refused_and_the_old_one_stays(toy: ToyClient) -> None:
    with pytest.raises(RuntimeError, match="Town99"):
        toy.client.load_world("Town99")
    assert toy.world.tick() > 0


def test_generate_opendrive_world(toy: ToyClient) -> None:
    xodr = toy.world.get_map().to_opendrive()
    world = toy.client.generate_opendrive_world(xodr, carla.OpendriveGenerationParameters())
    assert world.get_map().name.endswith("OpenDriveMap")
    with pytest.raises(RuntimeError, match="not OpenDRIVE"):
        toy.client.generate_opendrive_world("<nonsense", carla.OpendriveGenerationParameters())
    toy.world = toy.client.load_world("junction")
    toy.synchronize()


def test_lights_cycle_10_s_green_3_s_yellow_2_s_all_red(toy: ToyClient) -> None:
    lights = lights_of(toy)
    assert len(lights) >= 2
    toy.synchronize(0.5)
    toy.world.reset_all_traffic_lights()
    seen = []
    for _ in range(60):
        toy.world.tick()
        seen.append([light.state for light in lights])
    green = carla.TrafficLightState.Green
    first = next(i for i, light in enumerate(lights) if seen[0][i] == green)
    own = [states[first] for states in seen[:30]]
    assert own.count(green) == 19  # the reset's first half second is over at the first tick
    assert own[19:25] == [carla.TrafficLightState.Yellow] * 6
    assert own[25:30] == [carla.TrafficLightState.Red] * 5
    others = [i for i in range(len(lights)) if seen[29][i] == green]
    assert others
    assert first not in others
    toy.synchronize()


def test_set_and_frozen_lights_stay(toy: ToyClient) -> None:
    lights = lights_of(toy)
    lights[0].freeze(True)
    lights[0].set_state(carla.TrafficLightState.Off)
    toy.ticks(300)
    assert lights[0].state == carla.TrafficLightState.Off
    assert lights[0].is_frozen()
    lights[0].freeze(False)
    toy.world.reset_all_traffic_lights()


def test_car_before_a_light_knows_it(toy: ToyClient) -> None:
    lights = lights_of(toy)
    stop = lights[0].get_stop_waypoints()[0]
    behind = stop.previous(3.0)[0].transform  # a car's front is in the box of 3 m round the stop waypoint
    car = toy.spawn("vehicle.tesla.model3", behind)
    toy.world.freeze_all_traffic_lights(True)
    lights[0].set_state(carla.TrafficLightState.Red)
    toy.ticks(2)
    assert car.is_at_traffic_light()
    assert car.get_traffic_light().id == lights[0].id
    assert car.get_traffic_light_state() == carla.TrafficLightState.Red
    far = toy.spawn("vehicle.tesla.model3", stop.previous(40.0)[0].transform)
    toy.ticks(2)
    assert not far.is_at_traffic_light()
    toy.world.freeze_all_traffic_lights(False)


def test_lights_know_their_opendrive_signal(toy: ToyClient) -> None:
    lights = lights_of(toy)
    for light in lights:
        assert toy.world.get_traffic_light_from_opendrive_id(light.get_opendrive_id()).id == light.id
    assert {other.id for other in lights[0].get_group_traffic_lights()} == {light.id for light in lights}


def test_asynchronous_world_ticks_by_itself(toy: ToyClient) -> None:
    settings = toy.world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = False, None
    toy.world.apply_settings(settings)
    first = toy.world.wait_for_tick()
    assert toy.world.wait_for_tick().frame > first.frame
    toy.synchronize()


def test_two_servers_at_once_do_not_meet(toy: ToyClient) -> None:
    with EmbeddedServer("urban_street") as other, toy_client(other.port) as second:
        toy.car(0)
        assert len(second.world.get_actors().filter("vehicle.*")) == 0
        second.car(0)
        assert toy.world.tick() > 0
        assert second.world.tick() > 0


def test_port_in_use_and_unknown_map_are_one_line_errors(server: EmbeddedServer) -> None:
    command = [sys.executable, "-m", "sim.server", "--map", "junction", "--port", str(server.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == f"moosetest server: port {server.port} on 127.0.0.1 cannot be used: Address already in use\n"
    with pytest.raises(ServerUnavailableError, match="junctoin"), EmbeddedServer("junctoin"):
        pass


@pytest.mark.slow
def test_clients_traffic_manager_drives_and_does_not_hang(server: EmbeddedServer) -> None:
    script = f"""
import carla, random
client = carla.Client("127.0.0.1", {server.port}); client.set_timeout(30)
world = client.load_world("urban_street")
settings = world.get_settings(); settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
world.apply_settings(settings)
tm = client.get_trafficmanager({server.port + 5000}); tm.set_synchronous_mode(True); tm.set_random_device_seed(1)
points = world.get_map().get_spawn_points(); blueprint = world.get_blueprint_library().find("vehicle.audi.tt")
cars = [c for c in (world.try_spawn_actor(blueprint, p) for p in points[:5]) if c]
world.tick()
for car in cars: car.set_autopilot(True, {server.port + 5000})
way = dict.fromkeys((c.id for c in cars), 0.0); last = {{c.id: c.get_location() for c in cars}}
for _ in range(300):
    world.tick()
    for c in cars: way[c.id] += c.get_location().distance(last[c.id]); last[c.id] = c.get_location()
tm.shut_down(); [c.destroy() for c in cars]
print(min(way.values()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.strip().splitlines()[-1]) > 20.0
