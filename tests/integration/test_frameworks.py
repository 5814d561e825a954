"""The suite against careful servers in three frameworks of others: nothing is said against them at any level.

They were written from the vendor's page alone. Each stores date-times, numbers and texts as its platform does.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from tests.integration.programs import CACHE, HERE, npm_installed, run_installer, serving
from tests.support.command import environment, run
from tests.support.tools import do_without

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]  # third-party programs, and processes

SERVERS = HERE / "servers"
# At the rate of the profile tenant a run would take a minute.
OPTIONS = ("--seed", "1", "--rate", "0")


def fastapi() -> tuple[str, ...]:
    """Return the command of the server in Python: FastAPI, pydantic and uvicorn."""
    return (sys.executable, str(SERVERS / "fastapi" / "app.py"), "--port", "0")


def express() -> tuple[str, ...]:
    """Return the command of the server in JavaScript: Express with ajv."""
    folder = npm_installed(SERVERS / "express", "express")
    return ("node", str(folder / "server.js"), "--port", "0")


def go() -> tuple[str, ...]:
    """Return the command of the server in Go: net/http and encoding/json."""
    compiler = shutil.which("go")
    if compiler is None:
        do_without("go is not on PATH; install it to run the suite against a server in Go")
    CACHE.mkdir(exist_ok=True)
    built = CACHE / "orders-in-go"
    run_installer((compiler, "build", "-o", str(built), "."), SERVERS / "go", {**os.environ, "CGO_ENABLED": "0"})
    return (str(built), "--port", "0")


@pytest.fixture(scope="module", params=[fastapi, express, go], ids=lambda command: command.__name__)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command: Callable[[], tuple[str, ...]] = request.param
    with serving(command(), environment(), tmp_path_factory.mktemp("server") / "log") as served:
        yield served


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_said_against_a_careful_server(url: str, profile: str, tmp_path: Path) -> None:
    ended = run(tmp_path, "--target", url, "--profile", profile, *OPTIONS)
    verdicts = (event for event in ended.events() if event["type"] == "verdict")
    failed = [one["requirement"] for one in verdicts if one["verdict"] == "failed"]
    assert failed == []
    assert ended.status == 0
