"""What one exchange shows about one requirement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from orders_conformance.harness.oracle.classification import Name

_LENGTH, _VALUE = 160, 80
# Characters of a text that are made readable for an excerpt, bytes if it is made of bytes.
_MOST = 20_000
# Things of a list that are named; of more, only the number.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence that a requirement was kept (`held`) or broken.

    Attributes:
        requirement: its family and subject.
        held: whether it was kept.
        expected: what the requirement demands; used if it was broken.
        observed: what was received instead; used if it was broken. If it is empty, the exchange is described.

    """

    requirement: Name
    held: bool
    expected: str = ""
    observed: str = ""


@cache
def kept(requirement: Name) -> Evidence:
    """Return the evidence that a requirement was kept; the same object at each call."""
    return Evidence(requirement, held=True)


def checked(requirement: Name, words: Callable[[], tuple[str, str]], *, held: bool) -> Evidence:
    """Return evidence; `words` is called for the expected and observed texts only if the requirement was broken."""
    return kept(requirement) if held else Evidence(requirement, False, *words())  # noqa: FBT003 - the dataclass says which


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspicion: one of several requirements was broken, and only follow-up requests can show which.

    Attributes:
        kind: `features` (the server rejected a valid order), `faults` (it accepted an order with several faults),
            `body` (it reported a conflict for a body that is not a JSON object), `circumstances` (it accepted a
            repeat), `conflict` (it reported a conflict for an order that is not a repeat) or `credentials` (it did not
            respond 401 to wrong credentials).
        candidates: the requirements that may be broken, the most likely first.
        fallback: the requirement that counts as broken if none of the candidates is.
        expected: what was expected.
        observed: what was received instead; if it is empty, the exchange is described.

    """

    kind: str
    candidates: tuple[Name, ...]
    fallback: Name
    expected: str
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Dependent:
    """A requirement that an exchange does not show anything about, because it breaks another one, the `cause`."""

    requirement: Name
    cause: Name


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of judging one exchange.

    Attributes:
        evidence: what it shows about requirements.
        observed: the requirement of each observation, with its text.
        suspicion: what only follow-up requests can show.
        dependent: the requirements that it would have shown something about if it had not broken another one.

    """

    evidence: tuple[Evidence, ...]
    observed: tuple[tuple[Name, str], ...] = ()
    suspicion: Suspicion | None = None
    dependent: tuple[Dependent, ...] = ()

    @property
    def broken(self) -> tuple[Evidence, ...]:
        """The evidence against the server."""
        return tuple(item for item in self.evidence if not item.held)


def together(judgements: Iterable[Judgement]) -> Judgement:
    """Return the judgements of one exchange as one; at most one of them has a suspicion."""
    parts = tuple(judgements)
    return Judgement(
        tuple(item for part in parts for item in part.evidence),
        tuple(item for part in parts for item in part.observed),
        next((part.suspicion for part in parts if part.suspicion is not None), None),
        tuple(item for part in parts for item in part.dependent),
    )


def excerpt(value: Any, length: int = _LENGTH) -> str:
    """Return a value on one line, cut after `length` characters: bytes as UTF-8 text, anything else as JSON.

    Numbers keep their digits. Control characters in bytes are kept; the reports make them visible.
    """
    if isinstance(value, bytes):
        text = " ".join(value[:_MOST].decode(errors="replace").split())
        text = text or ("white space only" if value else "an empty body")
    else:
        text = _beginning(_json(value))
    if len(text) <= length:
        return text
    whole = f"more than {_MOST}" if len(text) >= _MOST else f"{len(text)}"
    return f"{text[:length]}… ({whole} characters)"


def field_text(name: str, document: Mapping[str, Any]) -> str:
    """Return a field as it was sent, or that it was not sent."""
    return f"{name}: {excerpt(document[name], _VALUE)}" if name in document else f"no {name}"


def listed(texts: list[str]) -> str:
    """Return texts as a list in words; of more than three, the number of the others."""
    shown, more = texts[:_NAMED], len(texts) - _NAMED
    shown += [f"{more} more"] if more > 0 else []
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _beginning(pieces: Iterable[str]) -> str:
    """Join pieces until they have `_MOST` characters."""
    text: list[str] = []
    size = 0
    for piece in pieces:
        text.append(piece)
        size += len(piece)
        if size >= _MOST:
            break
    return "".join(text)


def _json(value: Any) -> Iterator[str]:
    """Return a value as JSON, in pieces; the time does not depend on how deeply it is nested."""
    unfinished = [_pieces(value)]
    while unfinished:
        for piece in unfinished[-1]:
            if isinstance(piece, str):
                yield piece
            else:
                unfinished.append(_pieces(piece.value))
                break
        else:
            unfinished.pop()


@dataclass(frozen=True, slots=True)
class _Inner:
    """A value within an object or an array."""

    value: Any


def _pieces(value: Any) -> Iterator[str | _Inner]:
    """Return the pieces of one value, with the values within it as they are."""
    if isinstance(value, Mapping):
        yield "{"
        for number, (name, inner) in enumerate(value.items()):
            yield f"{', ' if number else ''}{json.dumps(str(name), ensure_ascii=False)}: "
            yield _Inner(inner)
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for number, inner in enumerate(value):
            yield ", " if number else ""
            yield _Inner(inner)
        yield "]"
    elif isinstance(value, Decimal):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False, default=str)
