"""The attestation is a statement of in-toto about the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.reports.write import render
from tests.support import records


def attested(folder: Path, events: list[records.Event]) -> dict[str, Any]:
    """Render a record, and read its attestation."""
    render(records.save(folder / "record.jsonl", events), folder)
    statement: dict[str, Any] = json.loads((folder / "attestation.json").read_bytes())
    return statement


def test_its_subject_is_the_record(tmp_path: Path) -> None:
    [subject] = attested(tmp_path, records.conformant())["subject"]
    digest = sha256((tmp_path / "record.jsonl").read_bytes()).hexdigest()
    assert subject == {"name": "record.jsonl", "digest": {"sha256": digest}}


@pytest.mark.parametrize(
    ("sample", "result"),
    [(records.conformant, "PASSED"), (records.nonconformant, "FAILED"), (records.hostile, "FAILED")],
)
def test_the_result_is_that_of_the_run(tmp_path: Path, sample: Callable[[], list[records.Event]], result: str) -> None:
    assert attested(tmp_path, sample())["predicate"]["result"] == result


def test_a_partial_run_is_a_warning(tmp_path: Path) -> None:
    footer = records.footer("partial", reason="only some of the requirements were judged")
    assert attested(tmp_path, [*records.conformant()[:-1], footer])["predicate"]["result"] == "WARNED"


def test_each_requirement_that_was_judged_is_in_one_list(tmp_path: Path) -> None:
    predicate = attested(tmp_path, records.nonconformant())["predicate"]
    assert "create/request/price/type" in predicate["failedTests"]
    # One is waived, and the other one is of a level that does not count.
    assert predicate["warnedTests"] == ["create/401/www-authenticate", "create/400/message/names-field"]
    assert len(predicate["passedTests"]) > 20


def test_contract_suite_settings_and_deviations_are_named_by_their_digests(tmp_path: Path) -> None:
    configuration = attested(tmp_path, records.nonconformant())["predicate"]["configuration"]
    assert [one["name"] for one in configuration] == ["contract", "suite", "settings", "deviations"]
    assert all(len(one["digest"]["sha256"]) == 64 for one in configuration)
    assert configuration[0]["digest"]["sha256"] == "8d3f" * 16


def test_other_settings_have_another_digest(tmp_path: Path) -> None:
    digests = [
        attested(tmp_path, [records.header(seed=seed), *records.conformant()[1:]])["predicate"]["configuration"][2]
        for seed in (1, 2)
    ]
    assert digests[0] != digests[1]
