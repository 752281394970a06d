"""The first minute: connect, ask for the version, see the world."""

import time

import carla
import pytest

from sim.embedded import EmbeddedServer
from tests.toy_client import ToyClient


def test_client_and_server_speak_the_same_version(day: ToyClient) -> None:
    assert day.client.get_server_version() == day.client.get_client_version() == "0.9.16"


def test_two_clients_see_the_same_world(day: ToyClient, town: EmbeddedServer) -> None:
    car = day.car()
    frame = day.world.tick()
    other = carla.Client("127.0.0.1", town.port)
    other.set_timeout(20.0)
    world = other.get_world()
    while world.get_snapshot().frame < frame:  # in a synchronous world nobody waits for the first state
        time.sleep(0.01)
    seen = world.get_actor(car.id)
    assert seen.type_id == car.type_id
    assert seen.get_transform().location.distance(car.get_transform().location) == 0.0


def test_a_second_world_of_the_same_client_is_the_same_episode(day: ToyClient) -> None:
    assert day.client.get_world().id == day.world.id


def test_nobody_there_is_a_time_out() -> None:
    client = carla.Client("127.0.0.1", 1)
    client.set_timeout(0.5)
    with pytest.raises(RuntimeError, match="time-out"):
        client.get_server_version()
