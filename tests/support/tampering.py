"""Damages files of JSON lines, as a full disk, an editor or an attacker does; the same seed gives the same damage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# Values of every type and of extreme sizes, some hostile to terminals, logs and parsers.
_ODD: Sequence[Any] = (
    None,
    True,
    False,
    0,
    -1,
    0.5,
    1e300,
    -1e300,
    10**400,
    float("nan"),
    float("inf"),
    "",
    " ",
    "x",
    "1",
    "\x00",
    "\x1b[31m##vso[task.complete]\n::error::x",
    "../../..",
    "f1",
    "x1",
    "\ud800",
    "0001-01-01T00:00:00+14:00",
    "é\udcff€",
    "x" * 100_000,
    [],
    {},
    [[]],
    [None],
    [7],
    [True],
    {"": None},
    {"text": 1},
    {"base64": "%%%"},
    {"text": "x", "base64": "eA=="},
)

# Lines that no ledger and no record has.
_FOREIGN: Sequence[bytes] = (
    b"",
    b"\0" * 100,
    b"[" * 10_000,
    b'{"a":' * 10_000,
    b'{"type":"note","text":' + b"[" * 3000 + b"]" * 3000 + b"}",
    b"9" * 5000,
    b"1e999",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b'{"type":"run"}',
    b'{"type":["header"]}',
    b'{"type":{"a":1}}',
    b"<!doctype html><title>404</title>",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
)

Lines = list[bytes]
Damage = Callable[[random.Random, Lines], Lines]


def damaged(content: bytes, seed: int) -> bytes:
    """Return the content of a file after one to three kinds of damage."""
    chance = random.Random(seed)  # noqa: S311 - not for security: the same seed must give the same damage
    lines = content.split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 3))):
        lines = chance.choice(_DAMAGES)(chance, lines)
    return b"\n".join(lines)


def _at(chance: random.Random, lines: Lines) -> int:
    # The first and the last lines hold what all others depend on.
    return chance.choice((0, len(lines) - 1, chance.randrange(len(lines)), chance.randrange(len(lines))))


def _cut(chance: random.Random, lines: Lines) -> Lines:
    content = b"\n".join(lines)
    return content[: chance.randrange(len(content) + 1)].split(b"\n")


def _drop(chance: random.Random, lines: Lines) -> Lines:
    at = _at(chance, lines)
    return [*lines[:at], *lines[at + 1 :]] or [b""]


def _double(chance: random.Random, lines: Lines) -> Lines:
    at = _at(chance, lines)
    return [*lines[:at], lines[at], *lines[at:]]


def _swap(chance: random.Random, lines: Lines) -> Lines:
    changed, left, right = list(lines), _at(chance, lines), _at(chance, lines)
    changed[left], changed[right] = changed[right], changed[left]
    return changed


def _spoil_bytes(chance: random.Random, lines: Lines) -> Lines:
    changed, at = list(lines), _at(chance, lines)
    line = bytearray(changed[at])
    for _ in range(chance.choice((1, 3, 30))):
        if line:
            line[chance.randrange(len(line))] = chance.choice((0, 0x22, 0x7B, 0xFF, chance.randrange(256)))
    changed[at] = bytes(line)
    return changed


def _insert(chance: random.Random, lines: Lines) -> Lines:
    at = _at(chance, lines)
    return [*lines[:at], chance.choice(_FOREIGN), *lines[at:]]


def _spoil_version(chance: random.Random, lines: Lines) -> Lines:
    version = chance.choice((b"0", b"2", b"true", b'"1"', b"[1]", b"null", b"1e400", b"9" * 4299, b"9" * 5000))
    return [lines[0].replace(b'_version":1', b'_version":' + version, 1), *lines[1:]]


def _change_value(chance: random.Random, lines: Lines) -> Lines:
    changed, at = list(lines), _at(chance, lines)
    try:
        event = json.loads(changed[at])
    except (ValueError, RecursionError):
        return changed
    places = list(_places(event))
    if places:
        holder, key = chance.choice(places)
        match chance.randrange(4):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[f"{key}x"] = holder.pop(key)
            case 2:
                other, its_key = chance.choice(places)
                holder[key] = other[its_key] if other is not holder[key] else None
            case _:
                holder[key] = chance.choice(_ODD)
    try:
        changed[at] = json.dumps(event).encode()
    except (ValueError, RecursionError):
        # A value that was put into itself, or has too many digits to write.
        changed[at] = b"{}"
    return changed


_DAMAGES: Sequence[Damage] = (_cut, _drop, _double, _swap, _spoil_bytes, _insert, _spoil_version, *(_change_value,) * 6)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in a JSON value, with each of its keys or indexes."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
