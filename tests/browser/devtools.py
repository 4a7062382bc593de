"""Headless Chromium, driven over a pipe by its DevTools protocol: the standard library does it."""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --no-default-browser-check "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-extensions --hide-scrollbars --force-color-profile=srgb --remote-debugging-pipe"
).split()
PATIENCE = 60.0
# The browser reads commands from descriptor 3 and answers on 4.
WIRE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def program() -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One browser with one tab. `events` collects what the page did since the last `open`."""

    def __init__(self, path: str, profile: Path) -> None:
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", WIRE, *map(str, ends), path, *FLAGS]
            + [f"--user-data-dir={profile}", "about:blank"],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (to_browser, from_browser, *ends):
            os.close(end)
        self.buffer = b""
        self.number = 0
        self.session = ""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result. Raises `RuntimeError` with what went wrong."""
        self.number += 1
        message: dict[str, Any] = dict(id=self.number, method=method, params=params)
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, address: str, *, width: int = 1280, scripts: bool = True) -> None:
        """Load a page in a window of this width, in CSS pixels, and wait until it stands."""
        self.send("Emulation.setEmulatedMedia", media="")
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.resize(width)
        for stop in ("about:blank", address):
            self.events.clear()
            self.send("Page.navigate", url=stop)
            self._wait("Page.loadEventFired")

    def resize(self, width: int) -> None:
        """Give the window a width in CSS pixels."""
        mobile = width < 600
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def run(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def named(self, *methods: str) -> list[dict[str, Any]]:
        """Return the parameters of the events of these names since the last `open`."""
        return [event["params"] for event in self.events if event["method"] in methods]

    def close(self) -> None:
        """End the browser."""
        os.close(self.writer)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.reader)

    def _wait(self, method: str) -> None:
        while not self.named(method):
            self._read()

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reader], [], [], max(0.0, end - time.monotonic()))
            block = os.read(self.reader, 1 << 20) if ready else b""
            if not block:
                raise RuntimeError("the browser does not answer")
            self.buffer += block
        text, _, self.buffer = self.buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message
