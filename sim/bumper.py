"""The collision sensor on the car under test: what it hit, in which frame, whenever the message of it arrives."""

from __future__ import annotations

import queue
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

TALLY = "moosetest_tally"
"""Has the embedded server's collision sensor tell, after each tick's collisions, how many they were."""
STRAGGLE_S = 0.5
"""So long a server without a tally may need for its last event: many times what a network takes for a message."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The ego hit something: which actor (0 for scenery), in which frame, how hard."""

    frame: int
    actor_id: int
    impulse_ns: float


class Bumper:
    """Listens to collisions of `car`.

    CARLA sends each collision as a message of its own, on a stream of its own, and nothing at all in a tick without
    one: no client can know whether a frame's events are all there. The embedded server's tally says it. From any other
    server events come when they come, and who judges goes by the frame that each names.
    """

    sensor_id = "bumper"

    def __init__(self, world: Any, car: Any) -> None:
        import carla

        blueprint = world.get_blueprint_library().find("sensor.other.collision")
        self._is_tallied = bool(blueprint.has_attribute(TALLY))
        if self._is_tallied:
            blueprint.set_attribute(TALLY, "true")
        self._car_id = car.id
        self._inbox: queue.SimpleQueue[Contact] = queue.SimpleQueue()
        self._heard: list[Contact] = []
        self._events: Counter[int] = Counter()
        self._tally: dict[int, int] = {}
        self.actor = world.spawn_actor(blueprint, carla.Transform(), attach_to=car)
        self.actor.listen(self._on_event)

    def collect(self, frame: int, timeout_s: float) -> tuple[tuple[Contact, ...], bool]:
        """The contacts not told yet, and whether those of `frame` are among them for sure or as far as one can know.

        Waits only for a server that tallies. False: what it announced did not come in `timeout_s`.
        """
        deadline_s = time.monotonic() + timeout_s
        while not self._inbox.empty():
            self._take(self._inbox.get())
        while self._is_tallied and self._tally.get(frame) != self._events[frame]:
            try:
                self._take(self._inbox.get(timeout=max(0.0, deadline_s - time.monotonic())))
            except queue.Empty:
                return self._told(), False
        return self._told(), True

    def stragglers(self) -> tuple[Contact, ...]:
        """The contacts that arrive after the last tick; waits for them where no tally says that there are none."""
        if self._is_tallied:
            return ()
        time.sleep(STRAGGLE_S)
        while not self._inbox.empty():
            self._take(self._inbox.get())
        return self._told()

    def _told(self) -> tuple[Contact, ...]:
        heard, self._heard = self._heard, []
        return tuple(sorted(heard, key=lambda c: (c.frame, c.actor_id, c.impulse_ns)))

    def _take(self, contact: Contact) -> None:
        if contact.actor_id == self._car_id:  # nobody hits himself: that is the tally
            self._tally[contact.frame] = round(contact.impulse_ns)
            return
        self._events[contact.frame] += 1
        self._heard.append(contact)

    def _on_event(self, event: Any) -> None:
        impulse = event.normal_impulse
        strength_ns = float(np.hypot(np.hypot(impulse.x, impulse.y), impulse.z))
        other = event.other_actor
        self._inbox.put(Contact(event.frame, other.id if other else 0, strength_ns))
