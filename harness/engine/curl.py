"""Write the shell command that sends exchanges again; it reads the credentials from environment variables.

It runs in any POSIX shell with `curl`, `od`, `tr`, `sed` and `printf`. Each use sends fresh references: a random text
takes the place of what distinguishes the run's prefix from those of other runs, however the body writes it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from math import ceil

from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.harness.messages.exchange import Exchange, Request
from orders_conformance.strategies.credentials import NEAR_HEADERS, VARIANTS, Credentials, Variant

# The environment variables for the short names in the shell options of `strategies.credentials`.
_VARIABLES = {"KEY": KEY_VARIABLE, "TOKEN": TOKEN_VARIABLE}
# Six random characters, as many as follow `OC` in a prefix: a reference keeps its length.
_FRESH = "R=$(od -An -N3 -tx1 /dev/urandom | tr -d ' \\n'); "
# How many characters all prefixes have in common. They are sent as the body writes them.
_COMMON = 2
# How the shell writes the random text in each encoding of a body.
_FRESH_TEXT = {
    "utf-8": '"$R"',
    "utf-16-le": '"$(printf %s "$R" | sed \'s/./&\\\\000/g\')"',
    "utf-16-be": '"$(printf %s "$R" | sed \'s/./\\\\000&/g\')"',
    "utf-32-le": '"$(printf %s "$R" | sed \'s/./&\\\\000\\\\000\\\\000/g\')"',
    "utf-32-be": '"$(printf %s "$R" | sed \'s/./\\\\000\\\\000\\\\000&/g\')"',
}
# The bytes that mean themselves in a format of `printf` in single quotes.
_PLAIN = frozenset(range(ord(" "), ord("~") + 1)) - frozenset(b"%'\\")
# Linux allows 131,072 bytes in one argument of a program. `printf` is a part of the shell and has no such limit.
_LONGEST_ARGUMENT = 100_000
# Seconds to wait for a response that the run did not get in time.
_LONGEST_WAIT = 30


def curl(  # noqa: PLR0913, PLR0917 - each is a part of the command
    url: str,
    exchanges: Sequence[Exchange],
    credentials: Credentials,
    variant: Callable[[Request], str],
    prefix: str,
    pause: float = 0.0,
) -> str:
    """Return a shell command line that sends the requests of exchanges again, as they were sent.

    Requests that followed each other on one connection are sent on one, and those that were sent at once are sent at
    once.

    Args:
        url: the URL to send to.
        exchanges: the exchanges in their order.
        credentials: the right credentials; headers that are close to the right one are recognised by them.
        variant: returns the variant of the credentials of a request.
        prefix: the prefix of all references of the run.
        pause: seconds to wait before the last request.

    """
    near = {header: NEAR_HEADERS[name] for name, header in credentials.near_headers().items()}
    calls: list[_Call] = []
    for exchange in exchanges:
        request = exchange.request
        authorization = near.get(request.authorization or "") or VARIANTS[variant(request)]
        calls.append(_call(url, exchange, authorization, _Body.of(request.body, prefix)))
    waiting = f"sleep {ceil(pause)}" if pause else ""
    if len(calls) > 1:
        # The bodies of responses need not end in a line feed.
        calls = [replace(call, options=f"-w '\\n' {call.options}") for call in calls]
    first, last = (_commands(calls[:-1]), _commands(calls[-1:])) if pause else ("", _commands(calls))
    line = "; ".join(part for part in (first, waiting, last) if part)
    return (_FRESH if '"$R"' in line else "") + line


@dataclass(frozen=True, slots=True)
class _Body:
    """A body for the shell: its words, and whether they are a format of `printf` or the text itself."""

    words: str
    printed: bool

    @classmethod
    def of(cls, body: bytes, prefix: str) -> _Body:
        encoding, pieces = _pieces(body, prefix)
        try:
            texts = [piece.decode() for piece in pieces]
        except UnicodeDecodeError:
            texts = []
        printed = not texts or b"\0" in body or body.startswith(b"@") or len(body) > _LONGEST_ARGUMENT
        quoted = [f"'{_octal(piece)}'" if piece else "" for piece in pieces]
        if not printed:
            quoted = [shlex.quote(text) if text else "" for text in texts]
        return cls(_FRESH_TEXT[encoding].join(quoted) or "''", printed)


@dataclass(frozen=True, slots=True)
class _Call:
    """The options of `curl` for one request, its body, and how it was sent."""

    options: str
    body: _Body
    connection: str
    group: str | None


def _call(url: str, exchange: Exchange, authorization: Variant, body: _Body) -> _Call:
    media_type = exchange.request.content_type
    header = "Content-Type:" if media_type is None else f"Content-Type: {media_type}"
    data = "@-" if body.printed else body.words
    forced = exchange.request.forced
    # A request that got no response in time would keep curl waiting for ever.
    patience = f"-m {_LONGEST_WAIT}" if exchange.failure and exchange.failure.kind == "timeout" else ""
    parts = (
        "-sS -i",
        patience,
        _with_variables(authorization.shell),
        f"-H {shlex.quote(header)}",
        # The record does not have the value: it is a secret, and its session may have ended.
        "" if exchange.request.cookie is None else '-H "Cookie: $COOKIE"',
        "" if forced is None else f"-H {shlex.quote(f'{forced.name}: {forced.value}')}",
        f"--data-binary {data}",
    )
    options = " ".join((*(part for part in parts if part), shlex.quote(url)))
    return _Call(options, body, exchange.connection, exchange.group)


def _commands(calls: Sequence[_Call]) -> str:
    """Return the commands for requests; those of one group run at once."""
    lines = []
    for group, members in groupby(calls, key=lambda call: call.group):
        commands = [_command(shared) for shared in _on_one_connection(members, alone=group is not None)]
        at_once = group is not None and len(commands) > 1
        lines.append(" ".join([*(f"{command} &" for command in commands), "wait"]) if at_once else "; ".join(commands))
    return "; ".join(lines)


def _on_one_connection(calls: Iterable[_Call], *, alone: bool) -> Iterator[list[_Call]]:
    """Group the requests that one `curl` sends: it has one connection, and can read one body from `printf`."""
    shared: list[_Call] = []
    for call in calls:
        second = call.body.printed and any(one.body.printed for one in shared)
        if shared and (alone or second or call.connection != shared[-1].connection):
            yield shared
            shared = []
        shared.append(call)
    if shared:
        yield shared


def _command(calls: Sequence[_Call]) -> str:
    printed = next((f"printf {call.body.words} | " for call in calls if call.body.printed), "")
    return f"{printed}curl {' --next '.join(call.options for call in calls)}"


def _pieces(body: bytes, prefix: str) -> tuple[str, list[bytes]]:
    """Split a body at the parts of prefixes that are the run's own, and return its encoding."""
    for encoding in _FRESH_TEXT:
        pieces = _pattern(prefix, encoding).split(body)
        if len(pieces) > 1:
            # Each match has a group: the beginning of the prefix as the body writes it.
            whole = [piece + kept for piece, kept in zip(pieces[:-1:2], pieces[1::2], strict=True)]
            return encoding, [*whole, pieces[-1]]
    return "utf-8", [body]


@cache
def _pattern(prefix: str, encoding: str) -> re.Pattern[bytes]:
    """Return the pattern of a prefix in any letter case; each character may be an escape of JSON or of URLs."""

    def written(character: str) -> bytes:
        cases = sorted({character, character.lower(), character.upper()})
        escapes = (f"{mark}{ord(one):0{width}x}" for mark, width in (("\\u", 4), ("%", 2)) for one in cases)
        forms = [*cases, *escapes]
        return b"(?:" + b"|".join(re.escape(form.encode(encoding)) for form in forms) + b")"

    beginning, own = (b"".join(map(written, part)) for part in (prefix[:_COMMON], prefix[_COMMON:]))
    return re.compile(b"(" + beginning + b")" + own, re.IGNORECASE)


def _octal(piece: bytes) -> str:
    """Return bytes for the format of `printf`: all but plain characters, and a hyphen at the beginning, as octals."""
    characters = [chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in piece]
    return "".join(["\\055", *characters[1:]] if piece.startswith(b"-") else characters)


def _with_variables(options: str) -> str:
    """Replace `KEY` and `TOKEN` by the names of the environment variables."""
    return re.sub(r"\b(KEY|TOKEN)\b", lambda name: _VARIABLES[name[1]], options)
