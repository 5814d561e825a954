"""Dates and times as RFC 3339 writes them: reading, and telling apart what is wrong from what is merely unusual."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from rfc3339_validator import validate_rfc3339

_LEAP_SECOND = re.compile(r":60(?=[.Zz+-])")


def parse(text: object) -> datetime | None:
    """Read a date and time that RFC 3339, section 5.6, allows in its strict form.

    Returns:
        The instant with its own offset; digits after the sixth of a fraction are dropped. None for any other value.

    """
    return _parsed(text) if isinstance(text, str) else None


# A run reads each text several times: as it was sent, as it came back, and once more for its key.
@lru_cache(maxsize=4096)
def _parsed(text: str) -> datetime | None:
    if not text.isascii() or text.endswith("\n") or not validate_rfc3339(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_unusual(text: str) -> bool:
    """Whether RFC 3339 leaves it to the reader to take the text: lower case, a space for T, a leap second."""
    if not text.isascii() or parse(text) is not None:
        return False
    usual = _LEAP_SECOND.sub(":59", text.upper())
    if len(usual) > len("2024-01-01") and usual[10] in " _":
        usual = f"{usual[:10]}T{usual[11:]}"
    return parse(usual) is not None


def parse_leniently(text: object) -> datetime | None:
    """Read any ISO 8601 date and time; one without an offset is taken as UTC.

    Used to compare what a server echoes in a form that is judged elsewhere.
    """
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def text(instant: datetime) -> str:
    """Write an instant as the contract's examples do: whole seconds in UTC, ending in Z."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def precise(instant: datetime) -> str:
    """Write an instant with milliseconds, in UTC, ending in Z."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
