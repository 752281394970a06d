"""`python -m sim.server --port N --map NAME`: the server as a process of its own."""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
import threading
from pathlib import Path

SLOW_START_S = 10.0
"""A start that takes longer tells on standard error where it stands: some ten times the usual."""


def main() -> int:
    """Serve until Ctrl-C; 2 for a port or map that cannot be used."""
    faulthandler.dump_traceback_later(SLOW_START_S)
    from sim.render.quality import Quality
    from sim.server.server import serve  # most of a start is spent on imports: they are watched, too

    parser = argparse.ArgumentParser(prog="python -m sim.server", description=__doc__)
    parser.add_argument("--port", type=int, default=2000, help="port of the calls, 0 for any free one")
    parser.add_argument("--map", required=True, help="name of a map, or an OpenDRIVE file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=0, help="of all sensor noise")
    parser.add_argument("--recordings", type=Path, help="folder of the recordings")
    parser.add_argument(
        "--quality", type=Quality, choices=list(Quality), default=Quality.HIGH, help="of cameras that are told no other"
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    options = parser.parse_args()
    if options.with_parent:
        threading.Thread(target=_stop_with_parent, daemon=True).start()

    def announce(port: int) -> None:
        faulthandler.cancel_dump_traceback_later()
        print(f"moosetest server ready on {options.host}:{port}", flush=True)

    try:
        serve(
            options.port,
            options.map,
            host=options.host,
            seed=options.seed,
            recordings=options.recordings,
            camera_quality=options.quality,
            ready=announce,
        )
    except (OSError, LookupError, ValueError) as error:
        print(f"moosetest server: {error}", file=sys.stderr)
        return 2
    return 0


def _stop_with_parent() -> None:
    """Wait until whoever started this process is gone, then end it in order: a dead parent cannot."""
    # Not sys.stdin: a thread that holds its lock would crash the interpreter's own end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
