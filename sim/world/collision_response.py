"""What collisions do: momentum exchanged at the contacts, overlapping bodies parted. In the ground plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.world.body_motion import BodyArrays
from sim.world.collisions import Contact
from sim.world.loose_things import LooseThings
from sim.world.vehicle_motion import VehicleFleet
from sim.world.walker_motion import WalkerCrowd

FloatArray = NDArray[np.float64]

# Car bodies crumple: restitution 0.1 at 5 m/s closing speed and above (Brach and Brach, Vehicle Accident Analysis),
# none in a gentle touch; metal on metal slides with a friction of 0.4 (same source).
RESTITUTION: Final = 0.1
RESTITUTION_FROM_MPS: Final = 0.5
FRICTION: Final = 0.4
# A vehicle slower than this towards a walker is a wall to him: people who walk into a parked car do not shift it.
WALL_BELOW_MPS: Final = 0.5
ALLOWED_DEPTH_M: Final = 0.005  # left overlapping, so that a body leaning on another stays in contact
SWEEPS: Final = 8  # passes over the contacts, so that a push goes through a row of cars


@dataclass(frozen=True, slots=True, eq=False)
class CollidingBodies:
    """N bodies: centres of gravity and their motion; mass and inertia are infinite for what does not yield.

    `walks` marks those who push with their feet, not with their momentum.
    """

    actor_id: NDArray[np.int64]
    center_world_m: FloatArray
    velocity_world_mps: FloatArray
    yaw_rate_radps: FloatArray
    mass_kg: FloatArray
    yaw_inertia_kgm2: FloatArray
    walks: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CollisionEffect:
    """What all contacts of one tick do to one body."""

    actor_id: int
    velocity_change_world_mps: FloatArray
    yaw_rate_change_radps: float
    shift_world_m: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class CollisionImpulse:
    """Momentum that `id_b` took from `id_a` at one contact, N s (3,); `id_a` took its negative. For the sensor."""

    id_a: int
    id_b: int
    impulse_world_ns: FloatArray


def collision_response(
    contacts: Sequence[Contact], bodies: CollidingBodies
) -> tuple[list[CollisionEffect], list[CollisionImpulse]]:
    """Effects for each yielding body that takes part, in order of ids, and the impulse of each contact, in their order.

    Contacts with ids that `bodies` lacks are with fixed scenery.
    """
    row = {int(actor): i for i, actor in enumerate(bodies.actor_id)}
    moving = _Moving(bodies)
    joints = [_Joint(contact, row.get(contact.id_a, -1), row.get(contact.id_b, -1), moving) for contact in contacts]
    for _ in range(SWEEPS):
        for joint in joints:
            joint.push(moving)
    for joint in joints:
        joint.part(moving)
    taking_part = sorted({i for joint in joints for i in (joint.a, joint.b) if i >= 0 and moving.inverse_mass[i] > 0})
    effects = [moving.effect(i, int(bodies.actor_id[i])) for i in taking_part]
    impulses = [CollisionImpulse(c.id_a, c.id_b, j.impulse_world_ns()) for c, j in zip(contacts, joints, strict=True)]
    return sorted(effects, key=lambda effect: effect.actor_id), impulses


def bodies_of(
    actor_ids: Sequence[int], fleet: VehicleFleet, crowd: WalkerCrowd, things: LooseThings
) -> CollidingBodies:
    """The bodies of those actors that one of the groups has; what is not simulated does not yield."""
    groups: list[BodyArrays] = [fleet.arrays(), crowd.arrays(), things.arrays()]
    places = {int(actor): (i, group) for group in groups for i, actor in enumerate(group.actor_id)}
    ids = [actor for actor in actor_ids if actor in places]
    n = len(ids)
    center, velocity, turn = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros(n)
    mass_kg, inertia_kgm2 = np.full(n, np.inf), np.full(n, np.inf)
    for i, actor in enumerate(ids):
        row, arrays = places[actor]
        center[i], velocity[i] = arrays.position_world_m[row], arrays.velocity_world_mps[row]
        turn[i] = arrays.angular_velocity_world_radps[row, 2]
        if actor in fleet:
            spec, yaw = fleet.spec(actor), arrays.rpy_rad[row, 2]
            arm = spec.cg_x_m * np.array([np.cos(yaw), np.sin(yaw), 0.0])
            center[i] += arm
            velocity[i] += turn[i] * np.array([-arm[1], arm[0], 0.0])
            if fleet.is_simulated(actor):
                mass_kg[i], inertia_kgm2[i] = spec.mass_kg, spec.yaw_inertia_kgm2
        elif actor in things:
            mass_kg[i], inertia_kgm2[i] = things.spec(actor).mass_kg, things.spec(actor).yaw_inertia_kgm2
        elif crowd.is_simulated(actor):
            mass_kg[i] = crowd.spec(actor).mass_kg
    walks = np.array([actor in crowd for actor in ids], dtype=np.bool_)
    return CollidingBodies(np.array(ids, dtype=np.int64), center, velocity, turn, mass_kg, inertia_kgm2, walks)


def apply_effects(
    effects: Sequence[CollisionEffect], fleet: VehicleFleet, crowd: WalkerCrowd, things: LooseThings
) -> None:
    """Give each body what the collisions do to it."""
    for effect in effects:
        change, shift = effect.velocity_change_world_mps, effect.shift_world_m
        if effect.actor_id in fleet:
            fleet.apply_collision(effect.actor_id, change, effect.yaw_rate_change_radps, shift)
        elif effect.actor_id in things:
            things.apply_collision(effect.actor_id, change, effect.yaw_rate_change_radps, shift)
        elif effect.actor_id in crowd:
            crowd.apply_collision(effect.actor_id, change, shift)


class _Moving:
    """Velocities while the contacts are solved; row -1 is the fixed scenery."""

    def __init__(self, bodies: CollidingBodies) -> None:
        def planar(vectors: FloatArray) -> list[complex]:
            return [complex(x, y) for x, y in vectors[:, :2]] + [0j]

        self.center_m = planar(bodies.center_world_m)
        self.start_mps = planar(bodies.velocity_world_mps)
        self.velocity_mps = list(self.start_mps)
        self.start_radps = [float(v) for v in bodies.yaw_rate_radps] + [0.0]
        self.yaw_rate_radps = list(self.start_radps)
        self.inverse_mass = [1.0 / float(v) for v in bodies.mass_kg] + [0.0]
        self.inverse_inertia = [1.0 / float(v) for v in bodies.yaw_inertia_kgm2] + [0.0]
        self.walks = [bool(v) for v in bodies.walks] + [False]
        self.shift_m = [0j] * len(self.center_m)

    def at(self, i: int, arm_m: complex) -> complex:
        """Velocity of a point of body `i`."""
        return self.velocity_mps[i] + 1j * self.yaw_rate_radps[i] * arm_m

    def effect(self, i: int, actor_id: int) -> CollisionEffect:
        """What has come together for body `i`."""
        change, shift = self.velocity_mps[i] - self.start_mps[i], self.shift_m[i]
        turn = self.yaw_rate_radps[i] - self.start_radps[i]
        return CollisionEffect(actor_id, _vector(change), turn, _vector(shift))


class _Joint:
    """One contact while it is solved: the impulse on b along the normal and across it, so far.

    `mass_a`, `turn_a` (and b) are the inverse mass and inertia with which the bodies yield at this contact.
    """

    def __init__(self, contact: Contact, a: int, b: int, moving: _Moving) -> None:
        normal = complex(contact.normal_world[0], contact.normal_world[1])
        self.a, self.b, self.depth_m = a, b, contact.depth_m
        self.normal = normal / abs(normal) if abs(normal) > 0 else 0j
        point = complex(contact.point_world_m[0], contact.point_world_m[1])
        self.arm_a, self.arm_b = point - moving.center_m[a], point - moving.center_m[b]
        self.along_ns = self.across_ns = 0.0
        speed_a, speed_b = (_dot(v, self.normal) for v in (moving.at(a, self.arm_a), moving.at(b, self.arm_b)))
        yields_a = not (moving.walks[b] and not moving.walks[a] and speed_a < WALL_BELOW_MPS)
        yields_b = not (moving.walks[a] and not moving.walks[b] and -speed_b < WALL_BELOW_MPS)
        self.mass_a, self.mass_b = moving.inverse_mass[a] * yields_a, moving.inverse_mass[b] * yields_b
        self.turn_a, self.turn_b = moving.inverse_inertia[a] * yields_a, moving.inverse_inertia[b] * yields_b
        closing = speed_a - speed_b
        self.bounce_mps = RESTITUTION * closing if closing > RESTITUTION_FROM_MPS else 0.0

    def push(self, moving: _Moving) -> None:
        """Bring the closing speed to the rebound's, and the sliding to rest as far as friction can."""
        mass_kg = self._mass_kg(self.normal)
        if mass_kg == 0.0:
            return
        slip = moving.at(self.b, self.arm_b) - moving.at(self.a, self.arm_a)
        along_ns = max(0.0, self.along_ns + mass_kg * (self.bounce_mps - _dot(slip, self.normal)))
        self._give((along_ns - self.along_ns) * self.normal, moving)
        self.along_ns = along_ns
        tangent = 1j * self.normal
        slip = moving.at(self.b, self.arm_b) - moving.at(self.a, self.arm_a)
        limit_ns = FRICTION * self.along_ns
        across_ns = self.across_ns - self._mass_kg(tangent) * _dot(slip, tangent)
        across_ns = min(max(across_ns, -limit_ns), limit_ns)
        self._give((across_ns - self.across_ns) * tangent, moving)
        self.across_ns = across_ns

    def part(self, moving: _Moving) -> None:
        """Shift both bodies out of each other, the lighter one more."""
        total = self.mass_a + self.mass_b
        if total > 0.0:
            shift = max(0.0, self.depth_m - ALLOWED_DEPTH_M) * self.normal / total
            moving.shift_m[self.a] -= shift * self.mass_a
            moving.shift_m[self.b] += shift * self.mass_b

    def impulse_world_ns(self) -> FloatArray:
        """(3,) on b."""
        return _vector((self.along_ns + 1j * self.across_ns) * self.normal)

    def _mass_kg(self, direction: complex) -> float:
        yields = self.mass_a + self.mass_b
        yields += _cross(self.arm_a, direction) ** 2 * self.turn_a + _cross(self.arm_b, direction) ** 2 * self.turn_b
        return 1.0 / yields if yields > 0.0 and direction != 0 else 0.0

    def _give(self, impulse_ns: complex, moving: _Moving) -> None:
        moving.velocity_mps[self.a] -= impulse_ns * self.mass_a
        moving.velocity_mps[self.b] += impulse_ns * self.mass_b
        moving.yaw_rate_radps[self.a] -= _cross(self.arm_a, impulse_ns) * self.turn_a
        moving.yaw_rate_radps[self.b] += _cross(self.arm_b, impulse_ns) * self.turn_b


def _dot(a: complex, b: complex) -> float:
    return a.real * b.real + a.imag * b.imag


def _cross(a: complex, b: complex) -> float:
    return a.real * b.imag - a.imag * b.real


def _vector(planar: complex) -> FloatArray:
    return np.array([planar.real, planar.imag, 0.0])
