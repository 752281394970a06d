"""An episode's recorder and replayer: at most one of them runs, and takes its turn at each step."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sim.server.recorder.log_reader import LogError
from sim.server.recorder.recorder import Recorder
from sim.server.recorder.replayer import Replayer
from sim.server.recorder.stage import ReplayOptions

if TYPE_CHECKING:
    from sim.server.episode import Episode

_LOG = logging.getLogger(__name__)


class Tape:
    """What records an episode, or replays another in it."""

    def __init__(self) -> None:
        self.options = ReplayOptions()
        self.recorder: Recorder | None = None
        self.replayer: Replayer | None = None

    def enter(self, episode: Episode) -> None:
        """Let the replay go on to this tick: its actors come and go before physics counts them."""
        if self.replayer is None:
            return
        try:
            goes_on = self.replayer.enter(episode.delta_ns)
        except LogError as error:
            _LOG.warning("the replay ends: %s", error)
            goes_on = False
        except Exception:  # a strange recording must not stop the world
            _LOG.exception("the replay ends")
            goes_on = False
        if not goes_on:
            self.stop_replay(keep_actors=True)

    def move(self, episode: Episode) -> None:
        """Move the replayed actors, after physics moved the others."""
        if self.replayer is None:
            return
        try:
            self.replayer.move(episode)
        except Exception:
            _LOG.exception("the replay ends")
            self.stop_replay(keep_actors=True)

    def settle(self, episode: Episode) -> None:
        """When the clients' records of this tick are made: correct those of replayed actors, or record them all."""
        if self.replayer is not None:
            self.replayer.settle()
        if self.recorder is not None:
            try:
                self.recorder.record(episode)
            except Exception:  # nor must what a client made an actor of
                _LOG.exception("the recording ends")
                self.recorder.close()

    def stop_recording(self) -> None:
        """Close the recording, if there is one."""
        if self.recorder is not None:
            self.recorder.close()
            self.recorder = None

    def stop_replay(self, keep_actors: bool) -> None:
        """End the replay, if there is one."""
        replayer, self.replayer = self.replayer, None
        if replayer is not None:
            try:
                replayer.stop(keep_actors)
            except LogError as error:
                _LOG.warning("the rest of the replay is lost: %s", error)

    def close(self) -> None:
        """The episode is over: close the files, and leave its actors alone."""
        self.stop_recording()
        if self.replayer is not None:
            self.replayer.close()
            self.replayer = None
