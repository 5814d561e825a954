"""Damaged, edited and invented ledgers and records: one line, never a stack trace, and nothing that lasts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h11
import pytest

from orders_conformance.harness.errors import SuiteError
from orders_conformance.harness.learning.behaviour_file import read_behaviour, written
from orders_conformance.harness.learning.lesson import learn
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.replay.loading import load
from orders_conformance.harness.replay.steps import script, step_lists
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.learned.server import server_of
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.write import render
from orders_conformance.strategies.probe import Pause
from tests.support.lacking_servers import NoMemory
from tests.support.ledgers import REFUSED, TIMEOUT, Written, order, taken
from tests.support.mock_client import basic
from tests.support.runs import CONTRACT, CREDENTIALS, minimal, settings
from tests.support.tampering import damaged
from tests.support.terminal import Terminal

# So many damaged files of each kind. A record, whose page is made, takes 70 ms, so that every fifth is tried.
_FILES = 300
# No replay pauses for longer, in seconds, whatever the record says.
_LONGEST = 300.0
_HOSTILE = ("\x1b", "##vso[", "\n::")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    written = Written(tmp_path_factory.mktemp("ledger") / "ledger.jsonl")
    tries = [taken(1), taken(2), (order(3), TIMEOUT), (order(3), None), taken(4, ref="ref-2"), (order(5), REFUSED)]
    written.run(*tries).run(*tries, run="fedcba9876543210", target="https://other.example")
    return written.path.read_bytes()


@pytest.fixture(scope="module")
def record() -> bytes:
    chosen = ("create/409/duplicate", "create/409/duplicate/after-pause")
    run = dry_run(settings(selected=chosen, scripts=frozenset({"first orders", "closing"})), NoMemory)
    return b"".join(json.dumps(event).encode() + b"\n" for event in run.events)


def test_a_damaged_ledger_is_read_or_refused_in_one_line(terminal: Terminal, ledger: bytes) -> None:
    statuses = set()
    # Each reads the contract, which takes longer than all the rest of it.
    for seed in range(0, _FILES, 2):
        (terminal.folder / "ledger.jsonl").write_bytes(damaged(ledger, seed))
        said = terminal.type("cleanup", "ledger.jsonl")
        statuses.add(said.status)
        assert said.status in {0, 1, 2}, seed
        assert len(said.errors.splitlines()) <= 1, seed
        assert not [text for text in _HOSTILE if text in said.output + said.errors], seed
    assert statuses == {0, 1, 2}


def test_no_run_is_begun_in_a_ledger_that_cannot_be_read(tmp_path: Path, ledger: bytes) -> None:
    told, path = list[str](), tmp_path / "ledger.jsonl"
    for seed in range(_FILES):
        path.write_bytes(damaged(ledger, seed))
        try:
            open_ledger(path).close()
        except SuiteError as problem:
            told.append(str(problem))
    assert 0 < len(told) < _FILES
    assert not [one for one in told if "\n" in one]


def test_a_damaged_record_gives_a_report_or_one_line(terminal: Terminal, record: bytes) -> None:
    statuses = set()
    for seed in range(0, _FILES, 5):
        (terminal.folder / "record.jsonl").write_bytes(damaged(record, seed))
        said = terminal.type("report", "record.jsonl")
        statuses.add(said.status)
        assert said.status in {2, 3}, seed
        assert len(said.errors.splitlines()) <= 1, seed
        assert not [text for text in _HOSTILE if text in said.output + said.errors], seed
    assert statuses == {2, 3}


def test_a_record_as_a_run_wrote_it_keeps_its_outcome(terminal: Terminal, record: bytes) -> None:
    with Writer(terminal.folder / "record.jsonl") as writer:
        for line in record.splitlines():
            writer.write(json.loads(line))
    assert terminal.type("report", "record.jsonl").status == 1


def test_a_damaged_record_is_replayed_or_refused_and_never_pauses_for_long(tmp_path: Path, record: bytes) -> None:
    path, replayed, told = tmp_path / "record.jsonl", 0, list[str]()
    for seed in range(_FILES):
        path.write_bytes(damaged(record, seed))
        try:
            read, finding = load(path, "create/409/duplicate", CONTRACT)
        except SuiteError as problem:
            told.append(str(problem))
            continue
        replayed += 1
        for steps in step_lists(read, finding, CONTRACT.requirements[finding["requirement"]].family):
            actions = script(steps, CREDENTIALS, read.header["reference_prefix"], "OCNEW123")
            assert sum(one.seconds for one in actions if isinstance(one, Pause)) <= _LONGEST, seed
    assert 0 < replayed < _FILES
    assert not [one for one in told if "\n" in one]


def changed(record: bytes, kind: str, **changes: Any) -> bytes:
    """Change the first event of a type in a record."""
    events: list[Mapping[str, Any]] = [json.loads(line) for line in record.splitlines()]
    at = next(number for number, event in enumerate(events) if event["type"] == kind)
    events[at] = {**events[at], **changes}
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        (
            "finding",
            {"exchange": "x999"},
            "needs the exchange x999, which cannot be sent again (it is not in the record)",
        ),
        (
            "finding",
            {"before": ["x999"]},
            "needs the exchange x999, which cannot be sent again (it is not in the record)",
        ),
        ("finding", {"exchange": "\x1b[31mx"}, "the record has no finding 'f1'"),
        ("header", {"settings": {}}, "the settings in the record have no currencyCode"),
        ("header", {"settings": {"currencyCode": 1}}, "the settings in the record have no"),
    ],
)
def test_an_invented_record_is_refused_before_anything_is_sent(
    terminal: Terminal, record: bytes, kind: str, changes: Mapping[str, Any], told: str
) -> None:
    (terminal.folder / "record.jsonl").write_bytes(changed(record, kind, **changes))
    said = terminal.type("replay", "record.jsonl", "f1", "--target", "http://127.0.0.1:1", "--yes")
    assert said.status == 2
    assert told in said.problem
    assert "\x1b" not in said.problem


def test_pauses_that_a_record_invents_are_cut(tmp_path: Path, record: bytes) -> None:
    events = [json.loads(line) for line in record.splitlines()]
    times = itertools.count(0, 10**7)
    late = [{**event, "at": next(times)} if event["type"] == "exchange" else event for event in events]
    path = tmp_path / "record.jsonl"
    path.write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in late))
    read, finding = load(path, "create/409/duplicate", CONTRACT)
    *_, whole = step_lists(read, finding, CONTRACT.requirements[finding["requirement"]].family)
    assert 0 < sum(step.pause for step in whole) <= _LONGEST


def test_a_damaged_record_is_rendered_in_every_format(tmp_path: Path, record: bytes) -> None:
    for seed in range(0, _FILES, 10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "record.jsonl").write_bytes(damaged(record, seed))
        try:
            rendered = render(folder / "record.jsonl", folder)
        except RecordError:
            continue
        assert all(path.stat().st_size for path in rendered.files)


@pytest.mark.slow  # 10 s of CPU: from each record that can be read, a server is learned
def test_a_damaged_record_teaches_a_server_that_can_be_served_or_is_refused(tmp_path: Path, record: bytes) -> None:
    path, behaviour = tmp_path / "record.jsonl", tmp_path / "behaviour.toml"
    taught = refused = 0
    for seed in range(0, _FILES, 25):
        path.write_bytes(damaged(record, seed))
        try:
            text = written(learn(read(path), CONTRACT))
        except (SuiteError, RecordError):
            refused += 1
            continue
        behaviour.write_text(text, encoding="utf-8")
        service = server_of(read_behaviour(behaviour, CONTRACT))(CONTRACT, client_key="key", api_token="token")
        for authorization in (basic("key", "token"), "Basic"):
            headers = (("Content-Type", "application/json"), ("Authorization", authorization))
            response = service.handle(ServerRequest("POST", CONTRACT.path, headers, json.dumps(minimal()).encode()))
            # h11 refuses what is no response.
            h11.Response(status_code=response.status, headers=list(response.headers))
        service.close()
        taught += 1
    assert min(taught, refused) > 1
