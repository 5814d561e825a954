"""Responses as bytes that are nearly HTTP, HTTP of an unusual kind, or no HTTP at all."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

CRLF = b"\r\n"
_STATUS_LINES = (
    b"HTTP/1.1 201",
    b"HTTP/1.1 201 ",
    b"HTTP/1.0 201 Created",
    b"HTTP/1.1  201  Created",
    b"HTTP/1.1 20 Created",
    b"HTTP/1.1 2010 Created",
    b"HTTP/1.1 000 Zero",
    b"HTTP/1.1 099 Low",
    b"HTTP/1.1 -1 Negative",
    b"HTTP/1.1 \xef\xbc\x92\xef\xbc\x90\xef\xbc\x91 Created",
    b"HTTP/1.1 999 " + b"r" * 5_000,
    b"HTTP/2 201 Created",
    b"HTTP/0.9 201 Created",
    b"HTTP/9.9 201 Created",
    b"http/1.1 201 created",
    b"ICY 201 OK",
    b"HTTP/1.1 201 \x1b[31m\xff\xfe\x00::error::x",
    b"HTTP/1.1 204 No Content",
    b"HTTP/1.1 205 Reset Content",
    b"HTTP/1.1 304 Not Modified",
    b"HTTP/1.1 101 Switching Protocols",
    b"HTTP/1.1 103 Early Hints",
    b"HTTP/1.1 301 Moved Permanently",
    b"HTTP/1.1 401 Unauthorized",
    b"HTTP/1.1 407 Proxy Authentication Required",
    b"HTTP/1.1 409 Conflict",
    b"HTTP/1.1 429 Too Many Requests",
    b"HTTP/1.1 500 ",
    b"201 Created",
    b"",
)
_LINES = (
    b"Content-Length: -1",
    b"Content-Length: +5",
    b"Content-Length: 5, 5",
    b"Content-Length: 5, 6",
    b"Content-Length: 0x10",
    b"Content-Length: " + b"9" * 5_000,
    b"Content-Length:",
    b"Content-Length: 0",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: \x0bchunked",
    b"Content-Encoding: gzip",
    b"Content-Encoding: br, deflate, zstd, x",
    b"Content-Type: application/json; charset=\xff",
    b"Content-Type: application/json; charset=utf-16",
    b"Content-Type:",
    b"Connection: close",
    b"Connection: keep-alive, upgrade, \xe9",
    b"Set-Cookie: a=b; Max-Age=1e9999; Domain=.com; Path=//",
    b"Set-Cookie: =;;;=,\x01",
    b"Retry-After: " + b"9" * 40,
    b"Retry-After: Fri, 99 Zzz 99999 99:99:99 GMT",
    b"Date: 0",
    b"Location: http://[::1",
    b"Location: //\xff",
    b'WWW-Authenticate: Basic realm="' + b"\\" * 3_000,
    b"WWW-Authenticate: " + b"a=b, " * 2_000,
    b"X: " + b"v" * 70_000,
    b"N" * 10_000 + b": v",
    b": no name",
    b"no colon",
    b" folded at the beginning",
    b"X-Folded: a\r\n b\r\n\tc",
    b"X Space: a",
    b"X-Nul: a\0b",
    b"X-Bare-CR: a\rb",
    b"X-Utf8: \xc3\xa9\xf0\x9f\x98\x80",
    b"\xff\xfe: v",
    b"X-Escape: \x1b]0;t\x07##vso[task.complete]",
)
_BODIES = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b'{"ref":1e9999999}',
    b'{"ref":-1e-9999999,"href":[[[[]]]]}',
    b'{"ref":"\\ud800","ref":"a"}',
    b'{"ref":' + b"9" * 6_000 + b"}",
    b"[" * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"\xef\xbb\xbf{}",
    '{"ref":"a"}'.encode("utf-16"),
    '{"ref":"a"}'.encode("utf-32-be"),
    b"\0" * 1_000,
    b"\xff" * 1_000,
    b'{"message":"' + b"\\u0000" * 5_000 + b'"}',
    b'{"message":"' + b"com. " * 20_000 + b'"}',
    b'{"message":"<script>alert(1)</script>\\u202e\x1b[2J"}',
    b"<!doctype html><title>gateway</title>",
    b"x" * 200_000,
)
_CHUNKS = (
    b"0\r\n\r\n",
    b"5\r\n{}\r\n",
    b"ffffffffffffffffff\r\n{}",
    b"-1\r\n\r\n",
    b'2;a="b\r\n{}\r\n0\r\n\r\n',
    b"2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n",
    b"2\n{}\n0\n\n",
    b"2\r\n{}0\r\n\r\n",
    b"g\r\n",
    b"0" * 2_000 + b"\r\n\r\n",
    b"1\r\n{\r\n1\r\n}\r\n" * 50 + b"0\r\n\r\n",
)


def spoiled(whole: bytes, dice: random.Random) -> bytes:
    """Return the bytes of a response after one to three changes, or bytes that never were one.

    Args:
        whole: the response, with `Content-Length`.
        dice: decides what is changed.

    """
    if dice.random() < 0.05:
        return dice.randbytes(dice.randrange(3_000))
    for _ in range(dice.choice((1, 1, 2, 3))):
        whole = dice.choice(_CHANGES)(whole, dice)
    return whole


def _parts(whole: bytes) -> tuple[bytes, list[bytes], bytes]:
    head, _, body = whole.partition(CRLF + CRLF)
    first, *lines = head.split(CRLF)
    return first, lines, body


def _joined(first: bytes, lines: list[bytes], body: bytes) -> bytes:
    return CRLF.join((first, *lines, b"", body))


def _with_length(lines: list[bytes], body: bytes) -> list[bytes]:
    kept = [line for line in lines if not line.lower().startswith((b"content-length", b"transfer-encoding"))]
    return [*kept, b"Content-Length: %d" % len(body)]


def _status_line(whole: bytes, dice: random.Random) -> bytes:
    _, lines, body = _parts(whole)
    return _joined(dice.choice(_STATUS_LINES), lines, body)


def _line(whole: bytes, dice: random.Random) -> bytes:
    first, lines, body = _parts(whole)
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(_LINES))
    return _joined(first, lines, body)


def _lines_lost_or_twice(whole: bytes, dice: random.Random) -> bytes:
    first, lines, body = _parts(whole)
    kept = [line for line in lines for _ in range(dice.choice((0, 1, 1, 1, 2, 150)))]
    return _joined(first, kept, body)


def _body(whole: bytes, dice: random.Random) -> bytes:
    first, lines, _ = _parts(whole)
    body = dice.choice(_BODIES)
    return _joined(first, _with_length(lines, body), body)


def _chunked(whole: bytes, dice: random.Random) -> bytes:
    first, lines, _ = _parts(whole)
    kept = [line for line in lines if not line.lower().startswith(b"content-length")]
    return _joined(first, [*kept, b"Transfer-Encoding: chunked"], dice.choice(_CHUNKS))


def _compressed(whole: bytes, dice: random.Random) -> bytes:
    first, lines, body = _parts(whole)
    packed = dice.choice((gzip.compress(body), zlib.compress(body), gzip.compress(b"0" * 20_000_000, 9), body))
    packed = packed[: dice.choice((len(packed), len(packed) // 2))]
    coding = dice.choice((b"gzip", b"deflate", b"GZIP", b"gzip, gzip", b"x-gzip"))
    return _joined(first, [*_with_length(lines, packed), b"Content-Encoding: " + coding], packed)


def _interim(whole: bytes, dice: random.Random) -> bytes:
    one = dice.choice((b"HTTP/1.1 100 Continue", b"HTTP/1.1 103 Early Hints\r\nLink: <a>", b"HTTP/1.1 199 \xff"))
    return (one + CRLF + CRLF) * dice.choice((1, 2, 200)) + whole


def _line_ends(whole: bytes, dice: random.Random) -> bytes:
    return whole.replace(CRLF, dice.choice((b"\n", b"\r", b"\r\r\n", b"\n\r", b"\0")))


def _bytes(whole: bytes, dice: random.Random) -> bytes:
    content = bytearray(whole)
    for _ in range(dice.choice((1, 1, 4, 30))):
        place = dice.randrange(len(content) + 1)
        content[place : place + dice.choice((0, 1, 1, 9))] = dice.randbytes(dice.choice((0, 1, 1, 5)))
    return bytes(content)


def _cut(whole: bytes, dice: random.Random) -> bytes:
    return whole[: dice.randrange(len(whole) + 1)]


def _more(whole: bytes, dice: random.Random) -> bytes:
    return whole + dice.choice((whole, b"\r\n", b"x", dice.randbytes(200), b"HTTP/1.1 200 OK\r\n\r\n"))


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _status_line,
    _line,
    _line,
    _lines_lost_or_twice,
    _body,
    _body,
    _chunked,
    _compressed,
    _interim,
    _line_ends,
    _bytes,
    _bytes,
    _cut,
    _more,
)
