"""What differs between two runs: each kind of change, circumstances, observations, former ids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.reports.compare.comparison import KINDS, compare, has_regressed
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from tests.support import records

A, B = "create/request/price/type", "create/409/duplicate"
SHOULD = "create/401/www-authenticate"
INFO = "create/409/near"


def recorded(
    folder: Path,
    words: Mapping[str, str] | None = None,
    *,
    leave: str = "",
    texts: tuple[str, ...] = (),
    **changes: Any,
) -> Record:
    """Make the record of a run with some verdicts other than passed; `changes` are those of the header."""
    listed = [one for one in records.requirements() if one["id"] != leave]
    given = words or {}
    found = [records.finding(f"f{n}", name, f"y{n}") for n, name in enumerate(given) if given[name] == "failed"]
    sent = [records.exchange(one["exchange"], findings=[one["id"]], bears_on=[]) for one in found]
    verdicts = records.verdicts(
        listed,
        {
            name: records.verdict(name, word, exchanges=0 if word == "untested" else 1, against=int(word == "failed"))
            for name, word in given.items()
        },
    )
    outcome = "not conformant" if "failed" in given.values() else "conformant"
    observed = [records.observation(INFO, text) for text in texts]
    events = [records.header(listed, **changes), *sent, *found, *observed, *verdicts, records.footer(outcome)]
    return read(records.save(folder / "record.jsonl", events))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("passed", "failed", "regressed"),
        ("untested", "failed", "failed"),
        ("failed", "passed", "mended"),
        ("passed", "untested", "lost"),
        ("failed", "untested", "lost"),
        ("untested", "passed", "other"),
        ("passed", "passed", None),
        ("failed", "failed", None),
        ("untested", "untested", None),
    ],
)
def test_each_pair_of_verdicts_is_of_one_kind(tmp_path: Path, old: str, new: str, kind: str | None) -> None:
    found = compare(recorded(tmp_path, {A: old}), recorded(tmp_path, {A: new}))
    listed = {each: [one["requirement"] for one in found[each]] for each in KINDS if found[each]}
    assert listed == ({kind: [A]} if kind else {})
    assert has_regressed(found) is (kind == "regressed")
    assert found["unchanged"] == len(records.requirements()) - (kind is not None)


def test_a_regression_says_what_was_expected_and_observed(tmp_path: Path) -> None:
    (one,) = compare(recorded(tmp_path), recorded(tmp_path, {A: "failed"}))["regressed"]
    assert (one["old"], one["new"], one["expected"], one["observed"]) == ("passed", "failed", "400", "201 Created")


@pytest.mark.parametrize(("fail_on", "regressed"), [("must", False), ("should", True)])
def test_a_level_that_the_new_run_does_not_fail_on_is_told_and_does_not_count(
    tmp_path: Path, fail_on: str, *, regressed: bool
) -> None:
    found = compare(recorded(tmp_path), recorded(tmp_path, {SHOULD: "failed"}, fail_on=fail_on))
    assert [one["requirement"] for one in found["regressed"]] == [SHOULD]
    assert has_regressed(found) is regressed


def test_requirements_that_one_run_does_not_list_are_new_or_gone(tmp_path: Path) -> None:
    whole, part = recorded(tmp_path), recorded(tmp_path, leave=B)
    assert [one["requirement"] for one in compare(part, whole)["new"]] == [B]
    assert [one["requirement"] for one in compare(whole, part)["gone"]] == [B]


def test_a_failure_of_a_requirement_that_was_not_listed_is_no_regression(tmp_path: Path) -> None:
    found = compare(recorded(tmp_path, leave=B), recorded(tmp_path, {B: "failed"}))
    assert [one["requirement"] for one in found["failed"]] == [B]
    assert not has_regressed(found)


def test_a_requirement_under_a_former_id_is_the_same_one(tmp_path: Path) -> None:
    old = recorded(tmp_path, {A: "passed"})
    listed = [one | {"id": "create/new", "formerly": A} if one["id"] == A else one for one in records.requirements()]
    verdicts = records.verdicts(listed, {"create/new": records.verdict("create/new", "untested", exchanges=0)})
    events = [records.header(listed), *verdicts, records.footer()]
    new = read(records.save(tmp_path / "record.jsonl", events))
    (one,) = compare(old, new)["lost"]
    assert (one["requirement"], one["formerly"]) == ("create/new", A)
    assert compare(old, new)["gone"] == compare(old, new)["new"] == []


def test_observations_that_are_not_the_same_are_told(tmp_path: Path) -> None:
    old, new = recorded(tmp_path, texts=("409", "201")), recorded(tmp_path, texts=("201",))
    assert compare(old, new)["observations"] == [{"requirement": INFO, "old": ["201", "409"], "new": ["201"]}]
    assert compare(old, old)["observations"] == []


def test_the_references_of_a_run_are_no_difference(tmp_path: Path) -> None:
    old = recorded(tmp_path, texts=("201 to AAAA-1, aaaa-1",), reference_prefix="AAAA")
    new = recorded(tmp_path, texts=("201 to BBBB-1, bbbb-1",), reference_prefix="BBBB")
    assert compare(old, new)["observations"] == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"profile": "tenant"}, "profile"),
        ({"selection": "create/409"}, "narrowed to"),
        ({"without": ["echo"]}, "without"),
        ({"fail_on": "should"}, "fail on"),
        ({"deviations": records.deviations(records.deviation("create/401/*"))}, "deviations"),
        ({"suite": {"name": "orders-conformance", "version": "0.2.0"}}, "suite version"),
        ({"settings": {"max-orders": 5}}, "max-orders"),
        ({"target": {"url": "https://other.example", "embedded": False}}, "target"),
        ({"contract": records.header()["contract"] | {"digest": f"sha256:{'0' * 64}"}}, "contract"),
    ],
)
def test_other_circumstances_are_told(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    found = compare(recorded(tmp_path), recorded(tmp_path, **changes))["differences"]
    assert [one["what"] for one in found] == [what]
    assert found[0]["old"] != found[0]["new"]


def test_runs_that_agree_have_no_difference(tmp_path: Path) -> None:
    found = compare(recorded(tmp_path, release="1"), recorded(tmp_path, release="2"))
    assert (found["differences"], found["runs"]["old"]["release"], found["runs"]["new"]["release"]) == ([], "1", "2")
