"""Predicting the cost of a run, and replaying its findings."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock import faulty
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.record.writer import Writer
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.samples import sampled
from tests.support.terminal import Said, Terminal

pytestmark = pytest.mark.slow  # about 30 s of CPU: whole runs, each replayed on two servers

_COST = re.compile(r"(\d+) requests, (\d+) orders")
# One of each family; each breaks one kind of requirement.
FAULTS = [
    "lets-anybody-in",
    "tells-strangers-of-conflicts",
    "currency-code-takes-number",
    "channel-without-web",
    "takes-iso",
    "cuts-second-decimal",
    "refuses-zero",
    "created-at-is-null",
    "ref-empty",
    "conflict-as412",
    "python-in400",
    "400-as-text",
    "takes-bare-names",
    "key-with-text",
]
# Faults that depend on earlier requests: an order, a rejection, or the number of requests.
STATEFUL = [
    "forgets-after-conflict",
    "takes-every-third-repeat",
    "sticky-channel",
    "lags-in-price",
    "fails-at-eighth",
    "refs-run-out",
    "reserves-refused",
    "key-in-any-case",
    "key-without-hyphens",
]


def costs(said: Said) -> list[tuple[int, int]]:
    """Return the requests and orders that a plan predicts: without random traffic, and in all."""
    return [(int(requests), int(orders)) for requests, orders in _COST.findall(said.output)]


def recorded(kind: type[Service], folder: Path) -> Record:
    """Make a dry run against a server and write its record."""
    path = folder / "record.jsonl"
    with Writer(path) as writer:
        for event in dry_run(settings(), kind).events:
            writer.write(event)
    return read(path)


@contextmanager
def served(kind: type[Service] = Service) -> Iterator[str]:
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    with serving(service) as url:
        yield url
    service.close()


def test_a_plan_sends_nothing(terminal: Terminal) -> None:
    def refuse(*_arguments: object) -> NoReturn:
        pytest.fail("a plan opened a connection")

    terminal.monkeypatch.setattr(socket.socket, "connect", refuse)
    terminal.monkeypatch.setattr(socket.socket, "bind", refuse)
    said = terminal.type("plan", "--profile", "tenant")
    assert (said.status, said.errors) == (0, "")
    assert list(terminal.folder.iterdir()) == []


def test_a_plan_needs_no_credentials(terminal: Terminal) -> None:
    terminal.monkeypatch.delenv("ORDERS_API_TOKEN")
    assert terminal.type("plan", "--profile", "tenant").status == 0


@pytest.mark.parametrize(
    "words",
    [("--profile", "tenant"), ("--profile", "ci", "--seed", "7"), ("--profile", "tenant", "-k", "channel")],
    ids=" ".join,
)
def test_a_run_costs_what_the_plan_predicted(terminal: Terminal, words: Sequence[str]) -> None:
    told = costs(terminal.type("plan", *words))[-1]
    assert terminal.type("run", *words).status == 0
    traffic = terminal.report()["traffic"]
    assert (traffic["requests"], traffic["orders_created"]) == told


def test_a_plan_shows_the_cost_of_random_traffic_separately(terminal: Terminal) -> None:
    (systematic, _), (whole, _) = costs(terminal.type("plan", "--profile", "ci"))
    assert 0 < systematic < whole


def test_a_plan_shows_what_a_run_leaves_untested(terminal: Terminal) -> None:
    planned = terminal.type("plan", "--profile", "tenant").output
    terminal.type("run", "--profile", "tenant")
    untested = [one["id"] for one in terminal.report()["requirements"] if one["verdict"] == "untested"]
    assert untested
    assert re.findall(r"^  \w+ +(create/\S+): ", planned, re.MULTILINE) == untested


@pytest.mark.parametrize("name", sampled([*FAULTS, *STATEFUL], 3))
def test_a_finding_still_fails_on_the_faulty_server_and_no_longer_on_the_embedded_one(
    terminal: Terminal, name: str
) -> None:
    kind = faulty.CATALOGUE[name]
    finding = recorded(kind, terminal.folder).findings[0]
    with served(kind) as url:
        faulty_said = terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes")
    with served() as url:
        fixed_said = terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes")
    assert (faulty_said.status, fixed_said.status) == (1, 0)
    assert faulty_said.output.startswith(f"{finding['requirement']} still fails: ")
    assert fixed_said.output.startswith(f"{finding['requirement']} no longer fails: ")


def test_a_replay_says_what_was_expected_and_observed_and_what_each_step_got(terminal: Terminal) -> None:
    kind = faulty.CATALOGUE["takes-every-third-repeat"]
    record = recorded(kind, terminal.folder)
    finding = record.findings[0]
    with served(kind) as url:
        lines = terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes").output.splitlines()
    with served() as url:
        fixed = terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes").output.splitlines()
    steps = [line for line in lines if line.startswith("  ")]
    last = record.exchanges[finding["exchange"]]["probe"]
    assert lines[0].endswith(f" still fails: status 201 ({len(steps) - 1} steps before it)")
    assert lines[1] == f"Expected:         {finding['expected']}"
    assert lines[2] == f"Observed before:  {finding['observed']}"
    assert lines[3].startswith("Observed now:     ")
    assert steps[-1].endswith(f" {finding['exchange']} {last}: before status 201, now status 201")
    assert fixed[-1].endswith(": before status 201, now status 409")
    assert "Observed now:     status 409" in fixed


def test_a_finding_can_be_named_by_its_requirement(terminal: Terminal) -> None:
    kind = faulty.CATALOGUE["takes-iso"]
    requirement = recorded(kind, terminal.folder).findings[0]["requirement"]
    with served(kind) as url:
        said = terminal.type("replay", "record.jsonl", requirement, "--target", url, "--yes")
    assert said.output.startswith(f"{requirement} still fails: ")


def test_a_finding_can_be_sent_again_to_the_same_server(terminal: Terminal) -> None:
    kind = faulty.CATALOGUE["currency-code-takes-number"]
    finding = recorded(kind, terminal.folder).findings[0]
    with served(kind) as url:
        said = [terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes") for _ in range(2)]
    assert said[0] == said[1]


def test_a_finding_with_a_cookie_is_sent_again_with_a_new_one(terminal: Terminal) -> None:
    with served(faulty.CATALOGUE["takes-session-without-credentials"]) as url:
        terminal.type("run", "--target", url, "--profile", "tenant", "--rate", "0")
        record = next(terminal.folder.rglob("record.jsonl"))
        finding = read(record).findings[0]["id"]
        faulty_said = terminal.type("replay", str(record), finding, "--target", url, "--yes", "--rate", "0")
    with served() as url:
        fixed_said = terminal.type("replay", str(record), finding, "--target", url, "--yes", "--rate", "0")
    assert (faulty_said.status, fixed_said.status) == (1, 0)


def test_an_unknown_finding_is_reported_with_the_known_ones(terminal: Terminal) -> None:
    recorded(faulty.CATALOGUE["ref-empty"], terminal.folder)
    said = terminal.type("replay", "record.jsonl", "f999", "--target", "http://127.0.0.1:9")
    assert said.status == 2
    assert "the record has no finding 'f999'" in said.problem
    assert "(f1" in said.problem


@pytest.mark.parametrize(
    ("content", "told"), [(None, "cannot be read"), ("", "ends within its header"), ("{}\n", "header")]
)
def test_a_file_that_is_no_record_is_reported_in_one_line(terminal: Terminal, content: str | None, told: str) -> None:
    if content is not None:
        (terminal.folder / "record.jsonl").write_text(content)
    said = terminal.type("replay", "record.jsonl", "f1")
    assert said.status == 2
    assert told in said.problem


def test_a_record_of_another_contract_is_rejected(terminal: Terminal) -> None:
    recorded(faulty.CATALOGUE["ref-empty"], terminal.folder)
    path = terminal.folder / "record.jsonl"
    first, *rest = path.read_text().splitlines()
    header = json.loads(first)
    header["contract"]["digest"] = f"sha256:{0:064}"
    path.write_text("\n".join([json.dumps(header), *rest, ""]))
    with served() as url:
        said = terminal.type("replay", "record.jsonl", "f1", "--target", url, "--yes")
    assert said.status == 2
    assert "made with another version of the contract" in said.problem


def test_a_replay_against_an_unreachable_target_is_broken(terminal: Terminal) -> None:
    recorded(faulty.CATALOGUE["ref-empty"], terminal.folder)
    said = terminal.type(
        "replay", "record.jsonl", "f1", "--target", "http://nowhere.invalid", "--yes", "--max-orders", "9"
    )
    assert said.status == 3
    assert "cannot be found" in said.problem


def test_a_replay_elsewhere_needs_a_number_of_orders(terminal: Terminal) -> None:
    recorded(faulty.CATALOGUE["key-in-any-case"], terminal.folder)
    said = terminal.type(
        "replay", "record.jsonl", "create/409/reference-case-and-spaces", "--target", "https://api.example.com"
    )
    assert (said.status, "--max-orders N (this finding needs 2 requests" in said.problem) == (2, True)


def test_what_a_replay_creates_is_in_the_ledger_beside_the_record(terminal: Terminal) -> None:
    kind = faulty.CATALOGUE["currency-code-takes-number"]
    finding = recorded(kind, terminal.folder).findings[0]
    with served(kind) as url:
        terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes")
    outcomes = [json.loads(line) for line in (terminal.folder / "ledger.jsonl").read_text().splitlines()]
    assert [one["left"] for one in outcomes if one["type"] == "outcome"] == ["created"]


def test_a_replay_that_may_create_nothing_is_broken(terminal: Terminal) -> None:
    kind = faulty.CATALOGUE["currency-code-takes-number"]
    finding = recorded(kind, terminal.folder).findings[0]
    with served(kind) as url:
        said = terminal.type("replay", "record.jsonl", finding["id"], "--target", url, "--yes", "--max-orders", "0")
    assert (said.status, "the budget of 0 orders is spent" in said.problem) == (3, True)


def test_a_record_names_no_target_to_send_credentials_to(terminal: Terminal) -> None:
    with served(faulty.CATALOGUE["ref-empty"]) as url:
        terminal.type("run", "--target", url, "--profile", "tenant", "--rate", "0")
        record = str(next(terminal.folder.rglob("record.jsonl")))
        said = terminal.type("replay", record, "create/201/ref/type", "--yes")
    assert (said.status, said.problem.endswith("name the target to send to with --target")) == (2, True)


def test_nothing_is_replayed_where_nobody_can_be_asked(terminal: Terminal) -> None:
    recorded(faulty.CATALOGUE["ref-empty"], terminal.folder)
    with served() as url:
        said = terminal.type("replay", "record.jsonl", "f1", "--target", url)
    assert said.status == 2
    assert re.search(r"nobody can be asked whether to send \d+ requests? or more to http", said.problem)
