"""The view of a drive: where runs part, the lane path as a ruler, and a page that can call nobody."""

import socket
import urllib.error
import urllib.request
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from moosetest.config import ConfigError
from scenarios.view.divergence import divergences
from scenarios.view.drive_log import DriveLog, read_drive
from scenarios.view.scene import PathRuler
from scenarios.view.serve import PortTakenError, ViewServer
from scenarios.view.story import deed


def state(tick, x_m=0.0, reason="cruise at 10.0 m/s", accel=0.0, seen=()):
    sample = {"t_s": tick / 10, "frame": tick, "seen_by": list(seen), "track_id": -1}
    return {
        "sample": sample,
        "ego": {"position_world_m": [x_m, 0.0, 0.0], "yaw_world_rad": 0.0},
        "detections": [],
        "image_detections": [],
        "tracks": {"track_id": []},
        "plan": {"reason": reason, "status": "ok", "blocking_track_id": -1},
        "command": {"accel_mps2": accel, "steer_rad": 0.0},
    }


def test_runs_part_stage_by_stage():
    a = DriveLog(Path("a"), states=[state(i) for i in range(10)])
    b = DriveLog(Path("b"), states=[state(i) for i in range(9)])
    b.states[3] = state(3, seen=["lidar"])
    b.states[5] = state(5, reason="yield: person 0.8 20 m ahead crossing", accel=-0.4)
    b.states[6] = state(6, accel=-0.6)
    b.states[8] = state(8, x_m=0.2)
    found = [(d.t_s, d.what) for d in divergences(a, b)]
    assert found == [
        (0.3, "who sees the target"),
        (0.5, "decision"),
        (0.6, "wanted acceleration"),
        (0.8, "the car's place"),
        (0.8, "end of B"),
    ]
    assert divergences(a, a) == []


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("yield: person 0.8 20 m ahead crossing", "yield"),
        ("cruise at 10.0 m/s", "cruise"),
        ("slow: a; stop: b", "stop"),
    ],
)
def test_a_reason_in_a_word(reason, word):
    assert deed(reason) == word


def test_a_bar_across_the_corridor_stands_before_the_bumper():
    path = [[0.0, 10.0 + i, np.pi / 2] for i in range(11)]  # northwards: left is west
    ruler = PathRuler({"path_world": path, "front_m": 4.0})
    assert ruler.across(3.0, 1.5) == pytest.approx(np.array([[-1.5, 17.0], [1.5, 17.0]]))


def test_a_folder_that_is_no_bundle_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match=r"drive\.mcap: no such file; want a run's folder"):
        read_drive(tmp_path)
    (tmp_path / "drive.mcap").write_bytes(b"no log at all")
    with pytest.raises(ConfigError, match="no whole tick"):
        read_drive(tmp_path)


def test_server_hands_out_few_files_under_its_policy_to_this_machine_alone(tmp_path):
    recording = tmp_path / "drive.rrd"
    recording.write_bytes(b"recording")
    with ViewServer(recording, {"re_viewer.js": b"js", "re_viewer_bg.wasm": b"wasm"}, 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(server.url + "drive.rrd") as answer:
            assert answer.read() == b"recording"
        with urllib.request.urlopen(server.url) as answer:
            policy = answer.headers["Content-Security-Policy"].split("; ")
            assert {"default-src 'none'", "connect-src 'self'"} <= set(policy)
        for path, headers, code in (("etc/passwd", {}, 404), ("", {"Host": "elsewhere.example:80"}, 403)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers))
            assert refused.value.code == code
            refused.value.close()
        server.shutdown()


def test_a_taken_port_is_a_clear_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"--port {port}: .* want a free one"):
            ViewServer(tmp_path / "drive.rrd", {}, port)


def test_page_that_is_closed_while_it_loads_is_no_error(tmp_path, capsys):
    recording = tmp_path / "drive.rrd"
    recording.write_bytes(bytes(20_000_000))
    with ViewServer(recording, {}, 0) as server:
        server.daemon_threads = False  # closing waits for the answer's end
        Thread(target=server.serve_forever, daemon=True).start()
        with socket.create_connection(("127.0.0.1", server.server_port)) as page:
            page.sendall(b"GET /drive.rrd HTTP/1.1\r\nHost: localhost:80\r\n\r\n")
            assert page.recv(100)
        server.shutdown()
    assert capsys.readouterr().err == ""
