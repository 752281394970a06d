"""Managers are registered while their clients live, waited for, and woken when they sleep through a tick."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgpack
import pytest

from sim.server import traffic_managers
from sim.server.traffic_managers import TrafficManagers


@pytest.fixture
def managers(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrafficManagers]:
    monkeypatch.setattr(traffic_managers, "STUCK_S", 0.2)
    watched = TrafficManagers()
    watched.start()
    yield watched
    watched.stop()


class Client:
    """A connection that can leave."""

    def __init__(self) -> None:
        self._farewells: list[Callable[[], None]] = []

    def on_release(self, farewell: Callable[[], None]) -> None:
        self._farewells.append(farewell)

    def leave(self) -> None:
        for farewell in self._farewells:
            farewell()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def port_of_manager() -> Iterator[tuple[int, list[object]]]:
    """The manager's own server in the client: what it is called with."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    calls: list[object] = []

    def answer() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                unpacker = msgpack.Unpacker()
                unpacker.feed(peer.recv(4096))
                for _, number, method, arguments in unpacker:
                    calls.append((method, arguments))
                    peer.sendall(msgpack.packb([1, number, None, None]))

    threading.Thread(target=answer, daemon=True).start()
    yield listener.getsockname()[1], calls
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def step(managers: TrafficManagers, client: Client) -> None:
    """What a manager's thread asks in a step."""
    for method in ("get_vehicle_light_states", "apply_batch", "get_episode_settings"):
        managers.heard(client, method)


def wait_for(calls: list[object], count: int, limit_s: float = 5.0) -> None:
    until_s = time.monotonic() + limit_s
    while len(calls) < count and time.monotonic() < until_s:
        time.sleep(0.01)


def test_a_port_has_one_manager_and_is_free_when_its_client_has_gone(managers: TrafficManagers, client: Client) -> None:
    assert managers.add(("127.0.0.1", 8000), client)
    assert not managers.add(("127.0.0.1", 8000), None)
    assert managers.address(8000) == ("127.0.0.1", 8000)
    client.leave()
    assert managers.address(8000) is None
    assert not managers


def test_a_manager_that_sleeps_through_a_tick_is_woken_once_each_time(
    managers: TrafficManagers, client: Client, port_of_manager: tuple[int, list[object]]
) -> None:
    port, calls = port_of_manager
    managers.add(("127.0.0.1", port), client)
    step(managers, client)
    managers.ticked()
    wait_for(calls, 2)
    step(managers, client)  # it woke up
    assert calls == [("set_synchronous_mode", [False]), ("set_synchronous_mode", [True])]


def test_a_manager_that_moves_is_left_alone(
    managers: TrafficManagers, client: Client, port_of_manager: tuple[int, list[object]]
) -> None:
    port, calls = port_of_manager
    managers.add(("127.0.0.1", port), client)
    for _ in range(5):
        managers.ticked()
        step(managers, client)
    wait_for(calls, 1, limit_s=1.0)
    assert calls == []


def test_a_manager_that_never_took_a_step_is_left_alone(
    managers: TrafficManagers, client: Client, port_of_manager: tuple[int, list[object]]
) -> None:
    port, calls = port_of_manager
    managers.add(("127.0.0.1", port), client)
    managers.ticked()
    wait_for(calls, 1, limit_s=1.0)
    assert calls == []


def test_a_tick_waits_for_the_question_before_the_sleep(managers: TrafficManagers, client: Client) -> None:
    managers.add(("127.0.0.1", 9), client)
    managers.heard(client, "apply_batch")
    asked: list[float] = []

    def ask() -> None:
        time.sleep(0.01)
        asked.append(time.monotonic())
        managers.heard(client, "get_episode_settings")

    thread = threading.Thread(target=ask)
    thread.start()
    managers.await_asleep(time.monotonic())
    answered = time.monotonic()
    thread.join()
    assert answered - asked[0] >= traffic_managers.ASLEEP_S
