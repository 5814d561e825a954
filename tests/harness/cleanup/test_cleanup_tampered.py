"""Ledgers that were cut, edited or invented: each is read as far as it can be, or rejected in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from orders_conformance.harness.cleanup import cleanup
from orders_conformance.harness.cleanup.cleanup import CleanupInvocation, clean_up
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.reconcile import State
from tests.support.ledgers import TIMEOUT, Written, order, taken
from tests.support.runs import CONTRACT, created, refused, response
from tests.support.tampering import damaged

SEEDS = range(400)
_LONGEST = 1000
CONFLICT, REJECTED = refused(409), refused(400)


def ledger_of_everything(path: Path) -> Written:
    """Write a ledger in which each inference of the account occurs, and each kind of event."""
    elsewhere = order(2, orderedAt="2024-05-01T07:00:00+02:00")
    odd = order(5, price="x")
    written = Written(path).run(
        *(taken(1), (order(1), CONFLICT), (order(1), TIMEOUT), (order(2), TIMEOUT), (order(2), CONFLICT)),
        *((elsewhere, TIMEOUT), (order(3), REJECTED), (order(3), TIMEOUT), (order(3), CONFLICT), (b"{}", TIMEOUT)),
        *((order(4), REJECTED), (order(4), CONFLICT), (odd, refused(401)), (order(5), response(500)), (odd, None)),
    )
    written.run(taken(6), taken(7), (order(7), created(order(7), "other")), (order(8), TIMEOUT), run="second")
    written.run(taken(9), run="embedded", embedded=True)
    first, second, *_ = written.orders()
    found, missing, *_ = (one for one in written.orders() if one.state is State.POSSIBLE)
    written.looked_up(found, {"ref": "found", "href": "/found"}).looked_up(missing, None)
    return written.deleted(first, 204).deleted(second, 404)


def cleaned(ledger: Path) -> tuple[int, list[str]]:
    lines: list[str] = []
    return clean_up(CleanupInvocation(ledger), lines.append, lambda _what: None), lines


@pytest.fixture(autouse=True)
def contract_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cleanup reads the contract, which takes longer than the rest of it."""
    monkeypatch.setattr(cleanup, "read_contract", lambda _path: CONTRACT)


def test_a_tampered_ledger_is_cleaned_up_or_rejected_in_one_line(tmp_path: Path) -> None:
    whole = ledger_of_everything(tmp_path / "whole.jsonl").path.read_bytes()
    path, batch = tmp_path / "ledger.jsonl", tmp_path / "deletion.jsonl.gz"
    ends, told = list[int | str](), list[str]()
    for seed in SEEDS:
        path.write_bytes(damaged(whole, seed))
        batch.unlink(missing_ok=True)
        try:
            status, lines = cleaned(path)
        except InvalidInputError as problem:
            told.append(str(problem))
            ends.append("rejected")
            continue
        ends.append(status)
        assert status in {0, 1}, seed
        assert all(line.isprintable() for line in lines), seed
        if batch.exists():
            assert all(map(json.loads, gzip.decompress(batch.read_bytes()).splitlines())), seed
        assert cleaned(path) == (status, lines), f"the second cleanup differs: {seed}"
    assert all(0 < len(one) < _LONGEST for one in told)
    # Each end was there, else the ledgers would be tampered with too little or too much.
    assert set(ends) == {0, 1, "rejected"}


def test_a_tampered_ledger_is_opened_only_if_it_can_be_read_and_is_not_changed_by_that(tmp_path: Path) -> None:
    whole = ledger_of_everything(tmp_path / "whole.jsonl").path.read_bytes()
    path, opened, told = tmp_path / "ledger.jsonl", 0, list[str]()
    for seed in SEEDS:
        content = damaged(whole, seed)
        path.write_bytes(content)
        try:
            open_ledger(path).close()
            read_ledger(path)
            opened += 1
        except InvalidInputError as problem:
            told.append(str(problem))
        assert path.read_bytes() == content, seed
    assert 0 < opened < len(SEEDS)
    assert all("nothing can be added to it" in one and len(one) < _LONGEST for one in told)
