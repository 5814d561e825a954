"""The schemas of the record and the report are sound, and the fast check agrees with them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orders_conformance import reports
from orders_conformance.reports.record.schema import EVENT_TYPES, fault
from tests.support import records

FOLDER = Path(reports.__file__).parent


def load(name: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(next(FOLDER.rglob(name)).read_text("utf-8"))
    return schema


def lacking_one_field(value: object) -> list[Any]:
    """Return every copy of a JSON value that lacks one field of an object in it, at any depth."""
    if isinstance(value, list):
        return [
            [*value[:at], less, *value[at + 1 :]] for at, each in enumerate(value) for less in lacking_one_field(each)
        ]
    if not isinstance(value, dict):
        return []
    lacking = [{key: each for key, each in value.items() if key != name} for name in value]
    return lacking + [value | {name: less} for name, each in value.items() for less in lacking_one_field(each)]


@pytest.mark.parametrize("name", ["record.schema.json", "report.schema.json"])
def test_a_schema_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(load(name))


def test_what_both_schemas_define_is_the_same() -> None:
    record, report = load("record.schema.json")["$defs"], load("report.schema.json")["$defs"]
    shared = (record.keys() & report.keys()) - {"requirement", "finding", "observation", "exchange"}
    assert {"body", "request", "response", "level", "verdictName"} <= shared
    assert {name: record[name] for name in shared} == {name: report[name] for name in shared}


def test_every_kind_of_event_is_in_the_samples() -> None:
    assert {event["type"] for event in records.nonconformant()} == set(EVENT_TYPES)


@pytest.mark.parametrize("sample", [records.conformant, records.nonconformant, records.hostile])
def test_every_sample_event_fits_by_both_validators(sample: Any) -> None:
    validator = jsonschema.Draft202012Validator(load("record.schema.json"))
    for event in sample():
        assert fault(event) is None
        assert validator.is_valid(event)


def test_both_validators_agree_on_events_that_lack_a_field() -> None:
    validator = jsonschema.Draft202012Validator(load("record.schema.json"))
    listed = records.requirements()[:1]
    chosen = {event["type"]: event for event in records.nonconformant()} | {"header": records.header(listed)}
    lacking = [less for event in chosen.values() for less in lacking_one_field(event)]
    judged = [(fault(event) is None, validator.is_valid(event)) for event in lacking]
    assert [fast for fast, _ in judged] == [slow for _, slow in judged]
    assert sum(not fast for fast, _ in judged) > len(judged) / 2


def test_a_lone_surrogate_does_not_hide_a_fault() -> None:
    assert fault(records.note("\ud800")) is None
    assert fault(records.note("\ud800") | {"more": 1}) is not None
    assert fault(records.finding("f\ud800", "create/x", "x1")) is not None
