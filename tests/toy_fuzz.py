"""Messages that no CARLA client sends: garbage, lies about lengths, calls with arguments of any kind."""

from __future__ import annotations

import dataclasses
import random
import struct
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

import msgpack

from sim.server.layouts import ActorDescription

NUMBERS = [0, 1, -1, 7, 255, 2**31, 2**32 - 1, 2**63, -(2**63), 0.0, -0.5, 1e308, 1e-308, float("nan"), float("inf")]
TEXTS = [
    "",
    "x",
    "vehicle.tesla.model3",
    "sensor.camera.rgb",
    "walker.pedestrian.0001",
    "../../etc/passwd",
    "\0",
    "é" * 99,
]
BODIES = ["vehicle.tesla.model3", "walker.pedestrian.0001", "static.prop.barrel", "sensor.lidar.ray_cast"]


class Fuzz:
    """A seeded source of bad messages.

    Args:
        seed: of all of them.
        calls: those that the server knows, with the types of their arguments.
        commands: types of the fields of batch commands, by their index from 1.
    """

    def __init__(self, seed: int, calls: Mapping[str, list[Any]], commands: Sequence[list[Any]]) -> None:
        self._rng = random.Random(seed)
        self._calls = calls
        self._commands = commands

    def garbage(self) -> bytes:
        """What is no request."""
        return self._rng.choice([self.noise, self.lie, self.nest, self.torn, self.no_request])()

    def request(self) -> bytes:
        """A request that deserves an answer, if only that it is wrong."""
        return self._rng.choice([self.strange_call, self.wild_call])()

    def noise(self) -> bytes:
        """Random bytes."""
        return self._rng.randbytes(self._rng.randint(1, 64))

    def lie(self) -> bytes:
        """An array, text, map or extension that says it is huge."""
        head = self._rng.choice([b"\xdd", b"\xdb", b"\xc6", b"\xdf", b"\xc9"])
        return (
            b"\x94\x00\x01\xa7version" + head + struct.pack(">I", self._rng.randint(1 << 20, (1 << 32) - 1)) + b"\x00"
        )

    def nest(self) -> bytes:
        """Arrays in arrays in arrays."""
        return b"\x94\x00\x01\xa7version" + b"\x91" * self._rng.randint(100, 3000)

    def torn(self) -> bytes:
        """A good request without its end."""
        whole = self.wild_call()
        return whole[: self._rng.randint(1, len(whole) - 1)]

    def no_request(self) -> bytes:
        """Well-formed, and no request."""
        return msgpack.packb([self._rng.randint(1, 9), *[self.value(1) for _ in range(self._rng.randint(0, 5))]])

    def strange_call(self) -> bytes:
        """A call that the server has with arguments of any kind, or one that it has not."""
        name = self._rng.choice([*self._calls, "no_such_call", "__init__", ""])
        return self.call(name, [self.value(3) for _ in range(self._rng.randint(0, 5))])

    def wild_call(self) -> bytes:
        """A call whose arguments have the right types, and now and then one that has not."""
        if self._rng.random() < 0.1:
            return self.call("apply_batch", [[self.command() for _ in range(self._rng.randint(0, 5))], False])
        name = self._rng.choice(list(self._calls))
        return self.call(
            name, [self.value(2) if self._rng.random() < 0.05 else self.typed(t) for t in self._calls[name]]
        )

    def command(self) -> Any:
        """A batch command, sometimes a spawn with commands to follow."""
        index = self._rng.randint(0, len(self._commands))
        if index:
            return [[index, [self.typed(t) for t in self._commands[index - 1]]]]
        after = [self.command() for _ in range(self._rng.randint(0, 2))]
        pose = [[self._scalar(float) for _ in range(3)] for _ in range(2)]
        parent = [True, self._scalar(int)] if self._rng.random() < 0.3 else [False]
        return [[0, [self.typed(ActorDescription), pose, parent, self._rng.randint(0, 255), "", after]]]

    def call(self, name: str, arguments: list[Any]) -> bytes:
        """A request, packed."""
        return msgpack.packb([0, self._rng.randint(0, 1 << 31), name, [[False], *arguments]])

    def value(self, depth: int) -> Any:
        """Anything that msgpack can carry."""
        kind = self._rng.randint(0, 5 if depth else 3)
        if kind == 0:
            return self._rng.choice(NUMBERS)
        if kind == 1:
            return self._rng.choice(TEXTS)
        if kind == 2:
            return self._rng.choice([None, True, False])
        if kind == 3:
            return self._rng.randbytes(self._rng.randint(0, 30))
        return [self.value(depth - 1) for _ in range(self._rng.randint(0, 12))]

    def typed(self, hint: Any) -> Any:
        """A wire value that fits a type of the server's layouts, mostly within reason."""
        if hint in (int, float, bool, str, bytes):
            return self._scalar(hint)
        if dataclasses.is_dataclass(hint):
            if hint is ActorDescription:
                return [0, self._rng.choice(BODIES), [["role_name", 4, self._rng.choice(TEXTS)], ["range", 3, "1e9"]]]
            hints = get_type_hints(hint)
            return [self.typed(hints[field.name]) for field in dataclasses.fields(hint)]
        inner = [t for t in get_args(hint) if t is not type(None)]
        if get_origin(hint) is tuple:
            return [self.typed(t) for t in inner]
        if get_origin(hint) is list:
            return [self.typed(inner[0]) for _ in range(self._rng.randint(0, 4))]
        if inner:  # optional
            return [False] if self._rng.random() < 0.5 else [True, self.typed(inner[0])]
        return self.value(3)

    def _scalar(self, kind: type) -> Any:
        if kind is int:
            return self._rng.choice([self._rng.randint(0, 80), self._rng.randint(0, 3), self._rng.choice(NUMBERS[:9])])
        if kind is float:
            return self._rng.choice([0.0, 0.05, self._rng.uniform(-300, 300), self._rng.choice(NUMBERS)])
        if kind is bool:
            return self._rng.random() < 0.5
        text = self._rng.choice(TEXTS)
        return text if kind is str else text.encode()
