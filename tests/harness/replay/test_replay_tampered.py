"""Records that were cut, edited or invented: each is read as far as it can be, or rejected in one line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.errors import SuiteError
from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.replay import invocation
from orders_conformance.harness.replay.invocation import ReplayInvocation, replay
from orders_conformance.harness.replay.steps import LONGEST_PAUSE, LONGEST_PAUSES
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.server import serving
from orders_conformance.reports.text import console_line
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.tampering import damaged
from tests.support.terminal import Terminal

SEEDS = range(80)
FAULT = CATALOGUE["currency-code-takes-number"]
Event = dict[str, Any]
# The lists of steps that a replay sends, one after the other, each with its pauses.
_MOST_LISTS = 5
_LONGEST = 1500


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """The events of a run with one finding, which does not depend on others; of the exchanges only a few."""
    chosen = settings("tenant", selected=select(CONTRACT, "currencyCode"))
    made = [json.loads(json.dumps(event)) for event in dry_run(chosen, FAULT).events]
    named = {event["exchange"] for event in made if event["type"] == "finding"}
    made = [one for one in made if one["type"] != "observation"]
    few = [one for one in made if one["type"] != "exchange" or one["id"] in named or one["id"].endswith("47")]
    # Without pauses.
    return [one | {"at": 0.0} if one["type"] == "exchange" else one for one in few]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with the fault that the finding is about."""
    service = embedded_service(CONTRACT, CREDENTIALS, FAULT)
    with serving(service) as url:
        yield url
    service.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that replays wait, which they do not here; with credentials in the environment."""
    waited: list[float] = []
    monkeypatch.setattr(invocation, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic))
    monkeypatch.setattr(invocation, "read_contract", lambda _path: CONTRACT)
    monkeypatch.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
    monkeypatch.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
    return waited


def written(path: Path, events: list[Event]) -> Path:
    path.write_bytes(b"".join(json.dumps(event).encode("ascii") + b"\n" for event in events))
    return path


def replayed(path: Path, url: str, **options: Any) -> bool:
    return replay(ReplayInvocation(path, "f1", url, **options), lambda _what: None).fails


@pytest.mark.slow  # 3 s of CPU: hundreds of requests over HTTP
def test_a_tampered_record_is_replayed_or_rejected_in_one_line(
    tmp_path: Path, events: list[Event], url: str, waits: list[float]
) -> None:
    path = written(tmp_path / "record.jsonl", events)
    whole, told, fails = path.read_bytes(), list[str](), set[bool]()
    for seed in SEEDS:
        path.write_bytes(damaged(whole, seed))
        waits.clear()
        try:
            # Beyond so many requests another profile than that of the record would wait between them.
            fails.add(replayed(path, url, max_requests=40))
        except SuiteError as problem:
            told.append(str(problem))
        assert sum(waits) <= _MOST_LISTS * LONGEST_PAUSES, seed
    assert all(0 < len(one) < _LONGEST and console_line(one).isprintable() for one in told)
    assert True in fails
    assert told


@pytest.mark.parametrize(("apart", "elapsed"), [(1e7, 0.0), (86400.0, 1.0), (20, 0)])
def test_a_pause_is_as_long_as_one_of_a_run_whatever_the_record_says(
    tmp_path: Path, events: list[Event], waits: list[float], apart: float, elapsed: float
) -> None:
    changed = [
        event | {"at": apart * place, "elapsed": elapsed} if event["type"] == "exchange" else event
        for place, event in enumerate(events)
    ]
    service = embedded_service(CONTRACT, CREDENTIALS)
    with serving(service) as fixed:
        assert not replayed(written(tmp_path / "record.jsonl", changed), fixed)
    service.close()
    assert 0 < max(waits) <= LONGEST_PAUSE
    assert sum(waits) <= _MOST_LISTS * LONGEST_PAUSES


def changed_exchange(events: list[Event], change: Callable[[Event], object]) -> list[Event]:
    """Change the exchange of the finding."""
    copied = deepcopy(events)
    (named,) = [event["exchange"] for event in copied if event["type"] == "finding"]
    for event in copied:
        if event["type"] == "exchange" and event["id"] == named:
            change(event)
    return copied


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(id="x0"), "it is not in the record"),
        (lambda one: one["request"].update(credentials="\x1b]0;"), "the kind of its credentials is not known"),
        (lambda one: one["request"].update(body={"base64": "A"}), "its body is not whole"),
        (lambda one: one["request"].update(body={"text": "\ud800"}), "its body is not whole"),
        (
            lambda one: one["request"]["body"].update(length=7, digest=f"sha256:{0:064}"),
            "the record has only the beginning of its body",
        ),
        (
            lambda one: one["request"].update(headers=[["Content-Type", "a/b\r\nX-Other: 1"]]),
            "its media type cannot be sent in a header",
        ),
        (
            lambda one: one["request"].update(headers=[["Content-Type", "a/\u0101"]]),
            "its media type cannot be sent in a header",
        ),
    ],
)
def test_a_request_that_cannot_be_sent_again_is_not_sent(
    terminal: Terminal, events: list[Event], url: str, change: Callable[[Event], object], told: str
) -> None:
    written(terminal.folder / "record.jsonl", changed_exchange(events, change))
    said = terminal.type("replay", "record.jsonl", "f1", "--target", url, "--yes")
    assert (said.status, f"cannot be sent again ({told}): name another finding" in said.problem) == (2, True)
    assert not (terminal.folder / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reference_prefix": "e"}, "the references of the record begin with 'e', which no run chooses"),
        ({"reference_prefix": "\ud800"}, "which no run chooses"),
        ({"settings": {}}, "the settings in the record have no"),
        ({"settings": {"currencyCode": 7}}, "the settings in the record have no"),
    ],
)
def test_a_header_that_no_run_writes_is_rejected(
    terminal: Terminal, events: list[Event], url: str, change: Event, told: str
) -> None:
    written(terminal.folder / "record.jsonl", [events[0] | change, *events[1:]])
    said = terminal.type("replay", "record.jsonl", "f1", "--target", url, "--yes")
    assert (said.status, told in said.problem) == (2, True)


@pytest.mark.parametrize(
    ("change", "options", "told"),
    [
        ({"credentials": "wrong-password"}, ("--max-wrong-logins", "0"), "was not sent, or got no response that is"),
        ({}, ("--max-time", "0.000001"), "the replay was not complete within the 1e-06 s that it may take"),
    ],
)
def test_a_finding_whose_request_was_not_sent_is_not_said_to_be_mended(  # noqa: PLR0913, PLR0917 - what differs
    terminal: Terminal, events: list[Event], url: str, change: Event, options: tuple[str, ...], told: str
) -> None:
    def altered(exchange: Event) -> None:
        exchange["request"].update(change)

    written(terminal.folder / "record.jsonl", changed_exchange(events, altered))
    said = terminal.type("replay", "record.jsonl", "f1", "--target", url, "--yes", "--rate", "0", *options)
    assert (said.status, told in said.problem) == (3, True)


@pytest.mark.parametrize("command", [("report", "record.jsonl"), ("replay", "record.jsonl", "f1")])
def test_no_text_of_a_record_is_a_command_for_terminal_or_ci(
    terminal: Terminal, events: list[Event], command: tuple[str, ...]
) -> None:
    hostile = "\x1b]0;owned\x07\n::error::owned\n##vso[task.complete]"
    header = events[0] | {"type": hostile}
    written(terminal.folder / "record.jsonl", [header, *events[1:]])
    rejected = terminal.type(*command)
    target = {"url": hostile, "embedded": False}
    written(terminal.folder / "record.jsonl", [events[0] | {"target": target}, *events[1:]])
    shown = terminal.type(*command)
    assert rejected.status == 2
    for line in (rejected.output + rejected.errors + shown.output + shown.errors).splitlines():
        assert line.isprintable()
        assert not line.startswith("::")
        assert "##vso[" not in line
