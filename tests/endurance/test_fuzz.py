"""A hundred thousand bad messages."""

import pytest

from sim.embedded import EmbeddedServer
from tests.contract.test_server_fuzz import fuzz_and_check

MESSAGES = 100_000


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_bad_messages_without_end_leave_the_server_answering(share: float) -> None:
    with EmbeddedServer("urban_street") as server:
        fuzz_and_check(server, round(MESSAGES * share), seed=2)
