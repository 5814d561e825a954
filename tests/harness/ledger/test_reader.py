"""A ledger can be read, whenever its writer was ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.reconcile import State, reconcile
from orders_conformance.harness.messages.exchange import Effect
from tests.support.ledgers import RUN, TARGET, TIMEOUT, Written, order, taken
from tests.support.runs import CONTRACT, response


@pytest.fixture
def ledger(tmp_path: Path) -> Written:
    """The path of a ledger that is not yet written."""
    return Written(tmp_path / "ledger.jsonl")


def test_everything_that_was_written_is_read(ledger: Written) -> None:
    accounts = ledger.run(taken(1), (order(2), TIMEOUT), (order(3), None), purpose="create/y").accounts()
    assert accounts.remarks == ()
    run = accounts.runs[RUN]
    assert (run.target, run.path, run.embedded) == (TARGET, CONTRACT.path, False)
    assert [one.left for one in accounts.tries] == [Effect.CREATED, Effect.UNKNOWN, Effect.UNKNOWN]
    assert [(one.begun, one.ended) for one in accounts.tries] == [(2, 3), (4, 5), (6, None)]
    assert {one.purpose for one in accounts.tries} == {"create/y"}
    assert accounts.tries[0].returned["ref"] == "ref-1"


def test_the_runs_of_one_ledger_are_distinguished(ledger: Written) -> None:
    accounts = ledger.run(taken(1)).run(taken(1), run="other", target="http://127.0.0.1:1").accounts()
    assert [one.run for one in accounts.tries] == [RUN, "other"]
    assert accounts.runs["other"].target == "http://127.0.0.1:1"


def test_a_ledger_cut_at_any_byte_lists_every_order_that_may_have_been_created(
    ledger: Written, show_figure: Callable[[str], None]
) -> None:
    ledger.run(taken(1), (order(2), TIMEOUT), (order(2), response(409)), (order(3), response(400)), taken(4))
    whole = ledger.path.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == ord("\n")]
    events = [json.loads(line) for line in whole.splitlines()]
    part = Written(ledger.path.with_name("part.jsonl"))
    with part.path.open("wb", buffering=0) as file:
        for length in range(len(whole) + 1):
            # The file now has this many bytes.
            accounts = part.accounts()
            lines = events[: sum(end <= length for end in ends)]
            announced = {event["order"]["referenceId"] for event in lines if event["type"] == "intent"}
            refused = {"OC123456-3"} if len(lines) >= 9 else set()
            assert {one.reference for one in reconcile(accounts, CONTRACT)} == announced - refused
            # Cut at the end of a line, no line is incomplete; an empty ledger has no run.
            cut = length not in {0, *ends, *(end + 1 for end in ends)}
            assert any("was cut off" in remark for remark in accounts.remarks) == cut
            file.write(whole[length : length + 1])
    show_figure(f"ledger: cut at {len(whole) + 1} positions")


def test_a_line_that_was_cut_is_skipped_when_a_later_run_went_on(ledger: Written) -> None:
    ledger.run(taken(1))
    ledger.path.write_bytes(ledger.path.read_bytes()[:-9])
    accounts = ledger.run(taken(1), run="later").accounts()
    assert accounts.remarks == ("line 3 was cut off: what it was to announce was not sent",)
    assert [order.state for order in reconcile(accounts, CONTRACT)] == [State.POSSIBLE, State.CREATED]


def test_a_first_line_that_was_cut_is_skipped_when_a_later_run_went_on(ledger: Written) -> None:
    ledger.path.write_bytes(b'{"type":"run","ledger_ver')
    assert list(ledger.run(taken(1), run="later").accounts().runs) == ["later"]


@pytest.mark.parametrize(
    "line",
    [
        b"7",
        b"[]",
        b"{}",
        b'{"type":"surprise","run":"0123456789abcdef"}',
        b'{"type":"intent","run":"0123456789abcdef"}',
        b'{"type":"intent","run":"unheard-of","id":"a9","request":"q1","for":"","order":{}}',
        b'{"type":"intent","run":"0123456789abcdef","id":"a9","request":"q1","for":"","order":{"referenceId":7}}',
        b'{"type":"outcome","run":"0123456789abcdef","id":"a9","status":201,"left":"created","order":{}}',
        b'{"type":"outcome","run":"0123456789abcdef","id":"a1","status":"201","left":"created","order":{}}',
        b'{"type":"outcome","run":"0123456789abcdef","id":"a1","status":201,"left":"perhaps","order":{}}',
        b'{"type":"run","ledger_version":1,"run":"a\\nb","target":"","path":"","embedded":false}',
    ],
)
def test_an_unknown_line_is_skipped_with_a_remark(ledger: Written, line: bytes) -> None:
    whole = ledger.run(taken(1)).accounts()
    with ledger.path.open("ab") as file:
        file.write(line + b"\n")
    accounts = ledger.accounts()
    assert accounts.remarks == ("line 4 is not one that this suite writes, and was skipped",)
    assert (accounts.runs, accounts.tries) == (whole.runs, whole.tries)


@pytest.mark.parametrize("line", [b"", b"[" * 200_000, b"\xff\xfe", b"1" * 5_000])
def test_a_line_that_is_no_json_is_skipped_with_a_remark(ledger: Written, line: bytes) -> None:
    ledger.run(taken(1))
    with ledger.path.open("ab") as file:
        file.write(line + b"\n")
    assert len(ledger.accounts().remarks) == 1


def test_an_empty_ledger_has_a_remark_that_no_run_began(ledger: Written) -> None:
    ledger.path.write_bytes(b"")
    assert ledger.accounts().remarks == ("no run had begun when the ledger was written last",)


@pytest.mark.parametrize(
    "content", [b"\n", b"hello", b"{}\n", b'{"type":"header","record_version":1}\n', b"\x1f\x8b\x08\x00", b"[" * 99_999]
)
def test_a_file_that_is_no_ledger_is_rejected(ledger: Written, content: bytes) -> None:
    ledger.path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"is not a ledger: name the ledger\.jsonl of a run"):
        ledger.accounts()


def test_a_ledger_of_another_version_is_rejected(ledger: Written) -> None:
    ledger.run(taken(1))
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"ledger_version":1', b'"ledger_version":2'))
    with pytest.raises(InvalidInputError, match="has version 2, and this suite reads 1"):
        ledger.accounts()


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_ledger_that_cannot_be_read_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be read \("):
        read_ledger(tmp_path / name)


@pytest.mark.parametrize("names", ["[7]", "[true]", '["referenceId"]', '"text"', "7", "null", '{"referenceId":7}'])
def test_an_intent_whose_order_is_no_object_of_texts_is_skipped(tmp_path: Path, names: str) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run(taken(1))
    with ledger.path.open("ab") as file:
        file.write(
            f'{{"type":"intent","run":"{RUN}","id":"a9","request":"q9","for":"","order":{names}}}\n'.encode("ascii")
        )
    content = ledger.accounts()
    assert content.remarks == ("line 4 is not one that this suite writes, and was skipped",)
    assert len(content.tries) == 1


@pytest.mark.parametrize("version", ["true", "1.0", '"1"', "[1]", "9" * 4000])
def test_a_version_is_a_whole_number_and_is_told_in_brief(tmp_path: Path, version: str) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run(taken(1))
    content = ledger.path.read_bytes()
    ledger.path.write_bytes(content.replace(b'"ledger_version":1', f'"ledger_version":{version}'.encode()))
    with pytest.raises(InvalidInputError, match=r"has version .{1,45}, and this suite reads 1: use its suite$"):
        ledger.accounts()


def test_many_lines_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run(taken(1))
    with ledger.path.open("ab") as file:
        file.write(b"\0\n" * 500)
    remarks = ledger.accounts().remarks
    assert len(remarks) == 11
    assert remarks[-1] == "490 further lines cannot be read, and were skipped"
