"""Stop, yield and speed limit signs of an episode as actors, and who must wait at the first two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.server.sign_areas import SignAreas
from sim.server.signals import Box, a_quarter_right, box_round
from sim.world.maps.data import OrientedBoxArrays, RoadSign

STOP_S = 2.0
"""So long waits who comes to a stop sign, as in CARLA."""
CLEAR_S = 0.5
"""So long after the last crossing vehicle has gone may those at a sign go, as in CARLA."""


@dataclass(frozen=True, slots=True, eq=False)
class SignActor:
    """One sign as an actor."""

    actor_id: int
    sign: RoadSign

    @property
    def T_world_actor(self) -> NDArray[np.float64]:
        """(4, 4) pose of the actor as CARLA has it: a quarter turn to the right of its landmark's."""
        return a_quarter_right(self.sign.T_world_sign)

    @property
    def trigger_box(self) -> Box:
        """Centre in the actor's frame and full size (3,) of the volume round all its areas."""
        return box_round(self.sign.areas, self.T_world_actor)


class RoadSigns:
    """All signs of an episode.

    Args:
        signs: of the map.
        actor_ids: gives each sign its actor id.
    """

    def __init__(self, signs: tuple[RoadSign, ...], actor_ids: Iterator[int]) -> None:
        self.actors = {actor.actor_id: actor for actor in (SignActor(next(actor_ids), sign) for sign in signs)}
        limits = [sign for sign in signs if sign.limit_kmph > 0]
        self._limit_kmph = np.array([sign.limit_kmph for sign in limits])
        self._limit_areas = SignAreas([sign.areas for sign in limits])
        self.give_way = GiveWay([sign for sign in signs if sign.kind in ("stop", "yield")])

    def limits_passed(self, bodies: OrientedBoxArrays) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Vehicles (by place) that are at a speed limit sign, and its limit in km/h."""
        body, box = self._limit_areas.overlaps(bodies)
        body, box = self._limit_areas.along(bodies, body, box)
        return body, self._limit_kmph[self._limit_areas.owner[box]]


class GiveWay:
    """Who must wait at stop and yield signs: for a moment at a stop sign, and while others cross."""

    def __init__(self, signs: list[RoadSign]) -> None:
        self._areas = SignAreas([sign.areas for sign in signs])
        self._crossings = SignAreas([sign.crossing_areas for sign in signs])
        self._stop_s = [STOP_S if sign.kind == "stop" else 0.0 for sign in signs]
        self._since_s: dict[tuple[int, int], float] = {}
        self._busy_until_s = np.full(len(signs), -np.inf)

    def waiting(self, bodies: OrientedBoxArrays, vehicle_ids: list[int], now_s: float) -> NDArray[np.bool_]:
        """(N,) whether each vehicle must wait."""
        must_wait = np.zeros(len(bodies), dtype=bool)
        body, box = self._areas.along(bodies, *self._areas.overlaps(bodies))
        at_sign = sorted({(int(b), int(self._areas.owner[k])) for b, k in zip(body, box, strict=True)})
        self._since_s = {
            (vehicle_ids[b], sign): self._since_s.get((vehicle_ids[b], sign), now_s) for b, sign in at_sign
        }
        if not at_sign:
            return must_wait
        own = set(at_sign)
        crossing, where = self._crossings.overlaps(bodies)
        for b, k in zip(crossing, where, strict=True):
            sign = int(self._crossings.owner[k])
            if (int(b), sign) not in own:
                self._busy_until_s[sign] = now_s + CLEAR_S
        for b, sign in at_sign:
            stopped = now_s - self._since_s[vehicle_ids[b], sign] >= self._stop_s[sign] - 1e-9
            must_wait[b] |= not stopped or now_s < self._busy_until_s[sign]
        return must_wait
