"""Decode what a text may be written in: escapes, UTF-16, hexadecimal digits and base64.

Nothing says how a text is encoded, so each decoding is tried wherever its marks are. Each is linear in the length of
the text.
"""

from __future__ import annotations

import re
import sys
from binascii import a2b_base64
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from html import unescape
from urllib.parse import unquote_to_bytes

# A base64 character holds 6 bits: what is looked for may begin at any of 4 characters of a run.
_CHARACTERS = 4
_STANDARD = bytes.maketrans(b"-_", b"+/")
_JSON = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|[ux]([0-9a-fA-F]{4}|[0-9a-fA-F]{2})|(.))",
    re.DOTALL,
)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
# No name of a character in HTML is longer than 31 letters.
_ENTITY = re.compile(rb"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|[a-zA-Z]{2,31});?")
# UTF-16 of ASCII has a null character beside each letter, and base64 is often written in lines.
_FILLERS = b"\0\r\n\t"
# What is added to a run with so many characters more than whole groups of four.
_FILLING = (b"", b"AAA", b"AA", b"A")
# Stands between what was decoded in different places.
_BETWEEN = b"\xff\0\xff"


def decoded(content: bytes, shortest: int) -> Iterator[bytes]:
    """Yield bytes as each decoding reads them; nothing for a decoding whose marks they lack.

    Args:
        content: the bytes.
        shortest: the length in bytes of the shortest text that is looked for; runs that cannot hold it are left out.

    """
    if b"\\" in content:
        yield _JSON.sub(_json_character, content)
    if b"%" in content:
        yield unquote_to_bytes(content)
    if b"&" in content:
        yield _ENTITY.sub(_entity, content)
    if b"\xc2" in content or b"\xc3" in content:
        # UTF-8 that was read as Latin-1 and written as UTF-8 again.
        yield content.decode(errors="replace").encode("latin-1", errors="replace")
    squeezed = content.translate(None, _FILLERS)
    forms: tuple[bytes, ...] = (content,)
    if len(squeezed) != len(content):
        yield squeezed
        forms = (content, squeezed)
    for form in forms:
        yield from _of_digits(form, shortest)
        yield from _of_base64(form, shortest)


def _of_digits(content: bytes, shortest: int) -> Iterator[bytes]:
    runs = _distinct(_digits(2 * shortest), content)
    for place in range(2 if runs else 0):
        yield _BETWEEN.join(bytes.fromhex(run[place : len(run) - (len(run) - place) % 2].decode()) for run in runs)


def _of_base64(content: bytes, shortest: int) -> Iterator[bytes]:
    # So many characters hold nothing but bytes of the text, wherever in its bytes a group of three begins.
    marks = _base64(max(_CHARACTERS, 4 * shortest // 3 - 2))
    runs = [run.translate(_STANDARD) for run in _distinct(marks, content)]
    for place in range(_CHARACTERS if runs else 0):
        # Filled up to whole groups, all runs are decoded at once; what the filling adds is no text.
        yield a2b_base64(b"".join([run[place:] + _FILLING[(len(run) - place) % _CHARACTERS] for run in runs]))


def _distinct(marks: re.Pattern[bytes], content: bytes) -> Iterable[bytes]:
    """Return each run once: most of a record are the same words again and again, a tenth of its runs are distinct."""
    return dict.fromkeys(marks.findall(content))


@cache
def _digits(shortest: int) -> re.Pattern[bytes]:
    return re.compile(rb"[0-9a-fA-F]{%d,}" % shortest)


@cache
def _base64(shortest: int) -> re.Pattern[bytes]:
    return re.compile(rb"[a-zA-Z0-9+/_-]{%d,}" % shortest)


@lru_cache(maxsize=4096)
def _named(reference: bytes) -> bytes:
    """Return the character that has a name in HTML; a body may have thousands of the same one."""
    return unescape(reference.decode()).encode()


def _json_character(found: re.Match[bytes]) -> bytes:
    high, low, number, other = found.groups()
    if high is not None:
        return (bytes.fromhex(high.decode()) + bytes.fromhex(low.decode())).decode("utf-16-be").encode()
    if number is not None:
        return chr(int(number, 16)).encode("utf-8", "surrogatepass")
    return _CONTROLS.get(other, other)


def _entity(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal = found.groups()
    if decimal is None and hexadecimal is None:
        return _named(found[0])
    # HTML has no null character; what is looked for is what was encoded.
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number <= sys.maxunicode else found[0]
