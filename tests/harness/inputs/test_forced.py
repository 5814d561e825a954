"""The header of `--force` is one that can be sent, with `{status}` in its value."""

from __future__ import annotations

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.forced import is_sendable, read_forced
from orders_conformance.strategies.probe import Forced


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Prefer: code={status}", Forced(409, "Prefer", "code=409")),
        ("Specmatic-Response-Code:{status}", Forced(409, "Specmatic-Response-Code", "409")),
        ("Prefer:  code={status}, dynamic=true ", Forced(409, "Prefer", "code=409, dynamic=true")),
    ],
)
def test_the_status_takes_the_place_of_the_braces(text: str, sent: Forced) -> None:
    header = read_forced(text)
    assert header is not None
    assert header.for_status(409) == sent


def test_without_the_option_nothing_is_forced() -> None:
    assert read_forced(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Prefer",
        "Prefer: code=409",
        "Prefer: {status} {status}",
        ": {status}",
        "Pre fer: {status}",
        "Prefer : {status}",
        "Prefer: {status}\r\nX: y",
        "Prefer: {status}\nX: y",
        "Prefer\r\nX: {status}",
        "Prefer: {status}\x00",
        "Prefer: {status}\tx",
        "Prefer: é{status}",
        "Prefer: {status}" + "x" * 500,
    ],
)
def test_what_is_no_header_with_one_status_is_rejected_in_one_line(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"is no header with \{status\}") as raised:
        read_forced(text)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["Authorization", "AUTHORIZATION", "Cookie", "Host", "Content-Length", "User-Agent"])
def test_a_header_that_every_request_has_is_rejected(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"cannot set the header {name}"):
        read_forced(f"{name}: {{status}}")


def test_a_header_of_a_record_is_checked_before_it_is_sent_again() -> None:
    assert is_sendable("Prefer", "code=409")
    assert not is_sendable("Prefer", "code=409\r\nX: y")
    assert not is_sendable("authorization", "Basic eA==")
