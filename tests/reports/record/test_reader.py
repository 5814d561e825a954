"""The record is written completely, and every fault in it is detected when it is read."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import CutRecordError, RecordError
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.summary import summarise
from tests.support import records
from tests.support.timing import processor_time

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
GREEN = {"conformant", "partial"}


def lines_of(events: list[records.Event]) -> list[bytes]:
    return [json.dumps(event).encode() + b"\n" for event in events]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@given(text=ANY_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_of_a_server_survives(tmp_path: Path, text: str) -> None:
    body = {"status": 201, "headers": [[text, text]], "body": {"text": text}}
    event = records.exchange("x1", response=body)
    path = records.save(tmp_path / "record.jsonl", [records.header(), event])
    assert read(path).exchanges["x1"] == json.loads(json.dumps(event))


def test_a_line_can_be_read_as_soon_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    with Writer(path) as writer:
        writer.write(records.header())
        writer.write(records.exchange("x1"))
        assert list(read(path).exchanges) == ["x1"]


def test_a_line_is_ascii_whatever_it_holds(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.hostile())
    content = path.read_bytes()
    assert content.isascii()
    assert not any(byte < 0x20 for byte in content.replace(b"\n", b""))


@pytest.mark.parametrize(
    "event",
    [
        {"type": "surprise"},
        {"text": "without a type"},
        records.note("") | {"text": 1},
        records.exchange("x1", at=float("nan")),
        records.exchange("x1", at=-1),
        records.exchange("x 1"),
        records.exchange("x1", response=None),
        records.exchange("x1", surprise=True),
        records.exchange("x1", bears_on=[1]),
        records.header(seed="1"),
        records.header(requirements=[]),
        records.verdict("create/x", "perhaps"),
        records.footer("partial"),
    ],
)
def test_an_event_that_does_not_fit_is_rejected_in_one_line_and_not_written(
    tmp_path: Path, event: records.Event
) -> None:
    path = tmp_path / "record.jsonl"
    with Writer(path) as writer, pytest.raises(RecordError) as refusal:
        writer.write(event)
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == b""


def test_a_refusal_names_the_place(tmp_path: Path) -> None:
    event = records.exchange("x1")
    event["request"]["method"] = 7
    with Writer(tmp_path / "record.jsonl") as writer, pytest.raises(RecordError, match=r"exchange\.request\.method: 7"):
        writer.write(event)


def test_a_record_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"cannot be written: .*; name a folder that can be written to$"):
        Writer(tmp_path / "missing" / "record.jsonl")


def test_everything_that_was_written_is_read(tmp_path: Path) -> None:
    events = records.nonconformant()
    record = read(records.save(tmp_path / "record.jsonl", events))
    exchanges = [event for event in events if event["type"] == "exchange"]
    texts = [event["text"] for event in events if event["type"] == "note"]
    assert record.damage is None
    assert record.header == events[0]
    assert list(record.exchanges.values()) == exchanges
    assert [len(record.findings), len(record.observations), len(record.untested)] == [6, 4, 2]
    assert list(record.verdicts) == [each["id"] for each in records.requirements()]
    assert list(record.notes) == texts
    assert record.footer == events[-1]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\n", "it is empty"),
        (b'{"type":"header",\n', "cut off or not JSON"),
        (b'{"type": "header"', "cut off or not JSON"),
        (b"\xff\xfe", "cut off or not JSON"),
        (b"[]\n", "not a JSON object"),
        (b"[" * 200_000, "nested too deeply"),
        (lines_of([records.note("no header")])[0], "its first line is an event"),
        (lines_of([records.header() | {"record_version": 3}])[0], "header.record_version"),
    ],
)
def test_a_record_without_a_header_is_rejected_in_one_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint) as refusal:
        read(written(tmp_path / "record.jsonl", content))
    assert "\n" not in str(refusal.value)


def test_a_record_that_does_not_exist_is_rejected_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"cannot be read: No such file"):
        read(tmp_path / "record.jsonl")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"\n", "line 2: it is empty"),
        (b"not json\n", "line 2: it is cut off or not JSON"),
        (b"\xff\n", "line 2: it is cut off or not JSON"),
        (b'{"type":"note","text":NaN}\n', "line 2: it is cut off or not JSON"),
        (b"1" * 5_000 + b"\n", "line 2: it is cut off or not JSON"),
        (b"[" * 200_000 + b"\n", "line 2: it is nested too deeply"),
        (b"7\n", "line 2: it is not a JSON object"),
        (b'{"type":"surprise"}\n', "line 2: its type is unknown: 'surprise'"),
        (b'{"type":["note"]}\n', "line 2: its type is unknown"),
        (b'{"type":"note","text":"\\u001b[2J\\ud800","more":1}\n', "line 2: note: "),
        (lines_of([records.header()])[0], "line 2 repeats the header"),
        (lines_of([records.footer()])[0], "line 3 is after the footer"),
    ],
)
def test_a_damaged_line_is_reported_and_the_rest_is_read(tmp_path: Path, line: bytes, complaint: str) -> None:
    head, *rest = lines_of(records.conformant())
    record = read(written(tmp_path / "record.jsonl", head + line + b"".join(rest)))
    assert record.damage is not None
    assert complaint in record.damage
    assert record.damage.isprintable()
    assert list(record.exchanges) == ["x1"]
    assert summarise(record)["outcome"] == "broken"


@pytest.mark.parametrize("kind", ["header", "exchange", "finding", "verdict", "footer"])
def test_a_repeated_event_is_reported(tmp_path: Path, kind: str) -> None:
    events = records.nonconformant()
    repeated = next(event for event in events if event["type"] == kind)
    at = events.index(repeated) + 1
    record = read(written(tmp_path / "record.jsonl", b"".join(lines_of([*events[:at], repeated, *events[at:]]))))
    assert record.damage is not None
    assert f"repeats the {kind}" in record.damage


def test_many_faults_are_reported_in_one_line(tmp_path: Path) -> None:
    record = read(written(tmp_path / "record.jsonl", lines_of([records.header()])[0] + b"x\n" * 1_000))
    assert record.damage is not None
    assert record.damage.endswith("; and 998 more faults.")


def test_a_record_cut_at_any_byte_is_never_green(tmp_path: Path) -> None:
    listed = records.requirements()[:3]
    path = tmp_path / "record.jsonl"
    events = [records.header(listed), records.exchange("x1"), *records.verdicts(listed), records.footer()]
    whole = records.save(path, events).read_bytes()
    end_of_header = whole.index(b"\n")
    with path.open("wb", buffering=0) as file:
        for length in range(len(whole) - 1):
            # Here the file holds so many bytes.
            if length < end_of_header:
                with pytest.raises(CutRecordError, match="the run was stopped at its start"):
                    read(path)
            else:
                assert summarise(read(path))["outcome"] not in GREEN
            file.write(whole[length : length + 1])
    assert summarise(read(written(path, whole[:-1])))["outcome"] == "conformant", "only the last line feed is missing"


@pytest.mark.parametrize("kind", ["header", "finding", "verdict", "footer"])
def test_a_record_from_which_a_line_was_taken_is_never_sound(tmp_path: Path, kind: str) -> None:
    events = records.nonconformant()
    for at, event in enumerate(events):
        if event["type"] != kind:
            continue
        path = written(tmp_path / "record.jsonl", b"".join(lines_of(events[:at] + events[at + 1 :])))
        if kind == "header":
            with pytest.raises(RecordError):
                read(path)
        else:
            assert read(path).damage is not None


def test_checking_the_events_of_a_run_costs_little(tmp_path: Path) -> None:
    events = records.large(exchanges=600)
    with processor_time() as spent:
        records.save(tmp_path / "record.jsonl", events)
    assert spent.seconds < 0.5


def as_formerly_written(event: records.Event) -> records.Event:
    """Add the fields that earlier versions had and never filled."""
    match event:
        case {"type": "header"}:
            return event | {"suite": event["suite"] | {"commit": None}}
        case {"type": "finding"}:
            return event | {"confirmed": False}
        case {"type": "exchange", "request": request}:
            return event | {"request": request | {"body": request["body"] | {"truncated": False, "length": 7}}}
    return event


def test_a_record_with_the_fields_of_earlier_versions_reads_as_one_without(tmp_path: Path) -> None:
    events = records.nonconformant()
    former = [as_formerly_written(event) for event in events]
    assert sum(now != then for now, then in zip(events, former, strict=True)) > 2
    old = written(tmp_path / "old.jsonl", b"".join(lines_of(former)))
    assert read(old) == read(records.save(tmp_path / "new.jsonl", events))
