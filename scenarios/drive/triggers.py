"""When what is staged begins: by time, distance, time to collision, or what of an actor can be seen."""

from __future__ import annotations

from moosetest.arrays import FloatArray
from moosetest.timing import s_from_ns
from scenarios.actors import AfterReveal, AtGap, AtTime, AtTtc, AtVisibleShare, Trigger
from scenarios.drive.path import LanePath
from scenarios.measure.visibility import visible_share
from sim.truth import GroundTruth

EGO_FRONT_M = 3.8
"""From the rear axle to the front bumper of the car under test."""
EYE_EGO_M = (1.95, 0.0, 1.55)
"""Where the cameras are: what is visible is visible from here."""
REVEALED_SHARE = 0.5
"""An actor is revealed when this much of it can be seen."""


class Starter:
    """Tells, tick by tick, when one trigger has fired; once fired it stays so.

    Args:
        trigger: what to wait for.
        ahead_m: the actor's own start along the ego's path.
        path: the ego's lane path.
    """

    def __init__(self, trigger: Trigger, ahead_m: float, path: LanePath) -> None:
        self._trigger, self._ahead_m, self._path = trigger, ahead_m, path
        self._fired_ns: int | None = None
        self._revealed_ns: int | None = None

    def since_s(self, truth: GroundTruth) -> float | None:
        """Seconds since it fired, 0.0 in the tick in which it does; None before."""
        if self._fired_ns is None and self._fires(truth):
            self._fired_ns = truth.t_ns
        return None if self._fired_ns is None else s_from_ns(truth.t_ns - self._fired_ns)

    def _fires(self, truth: GroundTruth) -> bool:
        trigger = self._trigger
        if isinstance(trigger, AtTime):
            return s_from_ns(truth.t_ns) >= trigger.t_s
        if isinstance(trigger, AtGap):
            return self._gap_m(truth) <= trigger.gap_m
        if isinstance(trigger, AtTtc):
            return self._gap_m(truth) <= trigger.ttc_s * max(truth.ego.speed_mps, 0.0)
        if isinstance(trigger, AtVisibleShare):
            return role_visible_share(truth, trigger.role) >= trigger.share
        return self._reveal_is_past(trigger, truth)

    def _reveal_is_past(self, trigger: AfterReveal, truth: GroundTruth) -> bool:
        if self._revealed_ns is None and role_visible_share(truth, trigger.role) >= REVEALED_SHARE:
            self._revealed_ns = truth.t_ns
        return self._revealed_ns is not None and s_from_ns(truth.t_ns - self._revealed_ns) >= trigger.delay_s

    def _gap_m(self, truth: GroundTruth) -> float:
        return self._ahead_m - self._path.along_m(truth.ego.T_world_ego.points([EGO_FRONT_M, 0.0, 0.0]))


def role_visible_share(truth: GroundTruth, role: str) -> float:
    """Share of the actor `role` that can be seen from the ego's cameras; 0 when it is not there."""
    if role not in truth.objects.role:
        return 0.0
    eye_world_m: FloatArray = truth.ego.T_world_ego.points(list(EYE_EGO_M))
    return visible_share(truth.objects, truth.objects.role.index(role), eye_world_m)
