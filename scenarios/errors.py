"""How a user's mistakes and a server's faults end: one line, the right exit code, no traceback."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator

from moosetest.config import ConfigError
from moosetest.registry import UnknownNameError

WRONG_USE = 2
INCONCLUSIVE = 3


def stop(message: str, code: int, as_json: bool) -> None:
    """Say `message` on standard error (as JSON on standard output when wanted) and exit with `code`."""
    line = " ".join(message.split())
    if as_json:
        print(json.dumps({"error": line, "exit_code": code}))
    else:
        print(f"moosetest: {line}", file=sys.stderr)
    raise SystemExit(code)


@contextlib.contextmanager
def clear_errors(as_json: bool = False) -> Iterator[None]:
    """Turn the errors that people can cause into one line."""
    from moosetest.arrays import ContractError
    from scenarios.drive.path import PlaceNotOnMapError
    from sim.embedded import ServerUnavailableError
    from sim.suite import MissingBlueprintError
    from sim.world.maps import UnknownMapError

    try:
        yield
    except (UnknownNameError, ConfigError, UnknownMapError, PlaceNotOnMapError) as error:
        stop(str(error.args[0] if error.args else error), WRONG_USE, as_json)
    except (ServerUnavailableError, MissingBlueprintError) as error:
        stop(str(error), INCONCLUSIVE, as_json)
    except ContractError as error:
        stop(f"a stage broke its contract: {error}", INCONCLUSIVE, as_json)
    except KeyboardInterrupt:
        stop("stopped by Ctrl-C; what was written so far is readable", 130, as_json)
    except (FileNotFoundError, FileExistsError, NotADirectoryError, PermissionError) as error:  # no path to write to
        stop(f"{error.filename or 'file'}: {error.strerror}; want a path that can be written to", WRONG_USE, as_json)
    except OSError as error:
        stop(f"{error.filename or 'file'}: {error.strerror}", INCONCLUSIVE, as_json)
