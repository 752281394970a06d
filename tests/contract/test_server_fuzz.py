"""Whatever comes in, the server goes on answering the others, and its memory stays bounded."""

import contextlib
import importlib
import inspect
import random
import socket
from typing import Any, get_type_hints

import carla
import msgpack
import psutil
import pytest

from sim.embedded import EmbeddedServer
from sim.server import batch
from sim.server.calls import HANDLERS, Handler
from sim.server.server import CALL_MODULES
from tests.toy_client import toy_client
from tests.toy_fuzz import Fuzz

MAX_GROWTH_BYTES = 600e6
"""A fuzzed server also loads maps, draws and casts rays: it may grow by that, and no more for ten times as many."""


def calls() -> dict[str, list[Any]]:
    """All calls with the types of their arguments."""
    for module in CALL_MODULES:
        importlib.import_module(f"sim.server.calls_{module}")
    return {name: argument_types(HANDLERS[name]) for name in sorted(HANDLERS)}


def commands() -> list[list[Any]]:
    """Types of the fields of all batch commands but the spawn."""
    return [list(get_type_hints(command.function).values())[1:-1] for command in batch.COMMANDS]


def argument_types(handler: Handler) -> list[Any]:
    """What its handler's annotations say, without the simulation and the caller in front."""
    hints = get_type_hints(handler.function, localns={"Simulation": Any})
    names = list(inspect.signature(handler.function).parameters)[1 + handler.wants_caller :]
    return [hints[name] for name in names]


def answers(port: int) -> bool:
    """Whether a new connection gets the version."""
    with connected(port) as peer:
        peer.sendall(msgpack.packb([0, 1, "version", [[False]]]))
        return b"0.9.16" in peer.recv(4096)


def fuzz(server: EmbeddedServer, count: int, seed: int) -> None:
    """Requests are answered, however wrong; garbage costs its connection, for calls and for streams."""
    source, rng = Fuzz(seed, calls(), commands()), random.Random(seed)
    peer = connected(server.port)
    for number in range(count):
        if rng.random() < 0.6:
            peer.sendall(source.request())
            assert peer.recv(1 << 20), "a request was not answered"
        else:
            with connected(server.port + (rng.random() < 0.1)) as bad:
                bad.sendall(source.garbage())
                bad.shutdown(socket.SHUT_WR)
                drain(bad)
        if number % 500 == 0:
            peer.close()
            assert answers(server.port)
            peer = connected(server.port)
    peer.close()


def connected(port: int) -> socket.socket:
    """A connection that gives up after a minute."""
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def drain(peer: socket.socket) -> None:
    """Read until the server hangs up."""
    with contextlib.suppress(ConnectionResetError):
        while peer.recv(1 << 16):
            pass


def check_still_a_world(server: EmbeddedServer) -> None:
    """A client comes, drives and looks."""
    client = carla.Client("127.0.0.1", server.port)
    client.set_timeout(60.0)
    client.load_world("urban_street")
    with toy_client(server.port) as toy:
        car = toy.car()
        frames = toy.listen("sensor.camera.rgb", car, image_size_x=64, image_size_y=48)
        frame = toy.ticks(1)
        assert frames.get(timeout=30).frame == frame


def fuzz_and_check(server: EmbeddedServer, count: int, seed: int) -> None:
    """The whole story, with the server's memory before and after."""
    check_still_a_world(server)
    process = psutil.Process(server.process_id)
    before = process.memory_info().rss
    fuzz(server, count, seed)
    check_still_a_world(server)
    assert process.memory_info().rss - before < MAX_GROWTH_BYTES


@pytest.mark.timeout(200)
def test_bad_messages_leave_the_server_answering() -> None:
    with EmbeddedServer("urban_street") as server:
        fuzz_and_check(server, 3000, seed=1)
