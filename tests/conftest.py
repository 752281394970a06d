import pytest

from sim.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def shared_server():
    """One embedded server for tests that leave the world clean."""
    with EmbeddedServer("urban_street") as server:
        yield server
