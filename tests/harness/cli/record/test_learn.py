"""The command `learn`, and `serve` with what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock import server
from orders_conformance.mock.different import CATALOGUE
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.reports.record.writer import Writer
from tests.support.mock_client import basic, minimal
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.terminal import Terminal


@pytest.fixture
def statuses(terminal: Terminal) -> list[int]:
    """Statuses of an order with null and of one without, by what is served instead of a socket."""
    found: list[int] = []

    def serve(served: server.Served, *_arguments: object, **_options: object) -> None:
        order = minimal(CONTRACT)
        authorization = basic(CREDENTIALS.client_key, CREDENTIALS.api_token)
        headers = (("Content-Type", "application/json"), ("Authorization", authorization))
        bodies = ({**order, "status": None}, {**order, "referenceId": "another"})
        requests = (ServerRequest("POST", CONTRACT.path, headers, json.dumps(body).encode()) for body in bodies)
        found.extend(served.handle(request).status for request in requests)

    terminal.monkeypatch.setattr(server, "serve", serve)
    return found


def recorded(path: Path) -> None:
    with Writer(path) as writer:
        for event in dry_run(settings("tenant"), CATALOGUE["null-refused"]).events:
            writer.write(event)


@pytest.mark.slow  # 5 s of CPU: every option of every choice is tried
def test_what_a_record_teaches_is_written_and_served(terminal: Terminal, statuses: list[int]) -> None:
    recorded(terminal.folder / "record.jsonl")
    said = terminal.type("learn", "record.jsonl", "--output", "eu.toml")
    assert said.status == 0
    assert said.output.startswith("eu.toml: ")
    assert 'null = "rejected" # x' in (terminal.folder / "eu.toml").read_text(encoding="utf-8")
    assert terminal.type("serve", "--behaviour", "eu.toml").status == 0
    assert terminal.type("serve", "--like", "record.jsonl").status == 0
    assert statuses == [400, 201, 400, 201]


def test_a_missing_record_is_refused(terminal: Terminal) -> None:
    said = terminal.type("learn", "missing.jsonl")
    assert said.status == 2
    assert "'missing.jsonl' cannot be read" in said.problem


def test_two_behaviours_are_refused(terminal: Terminal) -> None:
    said = terminal.type("serve", "--like", "record.jsonl", "--behaviour", "behaviour.toml")
    assert said.status == 2
    assert "give --like or --behaviour, not both" in said.problem


@pytest.mark.slow  # 2 s of CPU: every option of every choice is tried
def test_the_record_of_a_run_that_did_not_end_teaches_what_it_has_and_a_line_says_so(terminal: Terminal) -> None:
    with Writer(terminal.folder / "record.jsonl") as writer:
        for event in dry_run(settings("tenant"), CATALOGUE["null-refused"]).events[:30]:
            writer.write(event)
    said = terminal.type("learn", ".")
    assert said.status == 0
    (line,) = said.errors.splitlines()
    assert line.startswith("orders-conformance: learned from a part: The record ends early")
    assert said.output.startswith("behaviour.toml: ")


@pytest.mark.parametrize(("host", "told"), [("", "the host is empty"), (" ", "the host is empty"), ("..", "'..'")])
def test_what_is_no_host_is_refused(terminal: Terminal, host: str, told: str) -> None:
    said = terminal.type("serve", "--host", host)
    assert said.status == 2
    assert told in said.problem
    assert len(said.errors.splitlines()) == 1
