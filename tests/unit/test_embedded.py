"""The embedded server is ready, ends with its owner, and says why when it cannot start."""

import socket
import subprocess
import sys
import time

import pytest

from sim.embedded import EmbeddedServer, ServerUnavailableError

OWNER = """
import sys, time
from sim.embedded import EmbeddedServer
server = EmbeddedServer("urban_street").__enter__()
print(server.port, flush=True)
time.sleep(60)
"""


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_server_ends_when_its_owner_is_killed(request):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=request.config.rootpath
    )
    port = int(owner.stdout.readline())
    assert answers(port)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline_s = time.monotonic() + 20
    while answers(port) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert not answers(port)


def test_unknown_map_says_which_is_near():
    with pytest.raises(ServerUnavailableError, match="urban_street"), EmbeddedServer("urban_stret"):
        pass
