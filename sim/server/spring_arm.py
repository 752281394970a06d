"""Cameras on spring arms, as CARLA hangs them up: level, late in turns, nearer where something is in between."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.server.poses import FloatArray

SPRING_ARM, SPRING_ARM_GHOST = 1, 2
"""carla.AttachmentType; the ghost goes through walls, and hangs at the parent's origin."""
LAG_PER_S = 8.0
"""CARLA's rotation lag: this share of the missing angle is turned in a second, in steps of ..."""
LAG_STEP_S = 1.0 / 60.0
RAISE_M = 0.3
"""The other arm begins this far above the parent's origin."""
PROBE_RADIUS_M = 0.12
"""Unreal's ball that is swept along the arm."""

Blocked = Callable[[FloatArray, FloatArray, float], float]
"""How much of a way a ball of some radius gets, 0 to 1."""


@dataclass(slots=True)
class SpringArm:
    """One arm. Its length and slope are fixed; its bearing follows the parent's, with a lag.

    Args:
        offset_parent_m: (3,) from the parent to the child, where nothing is near and the parent is level.
        collides: whether what is between parent and child shortens the arm.
    """

    offset_parent_m: FloatArray
    collides: bool
    yaw_world_rad: float | None = None

    def end(self, T_world_parent: FloatArray, dt_s: float, blocked: Blocked) -> FloatArray:
        """(4, 4) `T_world_end`: its x axis points along the arm to the parent. The lag goes on by `dt_s`."""
        look = -self.offset_parent_m
        length_m = float(np.linalg.norm(look))
        slope_rad = math.atan2(look[2], math.hypot(look[0], look[1]))
        ahead = T_world_parent[:3, :3] @ (look if length_m > 0 else np.array([1.0, 0.0, 0.0]))
        self._turn(math.atan2(ahead[1], ahead[0]), dt_s)
        yaw_rad = self.yaw_world_rad or 0.0
        cp, sp, cy, sy = math.cos(slope_rad), math.sin(slope_rad), math.cos(yaw_rad), math.sin(yaw_rad)
        T_world_end = np.eye(4)
        T_world_end[:3, :3] = [[cp * cy, -sy, -sp * cy], [cp * sy, cy, -sp * sy], [sp, 0.0, cp]]
        start = T_world_parent[:3, 3] + np.array([0.0, 0.0, RAISE_M if self.collides else 0.0])
        end = start - length_m * T_world_end[:3, 0]
        if self.collides and length_m > 0:
            end = start + blocked(start, end, PROBE_RADIUS_M) * (end - start)
        T_world_end[:3, 3] = end
        return T_world_end

    def _turn(self, target_rad: float, dt_s: float) -> None:
        """Follow a bearing that moves evenly to `target_rad` in this step."""
        if self.yaw_world_rad is None:
            self.yaw_world_rad = target_rad
            return
        if dt_s <= 0.0:
            return
        began_rad, change_rad, passed_s = self.yaw_world_rad, _wrapped(target_rad - self.yaw_world_rad), 0.0
        while passed_s < dt_s - 1e-9:
            step_s = min(LAG_STEP_S, dt_s - passed_s)
            passed_s += step_s
            aim_rad = began_rad + change_rad * passed_s / dt_s
            self.yaw_world_rad += _wrapped(aim_rad - self.yaw_world_rad) * min(1.0, LAG_PER_S * step_s)


def _wrapped(angle_rad: float) -> float:
    return (angle_rad + math.pi) % (2 * math.pi) - math.pi
