"""Which vehicles have failed: CARLA knows one failure, a roll-over."""

from __future__ import annotations

import math

from sim.server.actors import ActorTable
from sim.server.bodies import Bodies

ROLLED_OVER_RAD = math.radians(160.0)
"""CARLA takes a vehicle that rolled so far as rolled over ..."""
FLAG_AFTER_S = 5.0
"""... tells it after so long ..."""
RECOVERED_RAD = math.radians(30.0)
"""... and takes it back when the vehicle is this upright again."""
_NONE, _ROLLOVER = 0, 1


class Rollovers:
    """The failure states of an episode's vehicles."""

    def __init__(self, table: ActorTable, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies
        self._since_s: dict[int, float] = {}

    def step(self, delta_s: float) -> None:
        """Look who lies on the roof, and write it to the records."""
        ids, roll_rad = self._bodies.overturned_rad()
        if not self._since_s and not (roll_rad > ROLLED_OVER_RAD).any():
            return
        records = self._table.records
        self._since_s = {actor: since_s for actor, since_s in self._since_s.items() if actor in self._table.actors}
        for actor, roll in zip(ids, roll_rad.tolist(), strict=True):
            if actor in self._since_s:
                self._since_s[actor] += delta_s
            elif roll > ROLLED_OVER_RAD:
                self._since_s[actor] = 0.0
            if roll < RECOVERED_RAD:
                self._since_s.pop(actor, None)
            failed = self._since_s.get(actor, 0.0) >= FLAG_AFTER_S
            records["failure_state"][self._table.row(actor)] = _ROLLOVER if failed else _NONE
