"""Read the name of the release that a run is about."""

from __future__ import annotations

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.text import clipped, visible_line
from orders_conformance.strategies.credentials import Credentials

LONGEST = 200


def read_release(given: str | None, credentials: Credentials | None = None) -> str | None:
    """Return the name of a release with single blanks; None where none is given, or an empty one.

    Args:
        given: the name as the user gives it.
        credentials: the credentials of the environment, which may not be a part of it.

    Raises:
        InvalidInputError: it has more than one line or another control character, is too long, or contains a secret.

    """
    text = (given or "").strip()
    if credentials is not None and Redactor(credentials).hide(text) != text:
        message = "the release contains the client key or the API token: give a name such as 2024.5"
        raise InvalidInputError(message)
    shown = visible_line(clipped(text, 40))
    if not text.isprintable():
        message = f"the release '{shown}' is not one line of printable text: give a name such as 2024.5"
        raise InvalidInputError(message)
    name = " ".join(text.split())
    if len(name) > LONGEST:
        message = f"the release '{shown}' has {len(name)} characters: give at most {LONGEST}"
        raise InvalidInputError(message)
    return name or None
