"""What is attached to what: sensors and others that ride along, rigidly or at the end of a spring arm."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.server import poses
from sim.server.actors import Actor, ActorTable
from sim.server.calls import CallError
from sim.server.contacts import Contacts
from sim.server.spring_arm import SPRING_ARM, SPRING_ARM_GHOST, SpringArm

RIGID = 0
"""carla.AttachmentType of most actors."""
ATTACHMENTS = (RIGID, SPRING_ARM, SPRING_ARM_GHOST)


class Attachments:
    """Fastens actors to their parents, and moves them along.

    Args:
        table: of all actors.
        contacts: what spring arms must not reach through.
    """

    def __init__(self, table: ActorTable, contacts: Contacts) -> None:
        self._table = table
        self._contacts = contacts
        self._levels: list[list[Actor]] = []
        self._version = -1

    def fasten(
        self, actor: Actor, parent: Actor, T_parent_self: NDArray[np.float64], attachment: int
    ) -> NDArray[np.float64]:
        """Tie a free actor to another; returns its pose in the world.

        Raises:
            CallError: no such attachment.
        """
        if attachment not in ATTACHMENTS:
            raise CallError(f"attachment type {attachment}, want {RIGID}, {SPRING_ARM} or {SPRING_ARM_GHOST}")
        actor.parent_id, actor.T_parent_self = parent.id, T_parent_self
        if attachment != RIGID:
            actor.arm = SpringArm(T_parent_self[:3, 3].copy(), collides=attachment == SPRING_ARM)
            actor.T_parent_self = T_parent_self.copy()
            actor.T_parent_self[:3, 3] = 0.0
        return self.holder(actor, self._table.pose(parent.id), 0.0) @ actor.T_parent_self

    def carry(self, actor: Actor, parent: Actor) -> None:
        """A new actor moves as what it is attached to: its birth is no jerk."""
        table, row, above = self._table, self._table.row(actor.id), self._table.row(parent.id)
        turn = table.angular_velocity_world_radps[above]
        arm = table.position_world_m[row] - table.position_world_m[above]
        table.velocity_world_mps[row] = table.velocity_world_mps[above] + np.cross(turn, arm)
        table.angular_velocity_world_radps[row] = turn

    def holder(self, actor: Actor, T_world_parent: NDArray[np.float64], delta_s: float) -> NDArray[np.float64]:
        """What `T_parent_self` is relative to: the parent, or the end of the arm."""
        if actor.arm is None:
            return T_world_parent
        return actor.arm.end(T_world_parent, delta_s, partial(self._contacts.blocked_share, not_id=actor.parent_id))

    def follow(self, delta_s: float) -> None:
        """Attached actors follow their parents, parents first; a lever arm adds to velocity and acceleration."""
        if self._version != self._table.version:
            self._levels = _by_depth(self._table.actors)
            self._version = self._table.version
        table = self._table
        for level in self._levels:
            rows, parents = table.rows([a.id for a in level]), table.rows([a.parent_id for a in level])
            T_parent_self = np.stack([a.T_parent_self for a in level if a.T_parent_self is not None])
            T_world_parent = poses.matrices(table.position_world_m[parents], table.rpy_rad[parents])
            for index, actor in enumerate(level):
                if actor.arm is not None:
                    T_world_parent[index] = self.holder(actor, T_world_parent[index], delta_s)
            T_world_self = T_world_parent @ T_parent_self
            arm = T_world_self[:, :3, 3] - T_world_parent[:, :3, 3]
            turn = table.angular_velocity_world_radps[parents]
            table.position_world_m[rows] = T_world_self[:, :3, 3]
            table.rpy_rad[rows] = poses.rpy_of(T_world_self)
            velocity = table.velocity_world_mps[parents] + np.cross(turn, arm)
            change = (velocity - table.velocity_world_mps[rows]) / delta_s
            # in the middle of the tick: what a turning body felt along its own axes, it tells along those it has now
            table.acceleration_world_mps2[rows] = change + np.cross(turn, change) * (delta_s / 2)
            table.velocity_world_mps[rows] = velocity
            table.angular_velocity_world_radps[rows] = turn


def _by_depth(actors: dict[int, Actor]) -> list[list[Actor]]:
    """Attached actors, those whose parent is free first."""
    levels: list[list[Actor]] = []
    depth: dict[int, int] = {}
    for actor in actors.values():  # a parent is always older than its child
        if actor.T_parent_self is not None:
            depth[actor.id] = depth.get(actor.parent_id, -1) + 1
            while len(levels) <= depth[actor.id]:
                levels.append([])
            levels[depth[actor.id]].append(actor)
    return levels
