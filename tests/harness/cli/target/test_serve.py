"""The command `serve`: what it prints and logs, how it ends, and what it keeps."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from orders_conformance.spec.contract import Contract
from tests.support.command import program
from tests.support.mock_client import minimal
from tests.support.terminal import Terminal

_LONGEST = 60


@contextmanager
def _served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, requests.Session]]:
    """Start `serve` without credentials in its environment; yield process, URL and a session with those it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}
    with subprocess.Popen(  # noqa: S603 - a program of our own
        [program(), "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    ) as process:
        assert process.stdout is not None
        pair = re.fullmatch(r"export ORDERS_CLIENT_KEY=(\S+) ORDERS_API_TOKEN=(\S+)\n", process.stdout.readline())
        ready = process.stdout.readline()
        assert pair, ready
        assert ready.startswith("serving Create an order at http://127.0.0.1:")
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (pair[1], pair[2])
            try:
                yield process, ready.split()[-1], session
            finally:
                process.kill()


@pytest.mark.slow  # 2 s of CPU for each process
def test_orders_in_a_database_outlive_the_process(tmp_path: Path, contract: Contract) -> None:
    order = minimal(contract)
    statuses = []
    for _ in range(2):
        with _served(tmp_path, "--database", "orders.sqlite") as (process, url, session):
            statuses.append(session.post(url + contract.path, json=order).status_code)
            process.send_signal(signal.SIGINT)
            assert process.wait(_LONGEST) == 0
    assert statuses == [201, 409]


@pytest.mark.slow  # 2 s of CPU: a process that is waited for
def test_requests_are_logged_without_secrets_until_sigterm(tmp_path: Path, contract: Contract) -> None:
    with _served(tmp_path, "--log", "--latency", "20") as (process, url, session):
        assert session.get(f"{url}/health").status_code == 200
        key, token = session.auth  # type: ignore[misc] # the pair that was printed
        session.post(url + contract.path, json=minimal(contract))
        session.get(f"{url}/{token}?a=%1B[2J")
        process.terminate()
        _, errors = process.communicate(timeout=_LONGEST)
        assert process.returncode == 0
    lines = errors.splitlines()
    assert [re.sub(r"^\S+Z ", "", line).split()[:3] for line in lines] == [
        ["POST", contract.path, "201"],
        ["GET", "/[hidden]?a=%1B%5B2J", "404"],
    ]
    assert all(int(line.split()[-2]) >= 20 for line in lines)
    assert key not in errors


def test_a_file_that_is_no_database_is_refused(terminal: Terminal) -> None:
    (terminal.folder / "notes.txt").write_text("These are notes, not orders. " * 100)
    said = terminal.type("serve", "--database", "notes.txt")
    assert said.status == 2
    assert "'notes.txt' cannot be used as a database (file is not a database)" in said.problem


def test_a_database_of_another_program_is_refused(terminal: Terminal) -> None:
    with closing(sqlite3.connect(terminal.folder / "shop.sqlite")) as database:
        database.execute("CREATE TABLE orders (id INTEGER)")
    said = terminal.type("serve", "--database", "shop.sqlite")
    assert said.status == 2
    assert "'shop.sqlite' cannot be used as a database (no such column: ref)" in said.problem


def test_half_of_the_credentials_is_refused(terminal: Terminal) -> None:
    terminal.monkeypatch.delenv("ORDERS_API_TOKEN")
    said = terminal.type("serve")
    assert said.status == 2
    assert "ORDERS_API_TOKEN is not set" in said.problem
