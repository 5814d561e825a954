"""Ids that requirements had in earlier versions: deviations, patterns and old records may still use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.harness.inputs.deviations import load
from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.summary import summarise
from tests.support import records
from tests.support.runs import CONTRACT, settings

FORMER = {
    "create/401/status": "create/401/http-status",
    "create/409/letters": "create/409/reference-case-and-spaces",
    "create/400/no-trace": "create/400/stores-nothing",
    "create/201/channel/own": "create/201/channel/not-from-another-order",
}


def _declared(folder: Path, requirement: str) -> Path:
    path = folder / "deviations.toml"
    path.write_text(f'[[deviation]]\nrequirement = "{requirement}"\nreason = "Known."\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(("former", "identifier"), FORMER.items())
def test_deviation_under_a_former_id_covers_the_requirement(tmp_path: Path, former: str, identifier: str) -> None:
    (entry,) = load(_declared(tmp_path, former), CONTRACT).entries
    assert entry.covers(identifier)


def test_deviation_under_a_former_id_gives_a_note_that_names_the_new_one(tmp_path: Path) -> None:
    (note,) = load(_declared(tmp_path, "create/409/letters"), CONTRACT).notes
    assert note == ("the deviation for create/409/letters uses a former id: write create/409/reference-case-and-spaces")


def test_pattern_of_former_ids_covers_what_it_did(tmp_path: Path) -> None:
    loaded = load(_declared(tmp_path, "create/*/no-trace"), CONTRACT)
    covered = {name for name in CONTRACT.requirements if loaded.entries[0].covers(name)}
    assert covered == {"create/400/stores-nothing", "create/401/stores-nothing"}
    assert len(loaded.notes) == 1


def test_deviation_under_the_present_id_gives_no_note(tmp_path: Path) -> None:
    assert load(_declared(tmp_path, "create/401/*"), CONTRACT).notes == ()


def test_waiver_under_a_former_id_is_sound_in_the_record(tmp_path: Path) -> None:
    declared = load(_declared(tmp_path, "create/*/no-trace"), CONTRACT)
    run = dry_run(settings("tenant", deviations=declared), CATALOGUE["reserves-refused"])
    with Writer(tmp_path / "record.jsonl") as writer:
        for event in run.events:
            writer.write(event)
    record = read(tmp_path / "record.jsonl")
    assert record.damage is None
    assert record.verdicts["create/400/stores-nothing"]["verdict"] == "waived"
    assert any("uses a former id" in note for note in record.notes)


@pytest.mark.parametrize(("former", "identifier"), FORMER.items())
def test_pattern_finds_a_requirement_by_its_former_id(former: str, identifier: str) -> None:
    assert identifier in select(CONTRACT, former)


def test_outcome_of_an_old_record_is_called_as_it_is_now(tmp_path: Path) -> None:
    events = [*records.conformant()[:-1], records.footer("nonconformant", reason="A declared deviation is stale.")]
    path = tmp_path / "record.jsonl"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    assert summarise(read(path))["outcome"] == "not conformant"
