"""The Traffic Managers of clients: who they are, when a tick may be answered, and how one that sleeps on is woken.

CARLA's Traffic Manager lives in the client. In a synchronous world its thread waits to be told of each tick, and the
client's `tick()` waits for the thread. The telling can get lost while the thread goes to sleep, and then both wait for
ever, without a time-out. Two things are done about it here:

* A tick is answered only after the thread has asked for the settings, as it does before it goes to sleep, and has had
  time to fall asleep.
* A thread that has not moved since the last tick is woken by a call to the manager's own port, which is what a change
  of its mode does: it then takes the step that it missed.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from dataclasses import dataclass, field

import msgpack

from sim.server.rpc import RpcConnection

_LOG = logging.getLogger(__name__)
ASLEEP_S = 0.002
"""Time to fall asleep: with 2 ms no telling was lost in 23,000 ticks, with 1 ms one in some 10,000 (measured)."""
_NAP_S = 0.001
_MOST_NAPS = 10
"""A machine that wakes this process late makes the client wait, too: it gets more time, so many naps at most."""
_SETTLE_S = 0.02
"""So long a tick waits at most for the thread's question: a batch of somebody else's is followed by none."""
STUCK_S = 2.0
"""A manager's step takes milliseconds: one that asks nothing for so long after a tick sleeps on."""
_LOOK_S = 0.25
_CALL_TIMEOUT_S = 2.0


@dataclass(slots=True, eq=False)
class _Manager:
    """One manager: its address, the connection that its client uses, and what its thread was last seen to do."""

    address: tuple[str, int]
    connection: RpcConnection | None
    stepping: bool = False
    batches: int = 0
    quiet_since_s: float | None = None
    settled: threading.Condition = field(default_factory=threading.Condition)


class TrafficManagers:
    """All managers that clients have registered, by their port."""

    def __init__(self) -> None:
        self._managers: dict[int, _Manager] = {}
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="traffic-managers", daemon=True)

    def start(self) -> None:
        """Watch over them from now on."""
        self._watch.start()

    def stop(self) -> None:
        """Watch no more, after `start`."""
        self._stop.set()
        self._watch.join(timeout=5)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._managers)

    def address(self, port: int) -> tuple[str, int] | None:
        """Where the manager of a port answers, None for none."""
        manager = self._managers.get(port)
        return None if manager is None else manager.address

    def add(self, address: tuple[str, int], connection: RpcConnection | None) -> bool:
        """Register a manager until its client leaves; False if another has the port."""
        port = address[1]
        manager = _Manager(address, connection)
        if self._managers.setdefault(port, manager) is not manager:
            return False
        if connection is not None:
            connection.on_release(lambda: self._forget(port, manager))
        return True

    def remove(self, port: int) -> bool:
        """Forget a manager; False if there is none."""
        return self._managers.pop(port, None) is not None

    def heard(self, connection: RpcConnection, method: str) -> None:
        """A client has made a call."""
        for manager in tuple(self._managers.values()):
            if manager.connection is connection and method != "tick_cue":
                with manager.settled:
                    manager.quiet_since_s = None
                    if method == "apply_batch":
                        manager.stepping = True
                        manager.batches += 1
                    elif method == "get_episode_settings":
                        manager.stepping = False
                        manager.settled.notify_all()

    def await_asleep(self, since_s: float) -> None:
        """Wait until all threads are asleep as far as one can tell, `ASLEEP_S` after `since_s` (monotonic) at least."""
        for manager in tuple(self._managers.values()):
            with manager.settled:
                if manager.stepping and manager.settled.wait(_SETTLE_S):
                    since_s = time.monotonic()
                manager.stepping = False
        time.sleep(max(0.0, since_s + ASLEEP_S - time.monotonic()))
        for _ in range(_MOST_NAPS):
            began_s = time.monotonic()
            time.sleep(_NAP_S)
            if time.monotonic() - began_s < 2 * _NAP_S:
                return

    def ticked(self) -> None:
        """A tick is being answered: every thread that took a step after the one before is to take one now."""
        now_s = time.monotonic()
        for manager in tuple(self._managers.values()):
            with manager.settled:
                manager.quiet_since_s = now_s if manager.batches else None
                manager.batches = 0

    def _look_after(self) -> None:
        while not self._stop.wait(_LOOK_S):
            for manager in tuple(self._managers.values()):
                with manager.settled:
                    since_s = manager.quiet_since_s
                    stuck = since_s is not None and time.monotonic() - since_s > STUCK_S
                    if stuck:
                        manager.quiet_since_s = time.monotonic()
                if stuck:
                    _wake(manager.address)

    def _forget(self, port: int, manager: _Manager) -> None:
        if self._managers.get(port) is manager:
            del self._managers[port]


def _wake(address: tuple[str, int]) -> None:
    """Switch a manager's synchronous mode off and on: the first wakes its thread, the second comes before it looks."""
    _LOG.warning("the Traffic Manager at %s:%d missed a tick and is woken", *address)
    calls = [msgpack.packb([0, number, "set_synchronous_mode", [mode]]) for number, mode in enumerate((False, True))]
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=_CALL_TIMEOUT_S) as peer:
        peer.sendall(b"".join(calls))
        peer.recv(1 << 12)  # until then the manager has not read them
