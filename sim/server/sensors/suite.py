"""All sensors of an episode: which are due, what they measure, where it goes."""

from __future__ import annotations

from sim.server.episode import Episode
from sim.server.streams import StreamServer


class Measurements:
    def publish(self, wait: bool) -> None:
        return


class SensorSuite:
    def __init__(self, streams: StreamServer, seed: int) -> None:
        self._streams = streams

    def prepare(self, episode: Episode) -> Measurements:
        return Measurements()

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass
