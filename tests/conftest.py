from contextlib import suppress

import pytest

from sim.embedded import EmbeddedServer

with suppress(ImportError):
    # torch's optimizers load Triton, whose LLVM ends a process (segmentation fault, Triton 3.8) that has drawn with
    # Mesa's. The other order is sound, and tests of both share a process.
    import triton._C.libtriton  # noqa: F401


@pytest.fixture(scope="session")
def shared_server():
    """One embedded server for tests that leave the world clean."""
    with EmbeddedServer("urban_street") as server:
        yield server
