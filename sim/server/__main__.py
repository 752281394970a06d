"""`python -m sim.server --port N --map NAME`: the server as a process of its own."""

from __future__ import annotations

import argparse
import sys

from sim.server.server import serve


def main() -> int:
    """Serve until Ctrl-C; 2 for a port or map that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m sim.server", description=__doc__)
    parser.add_argument("--port", type=int, default=2000, help="port of the calls, 0 for any free one")
    parser.add_argument("--map", required=True, help="name of a map, or an OpenDRIVE file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=0, help="of all sensor noise")
    options = parser.parse_args()

    def announce(port: int) -> None:
        print(f"moosetest server ready on {options.host}:{port}", flush=True)

    try:
        serve(options.port, options.map, host=options.host, seed=options.seed, ready=announce)
    except (OSError, LookupError, ValueError) as error:
        print(f"moosetest server: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
