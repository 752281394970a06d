"""Questions to a whole recording: who collided with whom, and who stood still for long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server.recorder.births import read_births
from sim.server.recorder.log_reader import Frame, LogReader, table
from sim.server.recorder.packets import NO_ACTOR, Kind
from sim.server.recorder.report import MAX_TEXT_CHARS, foot, head

CATEGORIES = "ovwth"
"""Letter of each of CARLA's actor types: other, vehicle, walker, traffic light; `h` is the hero and `a` anyone."""


@dataclass(slots=True)
class _Known:
    """One recorded actor: its type's letter and its blueprint."""

    category: str
    name: str


def collisions(log: LogReader, category_1: str, category_2: str) -> str:
    """The beginnings of collisions between actors of two categories, each a letter of `ovwtha`.

    Raises:
        LogError: the recording is broken.
    """
    actors: dict[int, _Known] = {}
    lines = [*head(log), f"{'Time':>8} {'Types':>6} {'Id':>6} {'Actor 1':<35} {'Id':>6} {'Actor 2':<35}"]
    before: set[tuple[int, int]] = set()
    for index in range(len(log)):
        frame, now = log.frame(index), set()
        for kind, payload in log.packets(frame):
            _take_down(actors, kind, payload)
            for row in table(kind, payload) if kind == Kind.COLLISIONS else ():
                pair = (int(row["id_a"]), int(row["id_b"]))
                sides = [_side(actors, pair[0], row["a_is_hero"]), _side(actors, pair[1], row["b_is_hero"])]
                if not all(_fits(side, wanted) for side, wanted in zip(sides, (category_1, category_2), strict=True)):
                    continue
                now.add(pair)
                if pair not in before:
                    lines.append(_collision_line(frame, pair, sides))
        before = now
    return _text(lines, log)


def blocked(log: LogReader, min_time_s: float, min_distance_cm: float) -> str:
    """Who moved less than a distance for at least a time, the longest first.

    Raises:
        LogError: the recording is broken.
    """
    actors: dict[int, _Known] = {}
    watch = _Watch(min_time_s, min_distance_cm)
    for index in range(len(log)):
        frame = log.frame(index)
        for kind, payload in log.packets(frame):
            _take_down(actors, kind, payload)
            if kind == Kind.POSITIONS:
                watch.see(frame, table(kind, payload))
    found = sorted(watch.all(), key=lambda stand: (-stand[0], stand[1:]))
    lines = [*head(log), f"{'Time':>8} {'Id':>6} {'Actor':<35} {'Duration':>10}"]
    for duration_s, began_s, identity in found:
        name = actors[identity].name if identity in actors else ""
        lines.append(f"{began_s:8.0f} {identity:6d} {name:<35} {duration_s:10.0f}")
    return _text(lines, log)


class _Watch:
    """Where each actor stands, and since when."""

    def __init__(self, min_time_s: float, min_distance_cm: float) -> None:
        self._min_time_s = min_time_s
        self._min_distance_cm = min_distance_cm
        self._place_cm: dict[int, NDArray[np.float32]] = {}
        self._began_s: dict[int, float] = {}
        self._stood_s: dict[int, float] = {}
        self._found: list[tuple[float, float, int]] = []

    def see(self, frame: Frame, positions: NDArray[np.void]) -> None:
        """The places of one frame: who has moved by the distance since it last did starts anew."""
        duration_s = max(frame.duration_s, 0.0)  # stock CARLA writes -1 into the last frame
        for identity, place_cm in zip(positions["id"].tolist(), positions["location_cm"], strict=True):
            last_cm = self._place_cm.get(identity)
            if last_cm is not None and np.linalg.norm(place_cm - last_cm) < self._min_distance_cm:
                self._began_s.setdefault(identity, frame.elapsed_s)
                self._stood_s[identity] = self._stood_s.get(identity, 0.0) + duration_s
            else:
                self._close(identity)
                self._place_cm[identity] = place_cm

    def all(self) -> list[tuple[float, float, int]]:
        """Duration, begin and actor of every stand that was long enough."""
        for identity in list(self._stood_s):
            self._close(identity)
        return self._found

    def _close(self, identity: int) -> None:
        stood_s, began_s = self._stood_s.pop(identity, 0.0), self._began_s.pop(identity, 0.0)
        if stood_s > 0.0 and stood_s >= self._min_time_s:
            self._found.append((stood_s, began_s, identity))


def _take_down(actors: dict[int, _Known], kind: Kind, payload: bytes) -> None:
    """Keep the list of who is there."""
    if kind == Kind.BIRTHS:
        for birth in read_births(payload):
            category = CATEGORIES[birth.actor_type] if birth.actor_type < 4 else "o"
            actors[birth.actor_id] = _Known(category, birth.description.blueprint_id)


def _side(actors: dict[int, _Known], identity: int, is_hero: int) -> tuple[_Known, bool]:
    if identity == NO_ACTOR or identity not in actors:
        return _Known("o", ""), bool(is_hero)
    return actors[identity], bool(is_hero)


def _fits(side: tuple[_Known, bool], wanted: str) -> bool:
    actor, is_hero = side
    return wanted == "a" or wanted == actor.category or (wanted == "h" and is_hero)


def _collision_line(frame: Frame, pair: tuple[int, int], sides: list[tuple[_Known, bool]]) -> str:
    (first, _), (second, _) = sides
    types = f"  {first.category} {second.category} "
    return f"{frame.elapsed_s:8.0f} {types} {pair[0]:6d} {first.name:<35} {pair[1]:6d} {second.name:<35}"


def _text(lines: list[str], log: LogReader) -> str:
    body = "\n".join(lines)
    if len(body) > MAX_TEXT_CHARS:
        body = body[:MAX_TEXT_CHARS] + "\n... the text ends here"
    return "\n".join([body, *foot(log)])
