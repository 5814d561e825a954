"""Dates and times as RFC 3339 writes them: reading, and telling apart what is wrong from what is merely unusual."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from rfc3339_validator import validate_rfc3339

_LEAP_SECOND = re.compile(r":60(?=[.Zz+-])")
# The first year that RFC 3339 can write, and few libraries can; a leap year like this one.
_YEAR_NOUGHT, _LIKE_YEAR_NOUGHT = "0000-", "2000-"


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
    """Whether RFC 3339 lets readers take the text, and few do: small letters, a blank for T, a leap second, year 0."""
    return text.isascii() and parse(text) is None and parse(_usual(text)) is not None


def parse_unusual(text: str) -> datetime | None:
    """Read an unusual text as the instant that it comes closest to: a leap second is the one before it.

    Returns:
        The instant; None for what is not unusual, and for the year 0, which no instant here can have.

    """
    return parse(_usual(text)) if is_unusual(text) and not text.startswith(_YEAR_NOUGHT) else None


def _usual(text: str) -> str:
    """Write an unusual text as others do."""
    usual = _LEAP_SECOND.sub(":59", text.upper())
    if len(usual) > len("2024-01-01") and usual[10] in " _":
        usual = f"{usual[:10]}T{usual[11:]}"
    return usual.replace(_YEAR_NOUGHT, _LIKE_YEAR_NOUGHT, 1) if usual.startswith(_YEAR_NOUGHT) else usual


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
