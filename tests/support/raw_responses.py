"""Responses as bytes: valid ones, with a part of the message or of its framing changed at random, and pure noise."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from dataclasses import replace

from orders_conformance.mock.service import ServerResponse
from tests.support.spoiling_server import spoiled

# A change of the head and the body of a response; the head has no empty line at its end.
Lines = list[bytes]
Change = Callable[[Lines, bytes, random.Random], tuple[Lines, bytes]]

_STATUS_LINES = (
    b"",
    b"HTTP/1.1",
    b"HTTP/1.1 ",
    b"HTTP/1.1 201",
    b"HTTP/1.1 201 ",
    b"HTTP/1.1  201 Created",
    b"HTTP/1.1 2o1 Created",
    b"HTTP/1.1 0 Created",
    b"HTTP/1.1 099 Created",
    b"HTTP/1.1 1000 Created",
    b"HTTP/1.1 99999999999999999999 Created",
    b"HTTP/1.1 -201 Created",
    b"HTTP/1.1 201 \x00\x1b[31m",
    b"HTTP/1.1 201 \xff\xfe\xe9",
    b"HTTP/1.1 201 " + b"x" * 70_000,
    b"HTTP/1.1\t201\tCreated",
    b"HTTP/1.0 201 Created",
    b"HTTP/0.9 201 Created",
    b"HTTP/2 201",
    b"HTTP/1.2 201 Created",
    b"HTTP/1.10 201 Created",
    b"http/1.1 201 Created",
    b" HTTP/1.1 201 Created",
    b"\xef\xbb\xbfHTTP/1.1 201 Created",
    b"ICY 200 OK",
    b"HTTP/1.1 100 Continue",
    b"HTTP/1.1 101 Switching Protocols",
    b"HTTP/1.1 199 Unknown",
    b"HTTP/1.1 204 No Content",
    b"HTTP/1.1 205 Reset Content",
    b"HTTP/1.1 304 Not Modified",
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 99999999999999999999",
    b"HTTP/1.1 503 Unavailable\r\nRetry-After: -1",
)
_HEADER_LINES = (
    b"",
    b":",
    b": x",
    b"X",
    b"X :y",
    b" folded",
    b"\tfolded",
    b"X: \x00",
    b"X: \x1b[2J\x07",
    b"X: \xff\xc3\x28",
    b"X\xe9: y",
    b"X Y: z",
    b"X: a\rb",
    b"X: a\nY: b",
    b"X: " + b"y" * 100_000,
    b"X" * 70_000 + b": y",
    b"X:" + b" " * 60_000 + b"y",
    b"X: a\r\n" + b" b\r\n" * 3_000 + b" c",
    b"Set-Cookie: a=b; Path=/; Expires=Thu, 99 Foo 0000 99:99:99 GMT",
    b"Set-Cookie: =;;;=",
    b"Set-Cookie: " + b"a=b; " * 2_000,
    b"Date: Thu, 99 Foo 99999 99:99:99 GMT",
    b"Date: 0",
    b"Retry-After: 1e400",
    b"Retry-After: " + b"9" * 5_000,
    b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
    b"Location: //x:y@[::1",
    b"Location: http://%zz/\xff",
    b"Content-Type: application/json; charset=utf-16",
    b'Content-Type: application/json; charset="\\',
    b"Content-Type: " + b"a/" * 2_000,
    b"Content-Encoding: identity",
    b"Content-Encoding: br",
    b"Content-Encoding: gzip, gzip, gzip, gzip, gzip",
    b"Content-Encoding: \x80",
    b"Connection: close",
    b"Connection: upgrade, close, \x01",
    b"Upgrade: h2c",
    b"Keep-Alive: timeout=-1",
    b"Content-Length: 0",
    b"Content-Length: -1",
    b"Content-Length: +5",
    b"Content-Length: 5, 5",
    b"Content-Length: 5, 6",
    b"Content-Length: 0x10",
    b"Content-Length: " + b"9" * 5_000,
    b"Content-Length: 9223372036854775808",
    b"Content-Length: \xb2",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: Chunked , identity",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Trailer: X",
    b'WWW-Authenticate: Basic realm="' + b'\\"' * 2_000,
    b"WWW-Authenticate: ,,=,",
    b"Content-Language: " + b"x-" * 1_000,
)
_CHUNKS = (
    b"",
    b"0\r\n\r\n",
    b"0\r\nX: y\r\n\r\n",
    b"0\r\nX\r\n\r\n",
    b"0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"5;x=y\r\nhello\r\n0\r\n\r\n",
    b"5;" + b"x" * 70_000 + b"\r\nhello\r\n0\r\n\r\n",
    b"5\nhello\n0\n\n",
    b"5\r\nhel\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"0x5\r\nhello\r\n0\r\n\r\n",
    b"g\r\nhello\r\n0\r\n\r\n",
    b"F" * 30 + b"\r\nhello",
    b"ffffffffffffffff\r\nhello",
    b"00000000000000000005\r\nhello\r\n0\r\n\r\n",
    b"1\r\n{\r\n" * 3_000 + b"0\r\n\r\n",
)
_INTERIM = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
    b"HTTP/1.1 102 \r\n\r\n",
    b"HTTP/1.1 199 x\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 100\r\n\r\n",
)
_BODIES = (
    b"",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"\xfe\xff\x00{\x00}",
    b"\x00" * 1_000,
    b"[" * 50_000,
    b'{"":' * 50_000,
    b'{"a":[' * 400 + b"]}" * 400,
    b'{"a":1e9999999}',
    b'{"a":-1e-9999999999}',
    b'{"a":' + b"9" * 10_000 + b"}",
    b'{"a":"\\ud800","\\udfff":1}',
    b'{"a":1,"a":{"a":2},"a":[]}',
    b'{"a":"\x00"}',
    b'{"a":NaN,"b":-Infinity}',
    b'{"a":"' + b"\\u0000" * 5_000 + b'"}',
    b"{" + b",".join(b'"%d":%d' % (one, one) for one in range(5_000)) + b"}",
    b'"' + "\U0001f600\u202e".encode() * 5_000 + b'"',
    b"<!doctype html><script>alert(1)</script>" * 500,
    b"::error::x\r\n##vso[task.complete]\x1b]0;x\x07",
    b"null",
    b"1e309",
    b'{"code":{"code":{"code":[]}},"message":[null],"moreInfoUrl":1e400}',
)


def written(response: ServerResponse) -> bytes:
    """Return the bytes of a response as they are sent."""
    head = [f"HTTP/1.1 {response.status} Whatever", f"Content-Length: {len(response.body)}"]
    head += [f"{name}: {value}" for name, value in response.headers]
    return _joined([line.encode("latin-1", "replace") for line in head], response.body)


def mutated(response: ServerResponse, dice: random.Random) -> bytes:
    """Return the bytes of a response after one, two or three changes of message, head, framing, body or bytes."""
    if dice.random() < _SPOILED:
        response = spoiled(response, dice)
    *head, _ = written(replace(response, body=b"")).split(b"\r\n")[:-1]
    body = response.body
    head[1] = b"Content-Length: %d" % len(body)
    for change in dice.choices(_CHANGES, k=dice.choice((1, 1, 1, 2, 3))):
        head, body = change(head or [b""], body[:_LONGEST], dice)
    content = _joined(head, body)
    return _damaged(content, dice) if dice.random() < _DAMAGED else content


def noise(dice: random.Random) -> bytes:
    """Return bytes that are nothing, or begin like a response."""
    beginning = dice.choice((b"", b"", b"HTTP/1.1 ", b"HTTP/1.1 201 Created\r\n", b"HTTP/1.1 400 No\r\n\r\n"))
    return beginning + dice.randbytes(dice.choice((0, 1, 10, 1_000, 70_000)))


# How often the message itself is spoiled before, and the bytes after the other changes.
_SPOILED, _DAMAGED = 0.3, 0.15
# How often there is more than the suite reads, which ends a run.
_ENDING = 0.02
# What the server itself makes of a response is not to be large.
_MOST_CHUNKS, _LONGEST = 5_000, 3_000_000


def _joined(head: Lines, body: bytes) -> bytes:
    return b"\r\n".join([*head, b"", body])


def _status_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    return [dice.choice(_STATUS_LINES), *head[1:]], body


def _header_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    place = dice.randrange(len(head) + 1)
    return [*head[:place], dice.choice(_HEADER_LINES), *head[place:]], body


def _replaced_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    place = dice.randrange(len(head))
    return [*head[:place], dice.choice(_HEADER_LINES), *head[place + 1 :]], body


def _repeated_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    return [*head, *[dice.choice(head)] * dice.choice((1, 2, 90, 500))], body


def _folded_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    place = dice.randrange(len(head))
    return [*head[:place], head[place].replace(b" ", b"\r\n \t", 1), *head[place + 1 :]], body


def _without_line(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    place = dice.randrange(len(head))
    return head[:place] + head[place + 1 :], body


def _other_length(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    length = max(0, len(body) + dice.choice((-1, 1, -len(body), 5, 10**6, 10**18)))
    return [*_without(head, b"content-length"), b"Content-Length: %d" % length], body


def _chunked(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    size = max(dice.choice((1, 7, 1_000)), len(body) // _MOST_CHUNKS)
    parts = (body[at : at + size] for at in range(0, len(body), size))
    content = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    if dice.random() < 0.7:
        place = dice.randrange(len(content))
        content = content[:place] + dice.choice(_CHUNKS) + content[dice.choice((place, len(content))) :]
    return [*_without(head, b"content-length"), b"Transfer-Encoding: chunked"], content


def _interim(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    before = dice.choice(_INTERIM) * (500 if dice.random() < _ENDING else dice.choice((1, 2, 30)))
    return [before + b"".join(head[:1]), *head[1:]], body


def _compressed(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    name, compress = dice.choice(
        ((b"gzip", gzip.compress), (b"deflate", zlib.compress), (b"gzip, deflate", lambda one: one), (b"x", bytes))
    )
    content = compress(b" " * 3_000_000 if dice.random() < _ENDING else dice.choice((body, body * 100)))
    if dice.random() < 0.5:
        content = _damaged(content, dice)
    kept = _without(head, b"content-length")
    return [*kept, b"Content-Encoding: " + name, b"Content-Length: %d" % len(content)], content


def _other_body(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    content = dice.choice((*_BODIES, body.decode("latin-1").encode("utf-16"), body * 3, dice.randbytes(500)))
    return [*_without(head, b"content-length"), b"Content-Length: %d" % len(content)], content


def _more_behind(head: Lines, body: bytes, dice: random.Random) -> tuple[Lines, bytes]:
    return head, body + dice.choice((b"\r\n", b"x", b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", b"\0" * 999))


def _single_line_feeds(head: Lines, body: bytes, _dice: random.Random) -> tuple[Lines, bytes]:
    return [b"\n".join(head)], body


def _without(head: Lines, name: bytes) -> Lines:
    return [line for line in head if not line.lower().startswith(name)]


def _damaged(content: bytes, dice: random.Random) -> bytes:
    """Return bytes that are cut, or have some removed, put in, repeated or changed, anywhere."""
    if not content:
        return dice.randbytes(5)
    place, changed = dice.randrange(len(content)), bytearray(content)
    other = dice.randrange(place, len(content))
    how = dice.randrange(5)
    if how == 0:
        del changed[place:]
    elif how == 1:
        del changed[place:other]
    elif how == 2:
        changed[place:place] = dice.choice((b"\0", b"\r", b"\n", b"\r\n\r\n", b" ", b"\xff\xfe", dice.randbytes(9)))
    elif how == 3:
        changed[place:place] = changed[place:other]
    else:
        changed[place] = dice.randrange(256)
    return bytes(changed)


_CHANGES: tuple[Change, ...] = (
    _status_line,
    _header_line,
    _header_line,
    _replaced_line,
    _repeated_line,
    _folded_line,
    _without_line,
    _other_length,
    _chunked,
    _interim,
    _compressed,
    _other_body,
    _other_body,
    _more_behind,
    _single_line_feeds,
)
