"""Reads and writes date-times of RFC 3339, and distinguishes invalid ones from unusual ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from rfc3339_validator import validate_rfc3339

# Characters of a text whose instant is kept: a server may send a fraction of a megabyte.
_LONGEST_KEPT = 120
_LEAP_SECOND = re.compile(r":60(?=[.Zz+-])")
# Year 0 is valid in RFC 3339, but `datetime` cannot hold it. It is a leap year, and so is its replacement.
_YEAR_ZERO, _REPLACEMENT_YEAR = "0000-", "2000-"


def parse(text: object) -> datetime | None:
    """Read a date-time of RFC 3339, section 5.6, in its strict form.

    Returns:
        The instant with its own offset, in microseconds (further digits are dropped); None for any other value.

    """
    if not isinstance(text, str):
        return None
    return _parsed(text) if len(text) <= _LONGEST_KEPT else _parsed.__wrapped__(text)


# A run reads each text several times: as it was sent, as it was returned, and for the key of its order.
@lru_cache(maxsize=4096)
def _parsed(text: str) -> datetime | None:
    if not text.isascii() or text.endswith("\n") or not validate_rfc3339(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_unusual(text: str) -> bool:
    """Return whether a text is a date-time of RFC 3339 that servers often reject.

    These are: t or z in lower case, a space or an underscore for T, a leap second, the year 0.
    """
    return text.isascii() and parse(text) is None and parse(_in_usual_form(text)) is not None


def is_well_formed(text: str) -> bool:
    """Return whether a text is a date-time of RFC 3339, section 5.6, in any of its forms.

    The letters may be of either case, and the second 60 and the year 0 are allowed; but a blank in place of T is not
    what the grammar says.
    """
    return parse(text) is not None or (is_unusual(text) and text[len("2024-01-01")] in "Tt")


def _in_usual_form(text: str) -> str:
    """Return an unusual date-time in its usual form."""
    usual = _LEAP_SECOND.sub(":59", text.upper())
    if len(usual) > len("2024-01-01") and usual[10] in " _":
        usual = f"{usual[:10]}T{usual[11:]}"
    return usual.replace(_YEAR_ZERO, _REPLACEMENT_YEAR, 1) if usual.startswith(_YEAR_ZERO) else usual


def parse_leniently(text: object) -> datetime | None:
    """Read any ISO 8601 date-time; None for any other value. One without an offset is read as UTC.

    Used to compare the value of an echoed date-time whose format is judged separately.
    """
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def text(instant: datetime) -> str:
    """Return an instant as text in whole seconds of UTC, ending in Z, as in the contract's examples."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def precise(instant: datetime) -> str:
    """Return an instant as text in milliseconds of UTC, ending in Z."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
