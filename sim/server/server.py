"""The server's life: bind, serve until told to stop, shut down in order."""

from __future__ import annotations

import importlib
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from sim.render.quality import Quality
from sim.server.calls import HANDLERS, Where
from sim.server.rpc import RpcConnection, RpcServer
from sim.server.simulation import Simulation
from sim.server.streams import StreamServer
from sim.server.world_map import find_map

CALL_MODULES = (
    "core",
    "actors",
    "vehicles",
    "walkers",
    "lights",
    "street_lights",
    "level",
    "debug",
    "sensors",
    "recorder",
    "textures",
)

_SIGNAL_CHECK_S = 0.2
"""The main thread wakes up so often: a signal that another thread took, or that came just before, wakes nobody."""


class Server:
    """A CARLA server in this process; a context manager that serves between enter and exit.

    Args:
        port: of the calls; 0 picks a free one. Streams take the next port, or any free one.
        map_name_or_xodr: name of a map, an .xodr file, or OpenDRIVE text.
        host: address to listen on.
        seed: of all sensor noise.
        recordings: folder of the recordings; by default among the user's data.
        camera_quality: of cameras whose client sets none.

    Raises:
        OSError: the port is taken.
        LookupError, ValueError: the map cannot be used.
    """

    def __init__(
        self,
        port: int,
        map_name_or_xodr: str,
        *,
        host: str = "127.0.0.1",
        seed: int = 0,
        recordings: Path | None = None,
        camera_quality: Quality = Quality.HIGH,
    ) -> None:
        for name in CALL_MODULES:
            importlib.import_module(f"sim.server.calls_{name}")
        world_map = find_map(map_name_or_xodr)
        listener = _bound(host, port)
        self.port: int = listener.getsockname()[1]
        self._streams = StreamServer(_bound_near(host, self.port + 1))
        self._simulation = Simulation(self._streams, world_map, seed, recordings, camera_quality)
        self._rpc = RpcServer(listener, self._dispatch)

    def __enter__(self) -> Server:
        """Serve from now on."""
        self._streams.start()
        self._simulation.start()
        self._rpc.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more calls, end the simulation, close the streams."""
        self._rpc.stop()
        self._streams.stop()
        self._simulation.stop()

    def _dispatch(self, connection: RpcConnection, message_id: int, method: str, arguments: list[Any]) -> None:
        if self._simulation.traffic_managers:
            self._simulation.traffic_managers.heard(connection, method)
        handler = HANDLERS.get(method)
        if handler is None:
            connection.reply(message_id, f"unknown function {method!r}", None)
        elif handler.where in (Where.HERE, Where.APART):
            connection.reply(message_id, None, handler.run(self._simulation, arguments, connection))
        else:
            self._simulation.submit(
                lambda: connection.reply(message_id, None, handler.run(self._simulation, arguments, connection))
            )


def serve(
    port: int,
    map_name_or_xodr: str,
    *,
    host: str = "127.0.0.1",
    seed: int = 0,
    recordings: Path | None = None,
    camera_quality: Quality = Quality.HIGH,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve CARLA clients until SIGINT or SIGTERM.

    Args:
        port: of the calls; 0 picks a free one.
        map_name_or_xodr: name of a map, an .xodr file, or OpenDRIVE text.
        host: address to listen on.
        seed: of all sensor noise.
        recordings: folder of the recordings; by default among the user's data.
        camera_quality: of cameras whose client sets none.
        ready: called with the port when clients may connect.

    Raises:
        OSError: the port is taken.
        LookupError, ValueError: the map cannot be used.
    """
    stop = threading.Event()

    def request_stop(_: int, __: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, request_stop)
        signal.signal(signal.SIGTERM, request_stop)
    server = Server(port, map_name_or_xodr, host=host, seed=seed, recordings=recordings, camera_quality=camera_quality)
    with server:
        if ready is not None:
            ready(server.port)
        while not stop.wait(_SIGNAL_CHECK_S):
            pass


def _bound(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)  # at once: until then another server could bind the same port
    except OSError as error:
        listener.close()
        raise OSError(f"port {port} on {host} cannot be used: {error.strerror}") from error
    return listener


def _bound_near(host: str, port: int) -> socket.socket:
    """A socket on `port`, or on any free one."""
    try:
        return _bound(host, port)
    except (OSError, OverflowError):
        return _bound(host, 0)
