"""What every sensor adapter gets and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim.server.actors import Actor
from sim.server.messages import SENSOR_INDEX, Instant
from sim.server.sensors.eyes import CameraRequest, Eyes
from sim.server.streams import Buffer

Payload = Sequence[Buffer]
"""One message after its header, in parts that do not change any more."""


@dataclass(frozen=True, slots=True, eq=False)
class SensorState:
    """A sensor's motion at the tick (right-handed, in the world), and how long it has been at work.

    Args:
        actor: the sensor.
        T_world_sensor: (4, 4).
        velocity_world_mps: (3,).
        angular_velocity_world_radps: (3,).
        acceleration_world_mps2: (3,).
        noise_frame: ticks since its birth: the same in equal runs, whatever the server did before.
        since_last_s: since its last measurement.
    """

    actor: Actor
    T_world_sensor: NDArray[np.float64]
    velocity_world_mps: NDArray[np.float64]
    angular_velocity_world_radps: NDArray[np.float64]
    acceleration_world_mps2: NDArray[np.float64]
    noise_frame: int
    since_last_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Collision:
    """What a body felt: CARLA's Actor structs of both, the impulse on the body in CARLA's frame."""

    actor_id: int
    own: list[Any]
    other: list[Any]
    impulse_ns: list[float]


@dataclass(frozen=True, slots=True, eq=False)
class TickView:
    """What all sensors of one tick share.

    Args:
        now: the tick.
        eyes: cameras and rays into the tick's scene.
        collisions: of bodies that carry a collision sensor.
        actors: CARLA's Actor structs, for sensors that name what they saw; only filled when one is at work.
        origin_lat_lon_deg: of the map.
        gravity_mps2: as inertial sensors feel it.
    """

    now: Instant
    eyes: Eyes
    collisions: tuple[Collision, ...]
    actors: dict[int, list[Any]]
    origin_lat_lon_deg: tuple[float, float]
    gravity_mps2: float


class SensorAdapter(Protocol):
    """One sensor: made when its first client listens, asked at each tick at which it is due."""

    def measure(self, state: SensorState, view: TickView) -> list[Payload]:
        """The messages of this tick; most sensors have one, event sensors none or several."""
        ...


@runtime_checkable
class CameraAdapter(SensorAdapter, Protocol):
    """A sensor that needs a picture, and says which before any is drawn."""

    def request(self, state: SensorState) -> CameraRequest:
        """The picture that `measure` will ask for."""
        ...


def attribute_float(actor: Actor, name: str, default: float) -> float:
    """A sensor's attribute as a finite number, `default` for what is none."""
    try:
        value = float(actor.attribute(name, str(default)))
    except ValueError:
        return default
    return value if np.isfinite(value) else default


def attribute_int(actor: Actor, name: str, default: int) -> int:
    """A sensor's attribute as a whole number, `default` for what is none."""
    return int(attribute_float(actor, name, default))


def attribute_flag(actor: Actor, name: str, default: bool = False) -> bool:
    """Whether a sensor's attribute is true; an absent one is as `default` says."""
    return actor.attribute(name, str(default)).lower() in ("true", "1")


def chosen_noise_seed(server_seed: int, actor: Actor) -> int:
    """The seed of a sensor that has the attribute `noise_seed`: sensors of one kind and one seed err alike."""
    own = attribute_int(actor, "noise_seed", 0)
    parts = [server_seed & 0xFFFFFFFF, own & 0xFFFFFFFF, SENSOR_INDEX[actor.blueprint_id]]
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def noise_rng_seed(server_seed: int, actor: Actor) -> int:
    """The seed of a camera's noise: two cameras of one server and one `moosetest_noise_seed` do not err alike."""
    own = attribute_int(actor, "moosetest_noise_seed", 0)
    parts = [server_seed & 0xFFFFFFFF, own & 0xFFFFFFFF, actor.id]
    return int(np.random.SeedSequence(parts).generate_state(1)[0])
