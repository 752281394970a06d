"""Digests: equal bytes mean equal runs."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any

import numpy as np


class Digest:
    """Feeds values of boundary types into one SHA-256, independent of hash seeds and dict order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, value: Any) -> None:
        """Feed `value`: arrays by dtype, shape and bytes; dataclasses by field; mappings and sets by sorted order."""
        self._feed(value)

    def hexdigest(self) -> str:
        """The digest so far."""
        return self._hash.hexdigest()

    def _feed(self, value: Any) -> None:
        put = self._hash.update
        if value is None or isinstance(value, bool | int | str | bytes):
            put(f"{type(value).__name__}:{value!r};".encode())
        elif isinstance(value, float):
            put(b"float:" + struct.pack("<d", value))
        elif isinstance(value, Enum):
            put(f"enum:{type(value).__name__}.{value.name};".encode())
        elif isinstance(value, np.ndarray | np.generic):
            array = np.ascontiguousarray(value)
            put(f"array:{array.dtype.str}{array.shape};".encode() + array.tobytes())
        elif dataclasses.is_dataclass(value):
            put(f"{type(value).__name__}{{".encode())
            for field in dataclasses.fields(value):
                put(f"{field.name}=".encode())
                self._feed(getattr(value, field.name))
            put(b"}")
        elif isinstance(value, Mapping):
            self._feed_items([item for key in sorted(value, key=repr) for item in (key, value[key])], "map")
        elif isinstance(value, Set):
            self._feed_items(sorted(value, key=repr), "set")
        elif isinstance(value, Sequence):
            self._feed_items(value, "list")
        else:
            raise TypeError(f"cannot digest {type(value).__name__}")

    def _feed_items(self, items: Sequence[Any], kind: str) -> None:
        self._hash.update(f"{kind}:{len(items)}[".encode())
        for item in items:
            self._feed(item)
        self._hash.update(b"]")


def digest_of(value: Any) -> str:
    """The digest of one value."""
    digest = Digest()
    digest.add(value)
    return digest.hexdigest()
