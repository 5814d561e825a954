"""Escapes that are decoded in runs give what they give one after another, and a megabyte of them takes little time."""

from __future__ import annotations

import re
import sys
from html import unescape
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.harness.redaction.decodings import decoded
from tests.support.runs import REDACTOR
from tests.support.timing import processor_time

_OF_JSON = ("\\", "\\\\", "\\u0061", "\\u0000", "\\u00e9", "\\x61", "\\ud83d", "\\ude00", "\\n", "u0061", "u00", "\n")
_OF_URLS = ("%", "%25", "%61", "%4", "%00", "%e9", "61")
_OF_HTML = ("&", "&amp;", "&amp", "amp;", "&lt;", "&#97;", "&#97", "#97;", "&#0;", "&#1234567;", "&#x61;", "&#x00;")
_PARTS = (*_OF_JSON, *_OF_URLS, *_OF_HTML, "&#xe9;", "a", "z", " ")
_JSON = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|[ux]([0-9a-fA-F]{4}|[0-9a-fA-F]{2})|(.))",
    re.DOTALL,
)
_ENTITY = re.compile(rb"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|[a-zA-Z]{2,31});?")
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MEGABYTE = 1_000_000


def one_json_escape(found: re.Match[bytes]) -> bytes:
    high, low, number, other = found.groups()
    if high is not None:
        return bytes.fromhex((high + low).decode()).decode("utf-16-be").encode()
    return _CONTROLS.get(other, other) if number is None else chr(int(number, 16)).encode("utf-8", "surrogatepass")


def one_entity(found: re.Match[bytes]) -> bytes:
    if not any(found.groups()):
        return unescape(found[0].decode()).encode()
    number = int(found[1]) if found[1] else int(found[2], 16)
    return chr(number).encode("utf-8", "surrogatepass") if number <= sys.maxunicode else found[0]


def one_after_another(content: bytes) -> list[bytes]:
    """Decode the escapes of JSON, of URLs and of HTML, each by itself."""
    views = ((b"\\", _JSON.sub(one_json_escape, content)), (b"%", unquote_to_bytes(content)))
    return [view for mark, view in (*views, (b"&", _ENTITY.sub(one_entity, content))) if mark in content]


@given(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=16).map("".join))
def test_runs_of_escapes_are_decoded_as_each_escape_is(text: str) -> None:
    expected = one_after_another(text.encode())
    assert list(decoded(text.encode(), 6))[: len(expected)] == expected


@pytest.mark.slow  # a second of CPU: bodies of a megabyte
@pytest.mark.parametrize("escape", [rb"\u0061", rb"\\u0061", b"&#97;", b"&#x61;", b"&amp;#97;", b"%61", b"%2561"])
def test_a_megabyte_of_escapes_takes_little_time(escape: bytes) -> None:
    content = escape * (_MEGABYTE // len(escape))
    taken = []
    for _ in range(3):
        with processor_time() as spent:
            assert REDACTOR.hide_bytes(content) == content
        taken.append(spent.seconds)
    # 35 to 65 ms; with a call for each escape, 100 to 210.
    assert min(taken) < 0.1


@pytest.mark.parametrize(
    "escape", [r"\u{:04x}", r"\\u{:04x}", "&#{};", "&#x{:x};", "&amp;#{};", "%{:02x}", "%25{:02x}"]
)
def test_a_token_in_escapes_is_found_among_others(escape: str) -> None:
    secret = "".join(escape.format(ord(one)) for one in REDACTOR.credentials.api_token)
    content = escape.format(ord("z")) * 20_000 + secret + escape.format(ord("z")) * 20_000
    assert len(REDACTOR.hide(content)) < len(content)
