"""A server whose responses are right but for one part, which a random number generator spoils."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

# In the text of a body, these stand where a value was: JSON and what looks like it.
_LITERALS = (
    "1e9999999999999999999",
    "-1e-9999999999999999999",
    "1e400",
    "-0",
    "9" * 5_000,
    f"0.{'1' * 5_000}",
    "NaN",
    "-Infinity",
    "[" * 974 + "]" * 974,
    "[" * 100_000,
    '{"a":' * 974 + "1" + "}" * 974,
    '"\\ud800"',
    '"\\udc00\\ud800x"',
    '"\\u0000"',
    '"' + "x" * 100_000 + '"',
    '"' + "\\u0061" * 2_000 + '"',
    '{"a":1,"a":2}',
    '"\x01\x1b[31m"',
    '"<script>alert(1)</script>"',
    '"\\u202e\\u2066\\ufeff\\u2028"',
    '"::error::x\\n##vso[task.complete]"',
    "",
    "nul",
)
_TEXTS = (
    "",
    " ",
    "http://x]/",
    "http://[::1",
    "http://a\u2100b.c/",
    "http://x:99999999/",
    "http://x:\u0663/",
    "//",
    "javascript:alert(1)",
    "ht tp://x",
    "http://[v1.x]/%zz?#\\",
    "\u0130\u0131\u1e9e",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:60+23:59",
    "2024-01-01T16:17:16." + "9" * 10_000 + "Z",
    "\U0001f600" * 500,
    "com." * 20_000,
    "%41" * 10_000,
    "&amp;" * 10_000,
    "../" * 1_000,
    "\x7f\x80\x9b",
)
_VALUES: tuple[Any, ...] = (*_TEXTS, None, True, False, 0, -1, 10**40, 1.5, [], {}, [[]], [None], {"": ""}, [{}] * 500)
_NAMES = ("Location", "Content-Type", "Retry-After", "WWW-Authenticate", "Date", "Set-Cookie", "Content-Language", "X")
_MEDIA_TYPES = ("", "text/html", "application/json;charset=utf-16", "application/problem+json", "a/b;c=", ";", "\u00e9")
_STATUSES = (
    200,
    202,
    204,
    205,
    226,
    299,
    400,
    401,
    402,
    403,
    404,
    409,
    410,
    411,
    413,
    418,
    422,
    451,
    499,
    500,
    599,
    999,
)


class SpoilingServer(Service):
    """Spoils a part of each response; the class attribute `seed` decides which and how."""

    seed: ClassVar[int] = 0

    def set_up(self) -> None:
        """Seed the generator."""
        self.dice = random.Random(self.seed)  # noqa: S311 - a seed that repeats the test, and no secret

    def handle(self, request: ServerRequest) -> ServerResponse:
        return spoiled(super().handle(request), self.dice)


def spoiled(response: ServerResponse, dice: random.Random) -> ServerResponse:
    """Return a response with one part spoiled."""
    spoil = dice.choices((_value, _literal, _bytes, _header, _status), weights=(40, 25, 20, 12, 3))[0]
    return spoil(response, dice)


def _value(response: ServerResponse, dice: random.Random) -> ServerResponse:
    body = _read(response)
    if isinstance(body, dict) and body:
        inner = dice.choice([body, *(one for one in body.values() if isinstance(one, dict) and one)])
        inner[dice.choice([*inner, "unknown", ""])] = dice.choice(_VALUES)
    return replace(response, body=json.dumps(body).encode())


def _literal(response: ServerResponse, dice: random.Random) -> ServerResponse:
    body = _read(response)
    if isinstance(body, dict) and body:
        body[dice.choice([*body])] = "\0"
    text = json.dumps(body).replace('"\\u0000"', dice.choice(_LITERALS))
    return replace(response, body=text.encode("utf-8", "surrogatepass"))


def _bytes(response: ServerResponse, dice: random.Random) -> ServerResponse:
    body = bytearray(response.body or b"{}")
    how = dice.randrange(6)
    if how == 0:
        body[dice.randrange(len(body))] = dice.randrange(256)
    elif how == 1:
        del body[dice.randrange(len(body)) :]
    elif how == 2:
        body = bytearray(dice.randbytes(dice.randrange(2_000)))
    elif how == 3:
        body = bytearray(body.decode(errors="replace").encode(dice.choice(("utf-16", "utf-32", "utf-8-sig"))))
    elif how == 4:
        body = body * dice.choice((2, 50))
    else:
        place = dice.randrange(len(body))
        body[place:place] = dice.choice((b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\x1b[2J", b"\r\n\r\n"))
    return replace(response, body=bytes(body))


def _header(response: ServerResponse, dice: random.Random) -> ServerResponse:
    name = dice.choice(_NAMES)
    values = _MEDIA_TYPES if name == "Content-Type" else tuple(text for text in _TEXTS if "\n" not in text)
    kept = tuple(one for one in response.headers if one[0] != name or dice.random() < 0.2)
    value = dice.choice(values).encode("utf-8", "surrogatepass").decode("latin-1")
    return replace(response, headers=(*kept, (name, value)))


def _status(response: ServerResponse, dice: random.Random) -> ServerResponse:
    return replace(response, status=dice.choice(_STATUSES))


def _read(response: ServerResponse) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return {}
