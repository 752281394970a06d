"""The rules: cruise, follow, yield, stop or brake hard, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from moosetest.motion import PlanStatus
from moosetest.objects import ObjectClass, Tracks
from moosetest.timing import ns_from_s
from planning.corridor import Occupancy
from planning.safety import (
    SafetyConfig,
    SafetyLayer,
    Threat,
    conflicts,
    dilated,
    needed_deceleration,
    rss_gap_m,
    travel_m,
)
from planning.speed import SpeedConfig, SpeedProfile, follow_accel_mps2
from planning.vehicle import EgoShape

_STOPPED_MPS = 0.3  # below it a car's wheels are all but still


class Mode(Enum):
    """What the car is about."""

    CRUISE = "cruise"
    FOLLOW = "follow"
    YIELD = "yield"
    STOP = "stop"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class BehaviorConfig:
    """When the rules switch.

    Args:
        standing_mps: slower things along the route are standing: twice the speed error of a good track.
        yield_start_mps2: a crossing that needs this much braking is braked for; less, and the car stops speeding up.
        yield_margin_m: room left before somebody who crosses.
        yield_margin_s: and time, for people and two-wheelers.
        min_probability: less likely predictions are left to caution.
        caution_mps2: if an unlikely prediction came true, this much braking must still be enough.
        caution_speed_share: caution takes at most this share of speed (PC-B allows 10 %).
        hold_s: stay stopped this long after the way is clear.
        lost_lead_hold_s: do not speed up this long after the car ahead left: what it hid is not yet known (RW-04).
        start_accel_mps2: pulling away is tried with this.
    """

    standing_mps: float = 0.5
    yield_start_mps2: float = 1.0
    yield_margin_m: float = 2.0
    yield_margin_s: float = 0.8
    min_probability: float = 0.35
    caution_mps2: float = 6.0
    caution_speed_share: float = 0.9
    hold_s: float = 1.0
    lost_lead_hold_s: float = 1.0
    start_accel_mps2: float = 1.0


@dataclass(frozen=True, slots=True)
class Decision:
    """The acceleration wanted now, what for, and the track that asks for it (-1: none)."""

    mode: Mode
    accel_mps2: float
    status: PlanStatus
    reason: str
    blocking_track_id: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What the rules look at.

    `profile` already ends before standing things; `occupied` holds every track in the swept path, `ego_s_m` is the
    car's place on the route.
    """

    t_ns: int
    tracks: Tracks
    occupied: Occupancy
    profile: SpeedProfile
    ego_s_m: float
    speed_mps: float


class Behavior:
    """Applies the rules; remembers only what it is waiting for."""

    def __init__(
        self, config: BehaviorConfig, speed_config: SpeedConfig, safety_config: SafetyConfig, shape: EgoShape
    ) -> None:
        self._config = config
        self._speed = speed_config
        self._safety_config = safety_config
        self._safety = SafetyLayer(safety_config, shape)
        self._shape = shape
        self.reset()

    def reset(self) -> None:
        """Forget what it was waiting for."""
        self._safety.reset()
        self._yielding = False
        self._held_for = -1
        self._hold_until_ns = 0
        self._lead_seen_ns = -(10**12)

    def decide(self, now: Situation) -> Decision:
        """The most cautious of the rules; the safety layer above them all."""
        threat = self._safety.check(now.occupied, now.speed_mps)
        leads = self._follow(now)
        options = [self._cruise(now, bool(leads)), *leads]
        options += [*self._standing(now), *self._yield(now), *self._caution(now)]
        decision = min(options, key=lambda option: option.accel_mps2)
        if threat is not None:
            braking = -self._safety.braking_mps2(threat)
            if braking <= decision.accel_mps2:
                decision = self._emergency(now, threat, braking)
        return self._hold(now, decision)

    def _cruise(self, now: Situation, has_lead: bool) -> Decision:
        accel = now.profile.accel_mps2(now.ego_s_m, now.speed_mps, self._speed)
        reason = f"cruise at {now.profile.at(now.ego_s_m):.1f} m/s"
        just_left = not has_lead and now.t_ns - self._lead_seen_ns < ns_from_s(self._config.lost_lead_hold_s)
        if just_left and accel > 0:
            return Decision(Mode.CRUISE, 0.0, PlanStatus.OK, "keep speed: the one ahead just left")
        return Decision(Mode.CRUISE, accel, PlanStatus.OK, reason)

    def _follow(self, now: Situation) -> list[Decision]:
        """Behind everything that moves along the route and is, or will within a headway be, in the path."""
        occupied = now.occupied
        soon = occupied.time_s <= self._speed.headway_s
        gap = np.where(np.isfinite(occupied.near_m[:, soon]), occupied.near_m[:, soon], np.inf)
        present = np.isfinite(occupied.near_m[:, 0])
        is_lead = (
            (occupied.speed_mps >= self._config.standing_mps)
            & (occupied.speed_mps > np.abs(occupied.cross_mps))
            & (present | (occupied.probability >= self._config.min_probability))
        )
        nearest = gap.min(axis=1)
        options = []
        for r in np.flatnonzero(is_lead & np.isfinite(nearest)).tolist():
            lead_mps = float(occupied.speed_mps[r])
            accel = follow_accel_mps2(float(nearest[r]), now.speed_mps, lead_mps, self._speed)
            if nearest[r] < rss_gap_m(now.speed_mps, lead_mps, self._safety_config):
                accel = -self._speed.max_brake_mps2  # RSS's proper response: at least 3 m/s2 until the gap is back
            if nearest[r] < self._speed.headway_s * 2.0 * max(now.speed_mps, 5.0) and present[r]:
                self._lead_seen_ns = now.t_ns
            reason = f"follow: {self._name(now, r)} {nearest[r]:.0f} m ahead at {lead_mps:.1f} m/s"
            options.append(Decision(Mode.FOLLOW, accel, PlanStatus.OK, reason, self._track_id(now, r)))
        return options

    def _standing(self, now: Situation) -> list[Decision]:
        """The profile already stops for standing things; this names the nearest, so that the reason is told."""
        rows = standing_rows(now.occupied, self._config.standing_mps)
        if not len(rows):
            return []
        r = int(rows[np.argmin(now.occupied.near_m[rows, 0])])
        accel = now.profile.accel_mps2(now.ego_s_m, now.speed_mps, self._speed)
        gap_m = float(now.occupied.near_m[r, 0])
        if now.speed_mps < _STOPPED_MPS and gap_m < self._speed.standstill_gap_m + 1.0:
            accel = min(accel, -1.0)  # near enough: no creeping up
        if accel > -0.2 and now.speed_mps > _STOPPED_MPS:
            return []
        reason = f"stop: {self._name(now, r)} {gap_m:.0f} m ahead standing"
        return [Decision(Mode.STOP, accel - 1e-6, PlanStatus.OK, reason, self._track_id(now, r))]

    def _yield(self, now: Situation) -> list[Decision]:
        """Lets cross whoever is predicted to: brake early and mildly, never speed up into a crossing."""
        config = self._config
        occupied = now.occupied
        along = (occupied.speed_mps >= config.standing_mps) & (occupied.speed_mps > np.abs(occupied.cross_mps))
        standing = np.zeros(len(occupied), dtype=bool)
        standing[standing_rows(occupied, config.standing_mps)] = True
        # who is in the path already may stop there: then every hypothesis counts
        believed = (occupied.probability >= config.min_probability) | np.isfinite(occupied.near_m[:, 0])
        likely = believed & ~along & ~standing
        rows = np.flatnonzero(likely)
        if not len(rows):
            self._yielding = False
            return []
        table = dilated(occupied.select(likely), config.yield_margin_s)
        needed = needed_deceleration(table, now.speed_mps, self._shape, config.yield_margin_m, self._safety_config)
        worst = int(np.argmax(needed))
        r, need = int(rows[worst]), float(needed[worst])
        if need == 0.0:
            self._yielding = False
            return self._wait(now, table, rows)
        self._yielding = self._yielding or need >= config.yield_start_mps2
        accel = -min(need * 1.1, self._speed.max_brake_mps2) if self._yielding else 0.0
        return [self._yields(now, r, accel, need)]

    def _wait(self, now: Situation, table: Occupancy, rows: np.ndarray) -> list[Decision]:
        """Keep from speeding up (or pulling away) into a crossing that the present speed just avoids."""
        start = travel_m(now.speed_mps, np.array([self._config.start_accel_mps2]), table.time_s, 0.0)
        hit = conflicts(table, start, self._shape, self._config.yield_margin_m)[0].any(axis=1)
        return [self._yields(now, int(rows[np.argmax(hit)]), 0.0, 0.0)] if hit.any() else []

    def _yields(self, now: Situation, r: int, accel_mps2: float, need_mps2: float) -> Decision:
        entering = now.occupied.near_m[r]
        ahead_m = float(entering[np.isfinite(entering)][0])
        reason = f"yield: {self._name(now, r)} {ahead_m:.0f} m ahead crossing, needs {need_mps2:.1f} m/s²"
        return Decision(Mode.YIELD, accel_mps2, PlanStatus.OK, reason, self._track_id(now, r))

    def _caution(self, now: Situation) -> list[Decision]:
        """Slow a little where an unlikely step into the path could not be stopped for."""
        config = self._config
        occupied = now.occupied
        unlikely = (occupied.probability < config.min_probability) & ~np.isfinite(occupied.near_m[:, 0])
        unlikely &= occupied.is_vru & (occupied.probability > 0.0)
        rows = np.flatnonzero(unlikely)
        if not len(rows):
            return []
        table = occupied.select(unlikely)
        needed = needed_deceleration(
            table, now.speed_mps, self._shape, self._safety_config.margin_m, self._safety_config
        )
        worst = int(np.argmax(needed))
        if needed[worst] < config.caution_mps2:
            return []
        floor = config.caution_speed_share * now.profile.at(now.ego_s_m)
        accel = float(np.clip((floor - now.speed_mps) / self._speed.track_s, -1.0, 0.0))
        reason = f"caution: {self._name(now, rows[worst])} might step out"
        status = PlanStatus.DEGRADED if accel < 0 else PlanStatus.OK
        return [Decision(Mode.CRUISE, accel, status, reason, self._track_id(now, rows[worst]))]

    def _emergency(self, now: Situation, threat: Threat, accel_mps2: float) -> Decision:
        r = threat.row
        near = now.occupied.near_m[r]
        ahead_m = float(near[np.isfinite(near)][0])
        crosses = abs(now.occupied.cross_mps[r]) > max(now.occupied.speed_mps[r], self._config.standing_mps)
        how = "crossing" if crosses else "in the path"
        wants = f"needs {threat.needed_mps2:.1f} m/s²" if np.isfinite(threat.needed_mps2) else "too near to avoid"
        reason = f"brake: {self._name(now, r)} {ahead_m:.0f} m ahead {how}, {wants}"
        return Decision(Mode.EMERGENCY, accel_mps2, PlanStatus.EMERGENCY, reason, self._track_id(now, r))

    def _hold(self, now: Situation, decision: Decision) -> Decision:
        """Once stopped for somebody, stay until the way has been clear for a while."""
        stopped = now.speed_mps < _STOPPED_MPS
        if stopped and decision.blocking_track_id >= 0 and decision.accel_mps2 <= 0.0:
            self._held_for = decision.blocking_track_id
            self._hold_until_ns = now.t_ns + ns_from_s(self._config.hold_s)
            return replace(decision, accel_mps2=min(decision.accel_mps2, -1.0))
        if stopped and now.t_ns < self._hold_until_ns:
            return Decision(Mode.STOP, -1.0, PlanStatus.OK, "hold: clear for less than a second", self._held_for)
        return decision

    def _name(self, now: Situation, r: int) -> str:
        return spoken_class(now.tracks.class_prob[int(now.occupied.row[r])])

    def _track_id(self, now: Situation, r: int) -> int:
        return int(now.tracks.track_id[int(now.occupied.row[r])])


def standing_rows(occupied: Occupancy, standing_mps: float) -> np.ndarray:
    """Rows of things that are in the path now and move neither along nor across it."""
    still = (np.abs(occupied.speed_mps) < standing_mps) & (np.abs(occupied.cross_mps) < standing_mps)
    against = (occupied.speed_mps <= -standing_mps) & (np.abs(occupied.cross_mps) < -occupied.speed_mps)
    return np.flatnonzero(np.isfinite(occupied.near_m[:, 0]) & (still | against))


def spoken_class(class_prob: np.ndarray) -> str:
    """'car 0.8', or 'person? (unknown 0.7)' where the class is not known."""
    best = int(np.argmax(class_prob))
    if best != ObjectClass.UNKNOWN:
        return f"{ObjectClass(best).name.lower()} {class_prob[best]:.1f}"
    second = int(np.argmax(class_prob[1:])) + 1
    guess = f"{ObjectClass(second).name.lower()}? " if class_prob[second] > 0.05 else "thing "
    return f"{guess}(unknown {class_prob[0]:.1f})"
