"""What the bumper makes of collision events that come early, late, out of order or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sim import bumper
from sim.bumper import TALLY, Bumper, Contact

CAR = 7


class ToyWorld:
    """A world whose collision sensor says what the test wants it to."""

    def __init__(self, has_tally: bool) -> None:
        self.attributes: dict[str, str] = {}
        self._has_tally = has_tally
        self.callback: Callable[[Any], None] = lambda event: None

    def get_blueprint_library(self) -> Any:
        return SimpleNamespace(find=lambda name: self)

    def has_attribute(self, name: str) -> bool:
        return self._has_tally and name == TALLY

    def set_attribute(self, name: str, value: str) -> None:
        self.attributes[name] = value

    def spawn_actor(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(listen=lambda callback: setattr(self, "callback", callback))

    def say(self, frame: int, other_id: int | None, x_ns: float) -> None:
        other = None if other_id is None else SimpleNamespace(id=other_id)
        impulse = SimpleNamespace(x=x_ns, y=0.0, z=0.0)
        self.callback(SimpleNamespace(frame=frame, other_actor=other, normal_impulse=impulse))


def on_a_car(has_tally: bool) -> tuple[ToyWorld, Bumper]:
    world = ToyWorld(has_tally)
    return world, Bumper(world, SimpleNamespace(id=CAR))


def test_the_tally_is_asked_for_where_there_is_one():
    assert on_a_car(True)[0].attributes == {TALLY: "true"}
    assert on_a_car(False)[0].attributes == {}


def test_a_tick_is_whole_with_its_tally_and_as_many_events():
    world, listener = on_a_car(True)
    world.say(5, CAR, 2.0)  # the tally may overtake what it counts
    world.say(5, 9, 300.0)
    assert listener.collect(5, timeout_s=0.0) == ((Contact(5, 9, 300.0),), False)
    threading.Timer(0.02, lambda: world.say(5, None, -40.0)).start()
    assert listener.collect(5, timeout_s=20.0) == ((Contact(5, 0, 40.0),), True)
    world.say(6, CAR, 0.0)
    assert listener.collect(6, timeout_s=0.0) == ((), True)
    assert listener.stragglers() == ()


def test_contacts_of_one_tick_are_told_in_one_order():
    for order in ([9, 8, 3], [3, 8, 9], [8, 9, 3]):
        world, listener = on_a_car(True)
        for other in order:
            world.say(5, other, 10.0 * other)
        world.say(5, CAR, 3.0)
        assert [c.actor_id for c in listener.collect(5, timeout_s=0.0)[0]] == [3, 8, 9]


def test_without_a_tally_nothing_is_waited_for_but_the_last_events(monkeypatch: pytest.MonkeyPatch):
    world, listener = on_a_car(False)
    assert listener.collect(5, timeout_s=20.0) == ((), True)
    world.say(5, 9, 300.0)
    assert listener.collect(6, timeout_s=20.0) == ((Contact(5, 9, 300.0),), True)
    monkeypatch.setattr(bumper.time, "sleep", lambda _: world.say(6, 8, 10.0))
    assert listener.stragglers() == (Contact(6, 8, 10.0),)
