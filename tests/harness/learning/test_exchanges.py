"""Exchanges of a record as requests to an embedded server."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.learning.exchanges import SeenExchange, exchanges_of
from orders_conformance.reports.record.types import Record
from tests.support.lessons import CREDENTIALS, record
from tests.support.runs import CONTRACT


def first(changes: dict[str, Any]) -> SeenExchange:
    """Return the first exchange of a record, with other members."""
    found = record()
    identifier, event = next(iter(found.exchanges.items()))
    changed = copy.deepcopy(dict(event))
    for path, value in changes.items():
        part, _, member = path.partition(".")
        target: dict[str, Any] = changed[part] if member else changed
        target[member or part] = value
    (one,) = exchanges_of(replace(found, exchanges={identifier: changed}), CONTRACT, CREDENTIALS)
    return one


def test_credentials_of_the_same_kind_are_sent() -> None:
    assert first({"request.credentials": "right"}).request.header("Authorization") == CREDENTIALS.header()
    assert first({"request.credentials": "none"}).request.header("Authorization") is None


def test_the_media_type_is_sent_and_hidden_headers_are_not() -> None:
    headers = [["Content-Type", "text/plain"], ["Cookie", "[hidden]"], ["Authorization", "[hidden]"]]
    request = first({"request.headers": headers, "request.credentials": "none"}).request
    assert [name for name, _ in request.headers] == ["Host", "Content-Length", "Content-Type"]


def test_bodies_are_bytes() -> None:
    assert first({"request.body": {"base64": "/w=="}}).request.body == b"\xff"


def test_a_response_that_is_recorded_in_part_is_known_by_its_status() -> None:
    seen = first({"response": {"status": 400, "headers": [["a", "b"]], "body": {"text": "{", "length": 9}}}).response
    assert seen is not None
    assert (seen.status, seen.body) == (400, None)


def test_a_response_after_other_attempts_is_not_compared() -> None:
    attempt = {"status": None, "failure": "dropped", "waited": 0.0}
    assert first({"attempts": [attempt]}).response is None


def test_another_contract_is_refused() -> None:
    other: Record = record()
    header = {**other.header, "contract": {**other.header["contract"], "digest": "sha256:other"}}
    with pytest.raises(InvalidInputError, match="is one of another contract"):
        list(exchanges_of(replace(other, header=header), CONTRACT, CREDENTIALS))
