"""The page of a view in a real browser: it draws, complains of nothing and asks nobody but its own server."""

import signal
import subprocess
import sys
import time
from threading import Thread
from urllib.request import urlopen

import numpy as np
import pytest

from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.view.clouds import HIGH, TOP_M
from scenarios.view.drive_log import read_drive, t_ns_of
from scenarios.view.recording import save_drives
from scenarios.view.scene import TARGET
from scenarios.view.serve import RECORDING, ViewServer, viewer_files
from tests import toy_drives
from tests.toy_browser import CHROMIUM, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
PHOTOGRAPH = 5_000
"""Colours of a page with a rendered street on it; frame, text and charts alone have fewer."""
LOADED_S = 200.0
"""A page without a GPU took 25 s on a quiet processor and 100 s on a busy one."""


@pytest.fixture(scope="module")
def viewer():
    return viewer_files()


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """A real run with pictures, tracks and plans, and a wall of points along its way."""
    folder = tmp_path_factory.mktemp("view") / "run"
    case = find_case("cut_out_reveal")
    drive(DriveRequest(case=case, severity=0.0, stack="oracle", out=folder, record_camera="cam_main"))
    log = read_drive(folder)
    x_m, z_m = np.meshgrid(np.arange(10.0, 30.0, 0.2), np.arange(TOP_M, TOP_M + 2.0, 0.2))
    wall = np.column_stack([x_m.ravel(), np.full(x_m.size, 8.0), z_m.ravel(), np.ones(x_m.size)])
    log.clouds = {"lidar": [(t_ns_of(state), wall.astype(np.float32)) for state in log.states]}
    return log


def test_ctrl_c_ends_it_once_and_again_changes_nothing(driven):
    command = [sys.executable, "-m", "scenarios", "view", str(driven.folder), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as view:
        assert "cut_out_reveal s=0 oracle: pass" in view.stdout.readline()
        with urlopen(view.stdout.readline().split()[0]) as page:
            assert b"Moosetest" in page.read()
        for _ in range(3):
            view.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert view.wait(60) == 0
        assert view.stderr.read() == ""


def test_page_of_one_run(driven, viewer, tmp_path):
    def is_drawn(rgb):
        return colors(rgb) > PHOTOGRAPH and pixels(rgb, TARGET) > 50 and pixels(rgb, HIGH) > 500

    assert is_drawn(opened([driven], viewer, tmp_path, 3.0, is_drawn))


def test_page_of_two_runs(driven, viewer, tmp_path):
    def is_drawn(rgb):
        a, b = rgb[:, : rgb.shape[1] // 2], rgb[:, rgb.shape[1] // 2 :]
        # The toy's pictures are grey.
        return colors(a) < PHOTOGRAPH < colors(b) and pixels(a, TARGET) > 50 and pixels(b, TARGET) > 50

    assert is_drawn(opened([toy_drives.drive(), driven], viewer, tmp_path, 2.7, is_drawn))


def opened(logs, viewer, folder, at_s, is_drawn):
    """The page's picture (H, W, 3) when it stands at `at_s` and is drawn, or when it had time enough."""
    save_drives(logs, folder / RECORDING)
    with ViewServer(folder / RECORDING, viewer, 0) as server, browser(folder / "profile") as page:
        Thread(target=server.serve_forever, daemon=True).start()
        page.open(f"{server.url}?renderer=webgl&at={at_s}")
        end_s = time.monotonic() + LOADED_S
        while time.monotonic() < end_s:
            page.listen(3.0)
            rgb = page.picture()
            if is_drawn(rgb) and varint(round(at_s * 1e9)) in state(page):
                break
        assert varint(round(at_s * 1e9)) in state(page)
        assert [url for url in page.requests if not url.startswith((server.url, "data:", "blob:"))] == []
        assert page.complaints == []
        page.evaluate("new Image().src = 'http://elsewhere.example/x.png'")
        page.listen(2.0)
        assert "Content Security Policy" in page.complaints[0]
        server.shutdown()
    return rgb


def state(page):
    """What the viewer tells of itself; the time cursor is a varint in it."""
    return bytes(page.evaluate("viewer ? Array.from(viewer.viewer_state()) : []"))


def varint(n):
    return bytes([n]) if n < 128 else bytes([n % 128 | 128]) + varint(n // 128)


def colors(rgb):
    return len(np.unique(rgb.reshape(-1, 3), axis=0))


def pixels(rgb, color):
    """How many have that colour, in the light or in the shade."""
    brightest = rgb.max(axis=2)
    is_near = np.abs(rgb / np.maximum(brightest, 1)[..., None] - np.divide(color, max(color))).max(axis=2) < 0.08
    return int(np.sum(is_near & (brightest > 120)))
