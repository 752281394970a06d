"""A headless Chromium, driven through its debugging pipe: what it asked for, what it complained of, what it drew."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time

import cv2
import numpy as np

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
]


class Browser:
    """One page of a headless Chromium; `requests` and `complaints` are all so far."""

    def __init__(self, process, to_browser, from_browser):
        self._process = process
        self._write, self._read = to_browser, from_browser
        self._pending = b""
        self._last_id = 0
        self._session = None
        self.requests = []
        self.complaints = []

    def open(self, url):
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            self._call(f"{domain}.enable")
        self._call("Page.navigate", url=url)

    def listen(self, seconds):
        """Take note of what the page does for a while."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self._message(left_s)

    def evaluate(self, expression):
        result = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self):
        """(H, W, 3) RGB of the page."""
        png = base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])
        return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)

    def _call(self, method, **params):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message(120.0)
            if answer is None:
                raise TimeoutError(f"Chromium does not answer {method}")
            if answer.get("id") == self._last_id:
                assert "error" not in answer, answer
                return answer["result"]

    def _message(self, wait_s):
        while b"\0" not in self._pending:
            if not select.select([self._read], [], [], wait_s)[0]:
                return None
            chunk = os.read(self._read, 1 << 20)
            if not chunk:
                raise EOFError("Chromium ended")
            self._pending += chunk
        line, self._pending = self._pending.split(b"\0", 1)
        message = json.loads(line)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, event, params):
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.complaints.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif event == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@contextlib.contextmanager
def browser(profile, size_px=(1600, 900)):
    """A browser with an empty profile in the folder `profile`, ended with the block."""
    read_down, write_down = os.pipe()
    read_up, write_up = os.pipe()

    def wire():
        # Chromium reads commands on 3 and writes answers on 4.
        a, b = os.dup(read_down), os.dup(write_up)
        os.dup2(a, 3)
        os.dup2(b, 4)

    size = f"--window-size={size_px[0]},{size_px[1]}"
    process = subprocess.Popen(
        [CHROMIUM, *FLAGS, size, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=wire,
        close_fds=False,
    )
    os.close(read_down)
    os.close(write_up)
    try:
        yield Browser(process, write_down, read_up)
    finally:
        process.kill()
        process.wait()
        os.close(write_down)
        os.close(read_up)
