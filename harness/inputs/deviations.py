"""Read declared deviations: a TOML file of requirements that a target may break, with reasons and expiry dates.

The file holds tables `[[deviation]]` with `requirement` (an id, or a pattern with `*` and `?`) and `reason`, and
optionally `ticket` (a link), `expires` (the last day on which the deviation is accepted) and `may` (true for a fault
that does not show in every run).
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.spec.contract import Contract

_TABLE = "deviation"
_EXAMPLES = {
    "requirement": "an id in quotes, or a pattern with * and ?",
    "reason": 'a text such as "The gateway strips the header."',
    "ticket": 'a link such as "https://tracker.example/ORD-311"',
    "expires": "a date without quotes, such as 2027-03-31",
    "may": "true or false, without quotes",
}
# The type of a value that is no text.
_TYPES: Mapping[str, type] = {"expires": date, "may": bool}
_REQUIRED = ("requirement", "reason")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A declared deviation: an id or a pattern of ids, the reason, a link to a ticket, and the last day that it covers.

    `may` says that it does not show in every run: it is then not stale where it does not show.
    `formerly` holds the ids of the requirements that it matches only by the ids that they had in earlier versions.
    """

    requirement: str
    reason: str
    ticket: str | None = None
    expires: date | None = None
    may: bool = False
    formerly: frozenset[str] = frozenset()

    def covers(self, identifier: str) -> bool:
        """Return whether the deviation covers a requirement; in a pattern, `*` matches any text, including slashes."""
        return fnmatchcase(identifier, self.requirement) or identifier in self.formerly

    def is_expired(self, today: date) -> bool:
        """Return whether its last day is before `today`."""
        return self.expires is not None and self.expires < today


@dataclass(frozen=True, slots=True)
class Deviations:
    """The content of a deviations file: the SHA-256 of its bytes, its entries in file order, and notes for the user."""

    digest: str
    entries: tuple[Deviation, ...]
    notes: tuple[str, ...] = ()

    def recorded(self, hide: Callable[[str], str]) -> Mapping[str, Any]:
        """Return the content as it is written into the record; `hide` replaces the secrets in a text."""
        entries = [
            {
                "requirement": one.requirement,
                "reason": hide(one.reason),
                "ticket": one.ticket and hide(one.ticket),
                "expires": one.expires and one.expires.isoformat(),
                **({"may": True} if one.may else {}),
            }
            for one in self.entries
        ]
        return {"digest": self.digest, "entries": entries}


def load(path: Path, contract: Contract) -> Deviations:
    """Read a deviations file.

    Args:
        path: the path of the file.
        contract: each entry must match a requirement of it that can fail.

    Raises:
        InvalidInputError: the file cannot be read, or an entry is not valid.

    """
    try:
        content = path.read_bytes()
        tables = tomllib.loads(content.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"the deviations {str(path)!r} cannot be read ({reason}): fix them, or name others with --deviations"
        raise InvalidInputError(message) from None
    try:
        entries = tuple(_with_former_ids(entry, contract) for entry in _entries(tables, contract))
    except _InvalidEntryError as error:
        message = f"{str(path)!r}: {error}"
        raise InvalidInputError(message) from None
    notes = tuple(_former_id_note(entry) for entry in entries if entry.formerly)
    return Deviations(f"sha256:{hashlib.sha256(content).hexdigest()}", entries, notes)


def _with_former_ids(entry: Deviation, contract: Contract) -> Deviation:
    matched = (one for one in contract.requirements.values() if one.formerly and not entry.covers(one.id))
    return replace(
        entry, formerly=frozenset(one.id for one in matched if fnmatchcase(one.formerly or "", entry.requirement))
    )


def _former_id_note(entry: Deviation) -> str:
    return f"the deviation for {entry.requirement} uses a former id: write {', '.join(sorted(entry.formerly))}"


class _InvalidEntryError(Exception):
    """An entry of a file is not valid; the message says what is wrong."""


def _entries(tables: Mapping[str, Any], contract: Contract) -> tuple[Deviation, ...]:
    for key in tables:
        if key != _TABLE:
            message = f"there is no {key!r}: {nearest(key, [_TABLE])}"
            raise _InvalidEntryError(message)
    listed = tables.get(_TABLE, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        message = f"{_TABLE} is not a list of tables: write [[{_TABLE}]] above each declaration"
        raise _InvalidEntryError(message)
    entries: dict[str, Deviation] = {}
    for number, table in enumerate(listed, start=1):
        named = table.get("requirement")
        where = f"deviation {number} ({named!r})" if isinstance(named, str) and named else f"deviation {number}"
        entry = _entry(table, where)
        if entry.requirement in entries:
            message = f"{where} is declared before: leave one of them out"
            raise _InvalidEntryError(message)
        _check_matches(entry, contract, where)
        entries[entry.requirement] = entry
    return tuple(entries.values())


def _entry(table: Mapping[str, Any], where: str) -> Deviation:
    for key, value in table.items():
        if key not in _EXAMPLES:
            message = f"{where} has an unknown key {key!r}: {nearest(key, _EXAMPLES)}"
            raise _InvalidEntryError(message)
        # In Python, a datetime is an instance of date.
        if not isinstance(value, _TYPES.get(key, str)) or isinstance(value, datetime):
            message = f"{where}: {key} = {_written(value)} is of the wrong type: write {_EXAMPLES[key]}"
            raise _InvalidEntryError(message)
    for key in _REQUIRED:
        if key not in table:
            message = f"{where} has no {key}: write {_EXAMPLES[key]}"
            raise _InvalidEntryError(message)
    # Invisible characters are no reason either.
    if not any(letter.isprintable() and not letter.isspace() for letter in table["reason"]):
        message = f"{where} has a blank reason: say why the deviation is accepted"
        raise _InvalidEntryError(message)
    ticket = table.get("ticket")
    if ticket is not None and not _is_link(ticket):
        message = f"{where}: ticket = {_written(ticket)} is not a link: write {_EXAMPLES['ticket']}"
        raise _InvalidEntryError(message)
    reason = " ".join(table["reason"].split())
    return Deviation(table["requirement"], reason, ticket, table.get("expires"), table.get("may", False))


def _written(value: object) -> str:
    return str(value) if isinstance(value, date) else repr(value)


def _is_link(text: str) -> bool:
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _check_matches(entry: Deviation, contract: Contract, where: str) -> None:
    matched = [
        one for one in contract.requirements.values() if any(fnmatchcase(name, entry.requirement) for name in one.ids)
    ]
    if not matched:
        message = (
            f"{where} matches no requirement: did you mean {_closest(entry.requirement, contract.requirements)!r}?"
        )
        raise _InvalidEntryError(message)
    if all(one.level == "info" for one in matched):
        message = f"{where} matches observations only, which never fail: leave it out"
        raise _InvalidEntryError(message)


def _closest(word: str, names: Iterable[str]) -> str:
    """Return the most similar name, however small the similarity."""
    return difflib.get_close_matches(word, names, n=1, cutoff=0.0)[0]
