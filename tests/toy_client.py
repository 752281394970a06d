"""A stock carla client in a synchronous world that it leaves empty."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import carla

from sim.session import let_go

FIXED_DELTA_S = 0.05


class ToyClient:
    """A client, its world, and what it spawned."""

    def __init__(self, port: int) -> None:
        self.client = carla.Client("127.0.0.1", port)
        self.client.set_timeout(60.0)
        self.world = self.client.get_world()
        self.spawned: list[Any] = []
        self.synchronize()

    def synchronize(self, delta_s: float = FIXED_DELTA_S) -> None:
        settings = self.world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, delta_s
        self.world.apply_settings(settings)

    def blueprint(self, name: str, **attributes: Any) -> Any:
        found = self.world.get_blueprint_library().find(name)
        for key, value in attributes.items():
            found.set_attribute(key, str(value))
        return found

    def spawn(self, name: str, pose: Any, attach_to: Any = None, **attributes: Any) -> Any:
        actor = self.world.spawn_actor(self.blueprint(name, **attributes), pose, attach_to=attach_to)
        self.spawned.append(actor)
        return actor

    def car(self, index: int = 0, name: str = "vehicle.tesla.model3") -> Any:
        return self.spawn(name, self.world.get_map().get_spawn_points()[index])

    def listen(self, name: str, parent: Any, pose: Any = None, **attributes: Any) -> queue.Queue[Any]:
        sensor = self.spawn(name, pose or carla.Transform(carla.Location(x=1.0, z=2.0)), parent, **attributes)
        frames: queue.Queue[Any] = queue.Queue()
        sensor.listen(frames.put)
        return frames

    def ticks(self, count: int) -> int:
        return [self.world.tick() for _ in range(count)][-1]

    def clean(self) -> None:
        for actor in reversed(self.spawned):
            if actor.type_id.startswith("sensor.") and actor.is_listening:
                actor.stop()
        # The client's apply_batch_sync holds Python's lock. If it ticked, too, it would wait for ever for a world state
        # that its own threads cannot take in, because they need the lock to let go of the stopped sensors' callbacks.
        self.client.apply_batch_sync([carla.command.DestroyActor(a.id) for a in self.spawned], False)
        self.world.tick()
        self.spawned = []


@contextmanager
def toy_client(port: int) -> Iterator[ToyClient]:
    toy = ToyClient(port)
    try:
        yield toy
    finally:
        toy.clean()
        let_go(toy.client)
