"""How much of a message the record keeps."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest

from orders_conformance.harness.engine.recording import EVIDENCE, ORDINARY, RESERVE, Recording


def test_a_short_body_is_whole() -> None:
    assert Recording().body(b"x" * ORDINARY, ORDINARY) == {"text": "x" * ORDINARY}


@pytest.mark.parametrize(
    "content", [b"x" * 20_000, "ä".encode() * 20_000, b"x" + "€".encode() * 20_000, b"\0" * 20_000]
)
def test_a_long_body_is_recorded_with_its_length_and_digest(content: bytes) -> None:
    body = Recording().body(content, ORDINARY)
    assert (body["length"], body["digest"]) == (len(content), f"sha256:{sha256(content).hexdigest()}")
    assert 1000 < len(body["text"].encode()) <= 1024
    assert content.startswith(body["text"].encode())


def test_a_long_body_that_is_not_text_begins_in_base64() -> None:
    content = b"x" * 20_000 + b"\xff"
    assert content.startswith(base64.b64decode(Recording().body(content, ORDINARY)["base64"]))


def test_evidence_is_whole_up_to_a_larger_limit() -> None:
    recording = Recording()
    assert recording.limit([20_000], evidence=True) == EVIDENCE > recording.limit([20_000], evidence=False) == ORDINARY


def test_long_headers_are_recorded_with_their_number_length_and_digest() -> None:
    headers = [(f"x-{number}", "y" * 996) for number in range(90)]
    recorded = Recording().headers(headers, ORDINARY)
    assert recorded["headers_cut"]["lines"] == 90
    assert recorded["headers_cut"]["length"] == sum(len(name) + len(value) for name, value in headers)
    assert sum(len(name) + len(value) for name, value in recorded["headers"]) <= 1024


def test_short_headers_are_whole() -> None:
    assert Recording().headers([("a", "b")], ORDINARY) == {"headers": [["a", "b"]]}


def test_beyond_the_limit_of_the_record_nothing_of_a_message_is_kept() -> None:
    recording = Recording(RESERVE + 100_000, lambda: 50_000)
    assert recording.limit([8_000], evidence=False) == ORDINARY
    assert recording.limit([9_000], evidence=False) == 0
    assert recording.body(b"x", 0)["text"] == ""
    assert recording.headers([("a", "b")], 0)["headers"] == []
    assert "of 1 exchanges" in (recording.note() or "")


def test_a_long_body_alone_is_no_note() -> None:
    recording = Recording()
    recording.body(b"x" * 20_000, recording.limit([20_000], evidence=False))
    assert recording.note() is None
