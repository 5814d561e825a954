"""The stock mocks: how each is installed and started on the exported contract, and what it lacks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from json import dumps, loads
from pathlib import Path
from typing import Any

import requests

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.openapi.plain import Format, plain_copy
from tests.integration.programs import CACHE, ends, npm_installed, run_installer, stop
from tests.support.command import CREDENTIALS
from tests.support.tools import do_without

HERE = Path(__file__).parent
_LOOPBACK = "127.0.0.1"
_UP_WITHIN, _BETWEEN_LOOKS = 60.0, 0.1

# From the folder of the Node.js packages, the contract and the port.
Command = Callable[[Path, Path, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Mock:
    """A stock mock.

    Attributes:
        name: its name.
        version: its version, as it is installed.
        format: the copy of the contract that it loads.
        command: the command that starts it.
        without: the features that it lacks, for `--without`; the hints of a run without the option name them.
        deviations: patterns of requirements of level must that it fails besides, each with the reason.
        environment: further variables of its environment.

    """

    name: str
    version: str
    format: Format
    command: Command
    without: tuple[str, ...] = ()
    deviations: tuple[tuple[str, str], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def _pinned(package: str) -> str:
    version: str = loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][package]
    return version


def _node(folder: Path, script: str, *words: str) -> list[str]:
    # The Node.js of the packages where there is one; else that of the system.
    own = folder / "node_modules" / ".bin" / "node"
    return [str(own) if own.exists() else "node", str(folder / script), *words]


def _bin(folder: Path, name: str, *words: str) -> list[str]:
    return _node(folder, f"node_modules/.bin/{name}", *words)


def _jar(folder: Path, jar: str, *words: str) -> list[str]:
    return ["java", "-jar", str(folder / "node_modules" / jar), *words]


_SCHEMA_ONLY = ("credentials", "echo", "identity", "memory")

MOCKS = (
    Mock(
        "Prism",
        _pinned("@stoplight/prism-cli"),
        Format.V31,
        lambda node, contract, port: _bin(node, "prism", "mock", str(contract), "-h", _LOOPBACK, "-p", str(port)),
        _SCHEMA_ONLY,
        (
            ("create/400/*", "It refuses an unusual Content-Type with a body of its own."),
            ("create/any/*", "It does not answer to malformed JSON, and answers 500 to a media type that ends in ;."),
        ),
    ),
    Mock(
        "Mockoon",
        _pinned("@mockoon/cli"),
        Format.V30,
        lambda node, contract, port: _bin(
            node,
            "mockoon-cli",
            *(
                "start",
                "-X",
                "--disable-admin-api",
                "--faker-seed",
                "1",
                "-d",
                str(contract),
                "-l",
                _LOOPBACK,
                "-p",
                str(port),
            ),
        ),
        ("authentication", "validation", "echo", "identity", "memory"),
    ),
    Mock(
        "Specmatic",
        _pinned("specmatic"),
        Format.V30,
        lambda node, contract, port: _jar(
            node, "specmatic/specmatic.jar", "mock", "--host", _LOOPBACK, "--port", str(port), str(contract)
        ),
        ("credentials", "echo", "memory"),
        (
            ("create/request/body/malformed", "It accepts some bodies that are not JSON."),
            ("create/4*", "It refuses with plain text, and requests without credentials with 400."),
            ("create/any/no-5xx", "It answers 500 to some bodies."),
        ),
    ),
    Mock(
        "WireMock",
        _pinned("wiremock"),
        Format.V30,
        lambda node, _contract, port: _jar(
            node,
            f"wiremock/build/wiremock-standalone-{_pinned('wiremock')}.jar",
            *("--bind-address", _LOOPBACK, "--port", str(port), "--root-dir", str(node / "wiremock")),
        ),
        ("credentials", "validation", "echo", "identity", "memory"),
        (("create/any/no-5xx", "It answers 500 to some bodies."),),
    ),
    Mock(
        "connexion",
        (HERE / "requirements.txt").read_text(encoding="utf-8").strip().partition("==")[2],
        Format.V30,
        lambda _node, contract, port: [
            str(_connexion()),
            *("run", str(contract), "--mock", "all", "-H", _LOOPBACK, "-p", str(port)),
        ],
        _SCHEMA_ONLY,
        (
            ("create/request/body/not-a-number", "It accepts NaN and Infinity in JSON."),
            ("create/40[01]/*", "It refuses with problem details (RFC 9457) in place of the vendor's fields."),
            ("create/any/no-5xx", "It answers 500 to some bodies."),
        ),
        {"BASICINFO_FUNC": "connexion_credentials.accept", "PYTHONPATH": str(HERE)},
    ),
    Mock(
        "openapi-backend",
        _pinned("openapi-backend"),
        Format.V30,
        lambda node, contract, port: _node(node, "openapi-backend.mjs", str(contract), str(port)),
        _SCHEMA_ONLY,
    ),
    Mock(
        "@scalar/mock-server",
        _pinned("@scalar/mock-server"),
        Format.V31,
        lambda node, contract, port: _node(node, "scalar.mjs", str(contract), str(port)),
        _SCHEMA_ONLY,
        (
            ("create/401/*", "It refuses requests without credentials with a body of its own."),
            ("create/400/http-status", "It refuses invalid orders with 422."),
        ),
    ),
)


def _connexion() -> Path:
    """Return connexion's command, installed in an environment of its own unless it is there already."""
    folder = CACHE / "connexion"
    wanted, finished = (HERE / "requirements.txt").read_text(encoding="utf-8"), folder / "installed"
    if not finished.exists() or finished.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        run_installer((sys.executable, "-m", "venv", str(folder)), HERE)
        run_installer((str(folder / "bin" / "pip"), "install", "-q", "-r", "requirements.txt"), HERE)
        finished.write_text(wanted, encoding="utf-8")
    return folder / "bin" / "connexion"


@contextmanager
def running(mock: Mock, folder: Path) -> Iterator[str]:
    """Run a mock on the exported contract until the context ends; yield its base URL once it creates an order.

    Args:
        mock: the mock.
        folder: where the contract and the log of the mock go.

    Raises:
        RuntimeError: it does not start, or does not load the contract.

    """
    if mock.name in {"Specmatic", "WireMock"} and shutil.which("java") is None:
        do_without(f"java is not on PATH; install it to run the suite against {mock.name}")
    contract, path, log = Contract.load(), folder / "orders.json", folder / "log"
    path.write_text(dumps(plain_copy(contract.document, mock.format)), encoding="utf-8")
    with socket.create_server((_LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
    command = mock.command(npm_installed(HERE, "mocks"), path, port)
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - installed above
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **mock.environment},
        ) as process,
    ):
        try:
            _wait_until_it_creates(process, f"http://{_LOOPBACK}:{port}", contract, log)
            yield f"http://{_LOOPBACK}:{port}"
        finally:
            stop(process)


def _wait_until_it_creates(process: subprocess.Popen[bytes], url: str, contract: Contract, log: Path) -> None:
    operation = contract.document["paths"][contract.path]["post"]
    examples: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["examples"]
    order = next(iter(examples.values()))["value"]
    deadline, answer = time.monotonic() + _UP_WITHIN, "no answer"
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (CREDENTIALS.client_key, CREDENTIALS.api_token)
        while time.monotonic() < deadline and not ends(process, _BETWEEN_LOOKS):
            try:
                response = session.post(f"{url}{contract.path}", json=order, timeout=5)
            except requests.RequestException as error:
                answer = str(error)
                continue
            if response.status_code == contract.statuses.created:
                return
            answer = f"{response.status_code}: {response.text[:500]}"
    message = f"it did not create an order ({answer}): {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)
