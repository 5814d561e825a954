"""Headless Chromium, driven through the W3C WebDriver protocol of chromedriver."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from pypdf import PdfReader

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HEIGHT = 900
# Seconds for one command of the driver, and for a script within it: a check of a whole page takes 6 of a free core.
_TIMEOUT, _SCRIPT_TIMEOUT = 130.0, 120.0
_STARTED = re.compile(rb"started successfully on port (\d+)")


def missing() -> tuple[str, ...]:
    """Return the names of the programs that are not on PATH."""
    return tuple(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser session; `session` is its address."""

    session: str
    client: requests.Session

    def open(self, page: Path, width: int, *, dark: bool = False, print_media: bool = False) -> None:
        """Show a file in a window `width` CSS pixels wide."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=_HEIGHT, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", media="print" if print_media else "screen", features=[scheme])
        # On a busy machine the driver may return before a page replaces the same page: no page is the same as this one.
        self._post("url", url="about:blank")
        self._post("url", url=page.resolve().as_uri())

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self._post("execute/sync", script=f"return {expression}", args=[])

    def console(self) -> list[Mapping[str, Any]]:
        """Return, and forget, what the console has shown since the last call."""
        entries: list[Mapping[str, Any]] = self._post("se/log", type="browser")
        return entries

    def pdf(self) -> bytes:
        """Return the page as it would be printed."""
        return base64.b64decode(self.devtools("Page.printToPDF", preferCSSPageSize=True)["data"])

    def printed_pages(self) -> int:
        """Return how many pages the page has in print."""
        return len(PdfReader(BytesIO(self.pdf())).pages)

    def picture(self, *, beyond_window: bool = True, clip: Mapping[str, float] | None = None) -> bytes:
        """Return the page as PNG: the whole of it, the window only, or a rectangle of the page."""
        part = {} if clip is None else {"clip": clip}
        found = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=beyond_window, **part)
        return base64.b64decode(found["data"])

    def devtools(self, command: str, **parameters: Any) -> Any:
        """Send a command of the Chrome DevTools protocol and return its result."""
        return self._post("goog/cdp/execute", cmd=command, params=parameters)

    def _post(self, command: str, **parameters: Any) -> Any:
        return _value(self.client.post(f"{self.session}/{command}", json=parameters, timeout=_TIMEOUT))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Run a browser with a new profile in the directory `profile` until the context ends."""
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE) as driver:  # noqa: S607 - on PATH
        try:
            with requests.Session() as client:
                client.trust_env = False
                address = f"http://127.0.0.1:{_port(driver)}/session"
                options = {"args": [*_FLAGS, f"--user-data-dir={profile}"], "binary": shutil.which("chromium")}
                wanted = {
                    "goog:chromeOptions": options,
                    "goog:loggingPrefs": {"browser": "ALL"},
                    "timeouts": {"script": int(_SCRIPT_TIMEOUT * 1000)},
                }
                answer = client.post(address, json={"capabilities": {"alwaysMatch": wanted}}, timeout=_TIMEOUT)
                session = f"{address}/{_value(answer)['sessionId']}"
                try:
                    yield Browser(session, client)
                finally:
                    client.delete(session, timeout=_TIMEOUT)
        finally:
            driver.terminate()


def _port(driver: "subprocess.Popen[bytes]") -> int:
    for line in driver.stdout or ():
        if found := _STARTED.search(line):
            return int(found[1])
    message = "chromedriver ended without naming its port"
    raise RuntimeError(message)


def _value(answer: requests.Response) -> Any:
    value = answer.json()["value"]
    if not answer.ok:
        raise RuntimeError(value["message"])
    return value
