"""For a requirement that passed, an exchange is shown that would have shown a violation."""

import base64
from pathlib import Path
from typing import Any

from orders_conformance.reports.record.chain import digest
from orders_conformance.reports.record.evidence import (
    BODY,
    EARLIER,
    HEADER,
    HEADERS,
    evidence,
    kept_short,
    with_same_reference,
)
from orders_conformance.reports.record.reader import read
from tests.support import records

NAME, OTHER = "create/201/http-status", "create/no-5xx"


def sent_for(name: str, length: int, meant: str = "") -> records.Event:
    """Return an exchange whose body has a length, and which was meant for a requirement."""
    request = records.exchange(name)["request"]
    agent = ["User-Agent", f"orders-conformance/0.1.0 run/1 ({meant})"]
    return records.exchange(
        name,
        request={**request, "headers": [agent], "body": {"text": "x" * length}},
        bears_on=[NAME, OTHER],
    )


def shown(folder: Path, *exchanges: records.Event, **words: Any) -> dict[str, str]:
    events = [records.header(), *exchanges, *records.verdicts(records.requirements(), words), records.footer()]
    return dict(evidence(read(records.save(folder / "record.jsonl", events))))


def test_the_shortest_exchange_that_bears_on_a_requirement_is_its_evidence(tmp_path: Path) -> None:
    assert shown(tmp_path, sent_for("x1", 9), sent_for("x2", 3), sent_for("x3", 3)) == {NAME: "x2", OTHER: "x2"}


def test_one_that_was_sent_for_the_requirement_goes_before_a_shorter_one(tmp_path: Path) -> None:
    assert shown(tmp_path, sent_for("x1", 3), sent_for("x2", 9, OTHER)) == {NAME: "x1", OTHER: "x2"}


def test_what_did_not_pass_has_no_evidence(tmp_path: Path) -> None:
    untested = {OTHER: records.verdict(OTHER, "untested", exchanges=0)}
    assert shown(tmp_path, sent_for("x1", 3), **untested) == {NAME: "x1"}


def about(name: str, reference: str) -> records.Event:
    """Return an exchange about an order with a reference that begins as all of the run do."""
    text = f'{{"referenceId": "{records.header()["reference_prefix"]}{reference}"}}'
    return records.exchange(name, request={**records.exchange(name)["request"], "body": {"text": text}})


def earlier(folder: Path, names: set[str], *exchanges: records.Event) -> dict[str, tuple[str, ...]]:
    events = [records.header(), *exchanges, *records.verdicts(records.requirements()), records.footer()]
    return dict(with_same_reference(read(records.save(folder / "record.jsonl", events)), names))


def test_an_exchange_comes_after_those_with_the_same_reference(tmp_path: Path) -> None:
    sent = [about("x1", "-1"), about("x2", "-2"), about("x3", "-1"), about("x4", "-12")]
    assert earlier(tmp_path, {"x1", "x3", "x4"}, *sent) == {"x3": ("x1",)}


def test_of_many_the_first_ones_and_the_last_one_are_named(tmp_path: Path) -> None:
    sent = [about(f"x{number}", "-1") for number in range(1, 8)]
    found = earlier(tmp_path, {"x7"}, *sent)["x7"]
    assert (found, len(found)) == (("x1", "x2", "x6"), EARLIER)


def test_an_exchange_without_a_reference_comes_after_none(tmp_path: Path) -> None:
    nothing = {**records.exchange("x2")["request"], "body": {"text": "{}"}}
    assert earlier(tmp_path, {"x2"}, about("x1", "-1"), records.exchange("x2", request=nothing)) == {}


def test_a_short_exchange_is_left_as_it_is() -> None:
    assert kept_short(records.exchange("x1")) == records.exchange("x1")


def test_a_long_response_keeps_its_beginning_its_length_and_its_digest() -> None:
    headers = [["x-a", "b" * (HEADER + 1)]] * (HEADERS + 1)
    text = "é" * (BODY + 1)
    long = {"status": 201, "headers": headers, "body": {"text": text}}
    short = kept_short(records.exchange("x1", response=long))["response"]
    assert short["body"] == {
        "text": "é" * BODY,
        "length": 2 * (BODY + 1),
        "digest": digest(("é" * (BODY + 1)).encode()),
    }
    assert short["headers"] == [["x-a", "b" * HEADER]] * HEADERS
    assert (short["headers_cut"]["lines"], short["headers_cut"]["length"]) == (
        HEADERS + 1,
        (HEADERS + 1) * (HEADER + 4),
    )


def test_a_body_of_bytes_is_cut_between_bytes() -> None:
    content = bytes(range(256)) * 8
    long = {"status": 201, "headers": [], "body": {"base64": base64.b64encode(content).decode()}}
    body = kept_short(records.exchange("x1", response=long))["response"]["body"]
    assert content.startswith(base64.b64decode(body["base64"]))
    assert (body["length"], body["digest"]) == (len(content), digest(content))


def test_a_body_of_which_only_a_part_was_recorded_keeps_what_is_known_of_the_whole() -> None:
    known = {"text": "x" * (BODY + 1), "length": 70_000, "digest": "sha256:" + "0" * 64}
    long = {"status": 201, "headers": [], "body": known}
    assert kept_short(records.exchange("x1", response=long))["response"]["body"] == {**known, "text": "x" * BODY}


def test_a_long_exchange_that_no_finding_names_is_read_with_the_beginning_of_its_body(tmp_path: Path) -> None:
    long = {"status": 201, "headers": [], "body": {"text": "x" * 20_000}}
    events = [records.header(), records.exchange("x1", response=long), records.footer()]
    response = read(records.save(tmp_path / "record.jsonl", events)).exchanges["x1"]["response"]
    assert (response["status"], response["body"]["text"], response["body"]["length"]) == (201, "x" * BODY, 20_000)
