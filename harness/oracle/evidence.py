"""What one exchange shows about one requirement."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from orders_conformance.harness.exchange import Response
from orders_conformance.harness.oracle.classification import Name

_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Evidence:
    """That a requirement, named by family and subject, was kept or broken; the words matter where it was broken."""

    requirement: Name
    held: bool
    expected: str = ""
    observed: str = ""


@cache
def kept(requirement: Name) -> Evidence:
    """Make the evidence that a requirement was kept, which says no more and is always the same."""
    return Evidence(requirement, held=True)


def checked(requirement: Name, words: Callable[[], tuple[str, str]], *, held: bool) -> Evidence:
    """Make evidence that is only put into words, what was expected and what was seen, where it is against a server."""
    return kept(requirement) if held else Evidence(requirement, False, *words())  # noqa: FBT003 - the dataclass says which


@dataclass(frozen=True, slots=True)
class Suspicion:
    """That one of several requirements was broken, and only further traffic can tell which.

    `kind` is `features` (a valid order was refused), `faults` (one with several faults was taken), `body` (one that
    cannot be read conflicts with another), `circumstances` (a repeat was taken), `conflict` (an order that is no repeat
    was answered as one) or `credentials` (wrong ones were not turned away). The candidates are ordered; where none of
    them is to blame, `fallback` is.
    """

    kind: str
    candidates: tuple[Name, ...]
    fallback: Name
    expected: str
    observed: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that one exchange shows.

    `observed` pairs an observation's requirement with what was seen.
    """

    evidence: tuple[Evidence, ...]
    observed: tuple[tuple[Name, str], ...] = ()
    suspicion: Suspicion | None = None

    @property
    def broken(self) -> tuple[Evidence, ...]:
        """The evidence against the server."""
        return tuple(item for item in self.evidence if not item.held)


def describe(response: Response) -> str:
    """Show a reply in a few words: its status and its body's beginning."""
    return f"{response.status} with {excerpt(response.body)}"


def excerpt(value: Any) -> str:
    """Write a value, or the beginning of it, on one line: bytes as the text that they are, anything else as JSON.

    Control characters stay in the text of bytes; the reports make them visible.
    """
    if isinstance(value, bytes):
        text = " ".join(value.decode(errors="replace").split())
        text = text or ("white space only" if value else "an empty body")
    else:
        text = json.dumps(value, ensure_ascii=False, default=_plain)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}… ({len(text)} characters)"


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
