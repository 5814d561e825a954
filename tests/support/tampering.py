"""Files of JSON lines as an accident or an adversary leaves them: drawn from a seed, for whoever reads such files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

# Values that no writer of the suite puts there; some are more than a number, a stack or a terminal takes.
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    7,
    2**70,
    10**400,
    -1e308,
    1e308,
    1e18,
    86400.0 * 365,
    "",
    "x",
    "f1",
    "x1",
    "\x00",
    "\x1b]0;owned\x07\n::error::owned\n##vso[task.complete]",
    "\ud800",
    "ä" * 3000,
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00",
    "right",
    "hidden",
    [],
    [[]],
    [7],
    [True],
    ["x1"],
    {},
    {"": ""},
    {"type": "run"},
    {"items": [None]},
)
FOREIGN: tuple[bytes, ...] = (
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"1e999",
    b"NaN",
    b'{"type":"header"}',
    b'{"type":"run"}',
    b'{"type":["run"]}',
    b'{"type":{"a":1}}',
    b'{"openapi":"3.1.0","paths":{}}',
    b"<!doctype html><title>404</title>",
    b"PK\x03\x04\x00\x00",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"9" * 5000,
    b'{"type":"run","n":' + b"9" * 5000 + b"}",
    b'{"type":"note","text":' + b"[" * 3000 + b"]" * 3000 + b"}",
    b"[" * 200_000,
    b'{"a":' * 100_000,
)


def tampered(content: bytes, seed: int) -> bytes:
    """Return a file after one to three changes, which depend on the seed alone."""
    random = Random(seed)  # noqa: S311 - a test needs no secret
    for _ in range(random.randint(1, 3)):
        content = random.choice(_CHANGES)(content, random)
    return content


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _cut_within(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.randint(1, 400) :]


def _beginning_lost(content: bytes, random: Random) -> bytes:
    return content[random.randrange(len(content) + 1) :]


def _null_bytes(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    length = random.choice((1, 50, 5000))
    return content[:start] + bytes(length) + content[start + length :]


def _byte(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.randbytes(1) + content[at + 1 :]


def _other_version(content: bytes, random: Random) -> bytes:
    version = random.choice((b"0", b"2", b"true", b'"1"', b"[1]", b"null", b"1e400", b"9" * 4999))
    return content.replace(b'_version":1', b'_version":' + version, 1)


def _with_lines(change: Callable[[list[bytes], int, Random], None]) -> Callable[[bytes, Random], bytes]:
    def changed(content: bytes, random: Random) -> bytes:
        lines = content.split(b"\n")
        change(lines, random.randrange(len(lines)), random)
        return b"\n".join(lines)

    return changed


def _doubled(lines: list[bytes], at: int, random: Random) -> None:
    lines.insert(random.randrange(len(lines) + 1), lines[at])


def _removed(lines: list[bytes], at: int, _random: Random) -> None:
    del lines[at]


def _shuffled(lines: list[bytes], _at: int, random: Random) -> None:
    random.shuffle(lines)


def _foreign(lines: list[bytes], at: int, random: Random) -> None:
    lines[at : at + random.randint(0, 1)] = [random.choice(FOREIGN)]


def _changed_values(lines: list[bytes], at: int, random: Random) -> None:
    """Change values of a line: their types, what they name, or that they are there."""
    # The first line more often than the others.
    at = 0 if random.random() < 0.2 else at
    try:
        document = json.loads(lines[at])
        for _ in range(random.randint(1, 3)):
            _change_value(document, random)
        lines[at] = json.dumps(document, separators=(",", ":")).encode("ascii")
    except (ValueError, RecursionError):
        # It is no JSON any more, or nested too deeply.
        lines[at] = lines[at][: len(lines[at]) // 2]


def _change_value(document: Any, random: Random) -> None:
    places = tuple(_places(document))
    if not places:
        return
    within, name = random.choice(places)
    match random.randrange(5):
        case 0:
            del within[name]
        case 1:
            within[name] = deepcopy(random.choice([one[key] for one, key in places]))
        case _:
            within[name] = deepcopy(random.choice(VALUES))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each object or list within a value with each of its keys."""
    keys: Sequence[Any] = ()
    if isinstance(value, dict | list):
        keys = tuple(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        yield from _places(value[key])


_CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _cut,
    _cut_within,
    _beginning_lost,
    _null_bytes,
    _byte,
    _other_version,
    _with_lines(_doubled),
    _with_lines(_removed),
    _with_lines(_shuffled),
    _with_lines(_foreign),
    *[_with_lines(_changed_values)] * 8,
)
