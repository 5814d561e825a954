"""Writing the ledger: before each request is sent, durably, without secrets, and correctly under threads."""

from __future__ import annotations

import json
import os
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.limits.transport import LimitedTransport
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.ledger.writer import LONGEST, LedgerFile, LedgerWriter
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.harness.redaction.redactor import Redactor
from tests.support.ledgers import SUITE, TARGET, TIMEOUT, ledger_writer, order
from tests.support.runs import CONTRACT, CREDENTIALS, created, request, response


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def written(tmp_path: Path, sent: Request, answer: Response | Failure) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write one try; return its intent and its outcome."""
    path = tmp_path / "ledger.jsonl"
    with closing(LedgerFile(path)) as ledger:
        kept = ledger_writer(ledger)
        kept.settle(kept.intend(sent), answer)
    intent, outcome = read(path)
    return intent, outcome


class Synced:
    """Records the bytes of a file that were written to disk."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch the file at a path from now on."""
        self.content = b""
        sync = os.fsync

        def watched(descriptor: int) -> None:
            sync(descriptor)
            self.content = path.read_bytes()

        monkeypatch.setattr(os, "fsync", watched)


def test_an_intent_is_on_disk_before_the_request_goes_out_and_the_outcome_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"
    seen: list[str] = []
    sent = request(order())
    with closing(LedgerFile(path)) as ledger:
        synced = Synced(path, monkeypatch)

        def target(request: Request, connection: str) -> Response:
            assert (request, connection) == (sent, "main")
            seen.extend(json.loads(line)["type"] for line in synced.content.splitlines())
            return created(order())

        send = LimitedTransport(
            target, Budget(BudgetLimits(), CONTRACT.statuses.conflict), CircuitBreaker(None), ledger_writer(ledger)
        )
        send(sent, "main")
    assert seen == ["intent"]
    assert [event["type"] for event in read(path)] == ["intent", "outcome"]


def test_an_outcome_is_left_to_the_system_and_brought_to_disk_with_the_next_intent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"
    with closing(LedgerFile(path)) as ledger:
        synced = Synced(path, monkeypatch)
        kept = ledger_writer(ledger)
        kept.settle(kept.intend(request(order())), TIMEOUT)
        assert len(synced.content.splitlines()) == 1
        assert len(path.read_bytes().splitlines()) == 2
        kept.intend(request(order(2)))
        assert len(synced.content.splitlines()) == 3


def test_a_run_is_on_disk_before_its_first_intent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.jsonl"
    with closing(LedgerFile(path)) as ledger:
        synced = Synced(path, monkeypatch)
        ledger_writer(ledger).begin(TARGET, SUITE)
        (event,) = map(json.loads, synced.content.splitlines())
    assert (event["type"], event["ledger_version"], event["target"]) == ("run", 1, TARGET)
    assert (event["path"], event["embedded"]) == (CONTRACT.path, False)


def test_what_identifies_the_order_is_written_of_request_and_response(tmp_path: Path) -> None:
    intent, outcome = written(tmp_path, request(order()), created(order(), "own"))
    key = {name: order()[name] for name in ("referenceId", "orderedAt")}
    assert intent["order"] == key
    assert outcome["order"] == {
        **key,
        "ref": "own",
        "href": "https://api.example.com/v2.1/orders/own",
    }
    assert (outcome["id"], outcome["left"]) == (intent["id"], "created")


def test_a_reference_in_a_body_that_is_no_json_is_found(tmp_path: Path) -> None:
    intent, _ = written(tmp_path, request(b'{"referenceId": "OC123456-7Z", oops'), response(400))
    assert intent["order"] == {"referenceId": "OC123456-7Z"}


def test_a_response_that_created_nothing_is_not_written(tmp_path: Path) -> None:
    _, outcome = written(tmp_path, request(order()), response(409, {"referenceId": "x"}))
    assert (outcome["order"], outcome["status"], outcome["left"]) == ({}, 409, "none")


def test_tries_of_the_same_request_have_its_number(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with closing(LedgerFile(path)) as ledger:
        kept = ledger_writer(ledger)
        for sent in (request(order()), request(order(2)), request(order()), request(order(), "none")):
            kept.intend(sent)
    assert [event["request"] for event in read(path)] == ["q1", "q2", "q1", "q3"]
    assert len({event["id"] for event in read(path)}) == 4


@pytest.mark.parametrize("secret", Redactor(CREDENTIALS).forms)
def test_no_secret_is_written(tmp_path: Path, secret: str) -> None:
    sent = request(order(orderedAt=secret))
    intent, outcome = written(tmp_path, sent, created(order(), ref=f"a {secret}", href=f"https://x/{secret}"))
    assert secret not in json.dumps([intent, outcome])
    assert intent["order"]["orderedAt"] == HIDDEN
    assert outcome["order"]["ref"] == f"a {HIDDEN}"


def test_what_was_sent_is_written_completely_however_long(tmp_path: Path) -> None:
    intent, _ = written(tmp_path, request(order(referenceId="A" * 9_999)), created(order()))
    assert intent["order"]["referenceId"] == "A" * 9_999


def test_hostile_text_is_cut_and_stays_on_one_line(tmp_path: Path) -> None:
    _, outcome = written(tmp_path, request(order()), created(order(), ref="\n\x1b[2J\u202e" + "a" * 99_999))
    assert len(outcome["order"]["ref"]) == LONGEST
    assert (tmp_path / "ledger.jsonl").read_bytes().isascii()


def test_an_unfinished_line_is_ended_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"type":"run"}\n{"type":"int')
    with closing(LedgerFile(path)) as ledger:
        ledger_writer(ledger).begin(TARGET, SUITE)
    lines = path.read_bytes().splitlines()
    assert lines[:2] == [b'{"type":"run"}', b'{"type":"int']
    assert json.loads(lines[2])["type"] == "run"


def test_a_finished_ledger_is_continued_without_an_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for _ in range(2):
        with closing(LedgerFile(path)) as ledger:
            ledger_writer(ledger).begin(TARGET, SUITE)
    assert [event["type"] for event in read(path)] == ["run", "run"]


def test_lines_of_threads_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    barrier = threading.Barrier(8)

    def keep(kept: LedgerWriter, number: int) -> None:
        barrier.wait()
        for turn in range(20):
            kept.settle(kept.intend(request(order(number * 100 + turn))), TIMEOUT)

    with closing(LedgerFile(path)) as ledger:
        kept = ledger_writer(ledger)
        threads = [threading.Thread(target=keep, args=(kept, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = read(path)
    intents = [event for event in events if event["type"] == "intent"]
    assert len(events) == 2 * 8 * 20
    assert len({event["id"] for event in intents}) == len({event["request"] for event in intents}) == 8 * 20


def test_a_ledger_that_cannot_be_opened_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be written .*: name a folder that can be written to") as told:
        LedgerFile(tmp_path / "missing" / "ledger.jsonl")
    assert "\n" not in str(told.value)


def test_a_disk_that_is_full_ends_the_run_before_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with closing(LedgerFile(tmp_path / "ledger.jsonl")) as ledger, monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(BrokenRunError, match="No space left on device"):
            ledger_writer(ledger).intend(request(order()))


def test_a_ledger_that_is_not_synced_reaches_the_operating_system_before_the_request_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl", synced=False)
    monkeypatch.setattr(os, "fsync", lambda _file: pytest.fail("it waited for the disk"))
    ledger.append({"type": "intent"}, durable=True)
    assert (tmp_path / "ledger.jsonl").read_text() == '{"type":"intent"}\n'
    monkeypatch.undo()
    ledger.close()
