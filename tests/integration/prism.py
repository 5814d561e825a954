"""Prism, a third-party mock server, started on the project's own contract."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from orders_conformance.spec.contract import DEFAULT_PATH, Contract
from tests.integration.programs import ends, stop
from tests.support.command import CREDENTIALS

RIGHT = (CREDENTIALS.client_key, CREDENTIALS.api_token)
_LOOPBACK = "127.0.0.1"
_UP_WITHIN, _BETWEEN_LOOKS = 60.0, 0.05


@dataclass(frozen=True, slots=True)
class Prism:
    """A running server."""

    url: str
    contract: Contract

    def post(
        self,
        body: Mapping[str, Any] | bytes,
        auth: tuple[str, str] | None = RIGHT,
        *,
        media_type: str = "application/json",
        timeout: float = 5.0,
    ) -> requests.Response:
        """Send a body once, on a connection of its own.

        Raises:
            requests.Timeout: there is no answer within `timeout` seconds.

        """
        data = body if isinstance(body, bytes) else json.dumps(body)
        with requests.Session() as session:
            session.trust_env = False
            url, headers = self.url + self.contract.path, {"Content-Type": media_type}
            return session.post(url, data=data, auth=auth, headers=headers, timeout=timeout)


@contextmanager
def prism(programs: Path, log: Path) -> Iterator[Prism]:
    """Run a server until the context ends.

    Args:
        programs: where the server is installed, and maybe the Node.js that it asks for.
        log: where its output goes.

    Raises:
        RuntimeError: it does not start.

    """
    port = _free_port()
    command = [str(programs / "prism"), "mock", str(DEFAULT_PATH), "-h", _LOOPBACK, "-p", str(port)]
    path = os.pathsep.join((str(programs), os.environ["PATH"]))
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - installed above
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, "PATH": path}
        ) as process,
    ):
        try:
            _wait_until_up(process, port, log)
            yield Prism(f"http://{_LOOPBACK}:{port}", Contract.load())
        finally:
            stop(process)


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _UP_WITHIN
    while time.monotonic() < deadline:
        try:
            socket.create_connection((_LOOPBACK, port), timeout=_BETWEEN_LOOKS).close()
        except OSError:
            if ends(process, _BETWEEN_LOOKS):
                break
        else:
            return
    message = f"Prism did not start: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)
