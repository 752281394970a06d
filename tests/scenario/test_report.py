"""The report opens in a real browser: charts drawn, film decoded, no error, nothing fetched."""

import re
import shutil
import subprocess

import pytest

from scenarios.case import find_case
from scenarios.drive.loop import DriveRequest, drive
from scenarios.report.page import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
    "--dump-dom",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    request = DriveRequest(
        case=find_case("cut_out_reveal"), severity=0.0, stack="blind", out=folder / "run", record_camera="cam_main"
    )
    drive(request)
    return write_report([folder / "run"], folder)


def test_page_is_self_contained(page):
    html = page.read_text()
    body = html[html.index("</style>") :]
    body = re.sub(r"<script>.*?</script>", "", body, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!data:|#)', body)
    assert 'src="data:video/mp4;base64,' in body
    assert "0 passed, 1 failed, 0 inconclusive" in body
    assert "hit truck" in body


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_page_draws_in_chromium(page, tmp_path):
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.count('class="main-svg"') >= 1
    assert re.search(r'class="trace scatter', done.stdout)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not [line for line in console if re.search(r"error|Uncaught|refused", line, re.IGNORECASE)]
