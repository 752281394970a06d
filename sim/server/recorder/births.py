"""The packet of an actor's birth: who it is, where, and with which attributes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sim.server.layouts import ActorDescription, AttributeValue, CarlaTransform
from sim.server.recorder.log_reader import Fields
from sim.server.recorder.packets import CM_PER_M, MAX_ROWS, U16, U32, Kind, packet, text

_ID_AND_TYPE = struct.Struct("<IB")
_POSE = struct.Struct("<6f")
_TYPE = struct.Struct("<B")
OTHER, VEHICLE, WALKER, TRAFFIC_LIGHT, TRAFFIC_SIGN, SENSOR = range(6)
"""What Unreal's side of CARLA calls an actor's type."""
_FARTHEST = 1e7
"""Metres or degrees: single precision still tells one from the next."""
_LEAST_BIRTH_BYTES = _ID_AND_TYPE.size + _POSE.size + U32.size + 2 * U16.size


@dataclass(frozen=True, slots=True)
class Birth:
    """An actor that came into the world; `pose` is relative to the parent if it has one in the same frame."""

    actor_id: int
    actor_type: int
    pose: CarlaTransform
    description: ActorDescription

    def is_somewhere(self) -> bool:
        """Whether its place is one of this world; not a number is nowhere."""
        return all(abs(v) < _FARTHEST for v in (*self.pose.location_m, *self.pose.rotation_deg))

    def attribute(self, name: str) -> str:
        """The value of an attribute, "" for none."""
        return next((a.value for a in self.description.attributes if a.name == name), "")


def actor_type(blueprint_id: str) -> int:
    """CARLA's type of an actor by its blueprint."""
    if blueprint_id.startswith("traffic."):
        return TRAFFIC_LIGHT if blueprint_id.startswith("traffic.traffic_light") else TRAFFIC_SIGN
    first = blueprint_id.split(".", 1)[0]
    return {"vehicle": VEHICLE, "walker": WALKER, "sensor": SENSOR}.get(first, OTHER)


def write_births(births: list[Birth]) -> bytes:
    """The packet; nothing at all for no births."""
    if not births:
        return b""
    return packet(Kind.BIRTHS, U16.pack(len(births)) + b"".join(_written(birth) for birth in births))


def read_births(payload: bytes) -> list[Birth]:
    """The births of a packet.

    Raises:
        LogError: it is broken.
    """
    fields = Fields(payload)
    return [_read(fields) for _ in range(fields.count(U16, _LEAST_BIRTH_BYTES))]


def _written(birth: Birth) -> bytes:
    pitch, yaw, roll = birth.pose.rotation_deg
    description = birth.description
    attributes = description.attributes[:MAX_ROWS]
    parts = [
        _ID_AND_TYPE.pack(birth.actor_id, birth.actor_type),
        _POSE.pack(*(v * CM_PER_M for v in birth.pose.location_m), roll, pitch, yaw),
        U32.pack(description.uid & 0xFFFFFFFF),
        text(description.blueprint_id),
        U16.pack(len(attributes)),
    ]
    parts += [_TYPE.pack(a.kind & 0xFF) + text(a.name) + text(a.value) for a in attributes]
    return b"".join(parts)


def _read(fields: Fields) -> Birth:
    actor_id, kind = (int(v) for v in fields.take(_ID_AND_TYPE))
    x, y, z, roll, pitch, yaw = (float(v) for v in fields.take(_POSE))
    uid, blueprint_id = int(fields.take(U32)[0]), fields.text()
    attributes = []
    for _ in range(fields.count(U16, 5)):
        attribute_kind = int(fields.take(_TYPE)[0])
        attributes.append(AttributeValue(fields.text(), attribute_kind, fields.text()))
    pose = CarlaTransform((x / CM_PER_M, y / CM_PER_M, z / CM_PER_M), (pitch, yaw, roll))
    return Birth(actor_id, kind, pose, ActorDescription(uid, blueprint_id, attributes))
