"""The gear boxes of a fleet: of those who shift by hand, or whose engine is not the stock one; the others need none."""

from __future__ import annotations

from collections.abc import Iterator

from sim.world.drivetrain import Gearbox, stock_drivetrain
from sim.world.vehicle_spec import VehicleSpec


class Gearboxes:
    """By actor id."""

    def __init__(self) -> None:
        self._boxes: dict[int, Gearbox] = {}
        self._by_hand: set[int] = set()

    def __len__(self) -> int:
        return len(self._boxes)

    def gears(self) -> Iterator[tuple[int, int]]:
        """Ids with the gears they are in: -1 reverse, 0 neutral."""
        return ((actor_id, box.gear) for actor_id, box in self._boxes.items())

    def forget(self, actor_id: int) -> None:
        """A vehicle is gone, or has another engine."""
        self._boxes.pop(actor_id, None)
        self._by_hand.discard(actor_id)

    def select(self, actor_id: int, spec: VehicleSpec, reverse: bool, gear: int | None) -> None:
        """What a driver wants.

        Args:
            actor_id: of the vehicle.
            spec: its body.
            reverse: backwards, whatever `gear` says.
            gear: shifted by hand; None leaves it to the box.
        """
        if spec.drivetrain is None and gear is None:
            self.forget(actor_id)
            return
        box = self._boxes.setdefault(actor_id, Gearbox(spec.drivetrain or stock_drivetrain(spec)))
        (self._by_hand.discard if gear is None else self._by_hand.add)(actor_id)
        if reverse:
            box.select(-1)
        elif gear is not None:
            box.select(gear)
        elif box.gear < 1:
            box.select(1)

    def drive_n(self, actor_id: int, speed_mps: float, throttle: float, mass_kg: float, dt_s: float) -> float:
        """`Gearbox.drive_n` of a vehicle, shifted first unless it is shifted by hand."""
        box = self._boxes[actor_id]
        if actor_id not in self._by_hand:
            box.shift(speed_mps)
        return box.drive_n(speed_mps, throttle, mass_kg, dt_s)
