"""A contact is of the frame that its event names, whenever that arrives: verdict and digest are the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import carla
import pytest

from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.drive.verdict import Verdict


def blind_drive() -> Verdict:
    """Nobody brakes: tempe's pedestrian is hit."""
    return drive(DriveRequest(case=find_case("tempe"), severity=0.0, stack="blind"))


def told(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.impact_speed_mps, verdict.impact_s, verdict.duration_s, verdict.why, verdict.digest


@pytest.fixture(scope="module")
def prompt() -> Verdict:
    return blind_drive()


def deliver_collisions(patch: pytest.MonkeyPatch, post: Callable[[Callable[[], None], int], None]) -> None:
    """Let `post` decide when each event of collision sensors is heard: it gets the call and the event's frame."""
    listen = carla.Sensor.listen

    def listen_through_post(sensor: Any, callback: Callable[[Any], None]) -> None:
        if sensor.type_id == "sensor.other.collision":
            listen(sensor, lambda event: post(lambda: callback(event), event.frame))
        else:
            listen(sensor, callback)

    patch.setattr(carla.Sensor, "listen", listen_through_post)


def without_tally(patch: pytest.MonkeyPatch) -> None:
    """The embedded server as if it were a stock one."""
    has_attribute = carla.ActorBlueprint.has_attribute
    patch.setattr(
        carla.ActorBlueprint,
        "has_attribute",
        lambda blueprint, name: name != "moosetest_tally" and has_attribute(blueprint, name),
    )


def test_the_embedded_servers_events_may_be_slow_and_out_of_order(prompt, monkeypatch):
    posted = []

    def post(call: Callable[[], None], frame: int) -> None:
        posted.append(frame)
        threading.Timer(0.03 if len(posted) % 2 else 0.01, call).start()

    deliver_collisions(monkeypatch, post)
    assert told(blind_drive()) == told(prompt)
    assert prompt.impact_speed_mps > 5.0


@pytest.mark.parametrize("ticks_late", [0, 1, 3, 15])
def test_a_stock_servers_events_may_be_ticks_late(prompt, monkeypatch, ticks_late):
    held: list[tuple[int, Callable[[], None]]] = []
    tick = carla.World.tick

    def tick_then_deliver(world: Any, timeout_s: float) -> int:
        frame = int(tick(world, timeout_s))
        for entry in [e for e in held if e[0] <= frame - ticks_late]:
            held.remove(entry)
            entry[1]()
        return frame

    without_tally(monkeypatch)
    deliver_collisions(monkeypatch, lambda call, frame: held.append((frame, call)))
    monkeypatch.setattr(carla.World, "tick", tick_then_deliver)
    assert told(blind_drive()) == told(prompt)
