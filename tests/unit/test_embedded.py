"""The embedded server is ready, ends with its owner, and says why when it cannot start."""

import contextlib
import socket
import subprocess
import sys
import time

import pytest

from sim.embedded import EmbeddedServer, ServerUnavailableError, kept_server
from sim.session import open_session

OWNER = """
import sys, time
from sim.embedded import EmbeddedServer
server = EmbeddedServer("urban_street").__enter__()
print(server.port, flush=True)
time.sleep(60)
"""

HANGS_AT_START = """
import faulthandler, socket, time
watch = faulthandler.dump_traceback_later
asked = []
faulthandler.dump_traceback_later = asked.append
bind = socket.socket.bind
def wait(*arguments):
    if asked.pop():
        watch(0.1)
    time.sleep(60)
    socket.socket.bind = bind
    return bind(*arguments)
socket.socket.bind = wait
"""

STOPPED_BESIDE = """
import signal, sys, threading, time
from sim.server.server import serve
def kill():
    time.sleep(0.5)  # until the main thread waits
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
serve(0, "urban_street", ready=lambda _: threading.Thread(target=kill).start())
"""

STOPPED_WHILE_IT_MAKES_A_MAP_READY = """
import time
from sim.server.server import Server
from sim.server.world_map import WorldMap
def make(world_map):
    time.sleep(1.0)
    print("made", flush=True)
WorldMap.navigation_path = property(make)
with Server(0, "urban_street"):
    print("stopped", flush=True)
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


def test_start_that_hangs_says_where(monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HANGS_AT_START)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("sim.embedded.READY_TIMEOUT_S", 16.0)
    with pytest.raises(ServerUnavailableError, match=r"after 16 s: it stood at .*sitecustomize.py:\d+ in wait"):
        EmbeddedServer("urban_street").__enter__()


def test_start_that_was_slow_is_told(monkeypatch, tmp_path, caplog):
    (tmp_path / "sitecustomize.py").write_text(HANGS_AT_START.replace("60", "1"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with EmbeddedServer("urban_street"):
        pass
    assert "slow to start: it stood at" in caplog.text
    assert "sitecustomize.py" in caplog.text


def test_server_stops_when_another_thread_takes_the_signal(request):
    """Which thread does is up to the kernel; Python's handler then waits for the main thread to wake up by itself."""
    server = subprocess.run([sys.executable, "-c", STOPPED_BESIDE], cwd=request.config.rootpath, timeout=30)
    assert server.returncode == 0


def test_a_map_in_the_making_is_finished_before_the_interpreter_ends(request):
    """Its C++ code, cut off by the end of the interpreter, aborted the process: exit code -6."""
    script = [sys.executable, "-c", STOPPED_WHILE_IT_MAKES_A_MAP_READY]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False, cwd=request.config.rootpath)
    assert (done.stdout.split(), done.returncode) == (["stopped", "made"], 0), done.stderr


def test_a_server_waits_for_its_next_user():
    with kept_server("urban_street") as first:
        process_id = first.process_id
        with kept_server("urban_street") as other:  # in use: a second user gets one of its own
            assert other.process_id != process_id
            other.stop()
    with kept_server("urban_street") as second:
        assert second.process_id == process_id


def test_a_server_whose_user_failed_is_not_kept():
    with contextlib.suppress(ValueError), kept_server("urban_street") as server:
        raise ValueError
    assert not server.is_running


def test_a_server_that_died_while_it_waited_is_replaced():
    with kept_server("urban_street") as first:
        pass
    first.stop()
    with kept_server("urban_street") as second:
        assert second.is_running


def test_a_call_that_is_not_answered_in_time_is_the_servers_fault():
    with pytest.raises(ServerUnavailableError, match="stopped answering"), open_session(None, "urban_street"):
        raise RuntimeError("time-out of 20000ms while waiting for the simulator")


def test_any_other_error_of_a_client_stays_what_it_is():
    with pytest.raises(RuntimeError, match="something stands there"), open_session(None, "urban_street"):
        raise RuntimeError("something stands there")
