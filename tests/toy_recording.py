"""Recordings as stock CARLA writes them, byte by byte from the documented layout: written and read without our code."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field


def text(value: str) -> bytes:
    return struct.pack("<H", len(value)) + value.encode()


def packet(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack("<BI", kind, len(payload)) + payload


def counted(kind: int, rows: list[bytes]) -> bytes:
    return packet(kind, struct.pack("<H", len(rows)) + b"".join(rows))


def birth(actor_id: int, kind: int, xyz_cm: tuple[float, float, float], yaw_deg: float, name: str, role: str) -> bytes:
    attributes = struct.pack("<H", 1) + b"\x03" + text("role_name") + text(role)
    pose = struct.pack("<6f", *xyz_cm, 0.0, 0.0, yaw_deg)  # rotations are roll, pitch, yaw
    return struct.pack("<IB", actor_id, kind) + pose + struct.pack("<I", 1) + text(name) + attributes


def place(actor_id: int, xyz_cm: tuple[float, float, float], yaw_deg: float = 0.0) -> bytes:
    return struct.pack("<I6f", actor_id, *xyz_cm, 0.0, 0.0, yaw_deg)


@dataclass
class ToyRecording:
    """Frames of 50 ms, each given as its packets."""

    map_name: str = "plain"
    version: int = 1
    frames: list[bytes] = field(default_factory=list)

    def add(self, *packets: bytes) -> None:
        number = len(self.frames)
        start = packet(0, struct.pack("<Qdd", number + 1, 0.05, number * 0.05))
        self.frames.append(start + b"".join(packets) + packet(1))

    def data(self) -> bytes:
        header = struct.pack("<H", self.version) + text("CARLA_RECORDER") + struct.pack("<q", 0) + text(self.map_name)
        return header + b"".join(self.frames)


def opened(data: bytes) -> tuple[dict[str, object], list[list[tuple[int, bytes]]]]:
    """Header and packets by frame; fails on any byte that does not belong."""
    version, length = struct.unpack_from("<HH", data)
    at = 4 + length
    (date, map_length) = struct.unpack_from("<qH", data, at)
    header = {"version": version, "magic": data[4:at].decode(), "date": date}
    header["map"] = data[at + 10 : at + 10 + map_length].decode()
    at += 10 + map_length
    frames: list[list[tuple[int, bytes]]] = []
    while at < len(data):
        kind, size = struct.unpack_from("<BI", data, at)
        payload = data[at + 5 : at + 5 + size]
        assert len(payload) == size
        if kind == 0:
            frames.append([])
        frames[-1].append((kind, payload))
        at += 5 + size
    return header, frames
