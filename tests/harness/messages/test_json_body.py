"""Every fault of a body is named."""

from __future__ import annotations

import json

import pytest

from orders_conformance.harness.messages.json_body import faults_of, is_json, read_body, read_object
from tests.support.runs import minimal
from tests.support.timing import processor_time

ORDER = json.dumps(minimal()).encode()


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (ORDER, set()),
        (ORDER[:-1], {"truncated"}),
        (ORDER.replace(b"EUR", b"\xe9UR"), {"not-utf-8"}),
        (ORDER.replace(b"EUR", b"\xe9UR")[:-1], {"not-utf-8", "truncated"}),
        (b"e\xa00\xb9$\xa9", {"not-utf-8", "malformed"}),
    ],
)
def test_every_fault_of_a_body_is_named(body: bytes, faults: set[str]) -> None:
    assert faults_of(body) == faults


def nested(depth: int) -> bytes:
    """Return an object with a list of lists, and texts that look like more of them."""
    return b'{"a": ["[", "\\"{"], "b": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b', "c": [[], "]"]}'


def called_from(depth: int, body: bytes) -> tuple[bool, bool, bool]:
    """Read a body from within many calls; return whether it is read as a request, as a response, and as JSON."""
    if depth:
        return called_from(depth - 1, body)
    is_json.cache_clear()
    return read_body(body)[1] is not None, read_object(body) is not None, is_json(body)


@pytest.mark.parametrize("calls", [0, 300])
@pytest.mark.parametrize(("depth", "is_read"), [(200, True), (201, False), (600, False), (2000, False)])
def test_how_deep_json_is_read_does_not_depend_on_who_reads_it(calls: int, depth: int, *, is_read: bool) -> None:
    assert called_from(calls, nested(depth)) == (is_read, is_read, True)


@pytest.mark.parametrize(
    "body", [b"[" * 1_000_000, b'"' + b'\\"' * 400_000 + b"[" * 300, b"{" + b'"[":[[]],' * 100_000]
)
def test_bodies_that_are_nested_without_an_end_are_no_json(body: bytes) -> None:
    with processor_time() as spent:
        assert read_object(body) is None
    assert spent.seconds < 1
