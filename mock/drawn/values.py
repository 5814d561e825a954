"""Values of an order by the choices of a server: which are rejected, what is stored, how it is written."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isinf

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.instants import Instant, moved, stored, with_fraction, written

_CENTS = 2
# Digits that a double holds, and the exponents between which numbers are written without one.
_DIGITS, _EXPONENT = 17, 20

_CHARACTERS = {
    "any": "",
    "ASCII": r"[^\x00-\x7f]",
    "plain": r"[^\w .:+,/-]",
    "no markup": r"[<>\x00;&]|'|--|\$\{|\{\{",
    "no control characters": r"[\x00-\x1f\x7f-\x9f]",
    "no NUL": r"\x00",
    "BMP only": r"[^\x00-\uffff]",
}
_REFERENCES = {"any": "(?s:.*)", "4 to 20 characters": "(?s:.{4,20})", "capitals and digits": "[A-Z0-9]+(-[A-Z0-9]+)*"}
_BLANKS = {
    "accepted": "",
    "empty rejected": r"\A\Z",
    "blank rejected": r"\A\s*\Z",
    "blanks at an end rejected": r"\A\s|\s\Z|\A\Z",
}


class Moment(str):
    """A date-time of a stored order: its text with its own offset, and the instant that it means."""

    __slots__ = ("instant",)

    instant: Instant

    @classmethod
    def of(cls, text: str, instant: Instant) -> Moment:
        """Return a text with its instant."""
        moment = cls(text)
        moment.instant = instant
        return moment


class Numeral(Decimal):
    """A number with the notation in which it is written."""

    notation: str

    @classmethod
    def of(cls, value: Decimal, notation: str) -> Numeral:
        """Return a number with its notation."""
        number = cls(value)
        number.notation = notation
        return number

    def __str__(self) -> str:
        """Return the notation."""
        return self.notation


def instant_problem(instant: Instant, behaviour: Behaviour, now: int) -> str | None:
    """Return what is wrong with a date-time of RFC 3339; None where it is accepted. `now` is in seconds since 1970."""
    first, last = behaviour.years
    years = (instant.year, instant.utc_year)
    if (instant.letters and not behaviour.small_letters_accepted) or (
        instant.blank and not behaviour.blank_for_t_accepted
    ):
        return "must have T and Z"
    if instant.leap and behaviour.leap_second == "rejected":
        return "must have a second from 0 to 59"
    if min(years) < first and not (instant.year == 0 == instant.utc_year and behaviour.year_zero_accepted):
        return f"must not be before {first}"
    if max(years) > last:
        return f"must not be after {last}"
    if not behaviour.future_accepted and instant.seconds > now + 60:
        return "must not be in the future"
    if abs(instant.offset) > behaviour.farthest_offset:
        return "must have another offset"
    return "has too many digits" if len(instant.fraction) > behaviour.fraction_digits_accepted else None


def stored_moment(text: str, instant: Instant, behaviour: Behaviour) -> Moment:
    """Return what is stored for a date-time that was sent as a text."""
    if instant.leap and behaviour.leap_second != "kept":
        after = behaviour.leap_second == "second after"
        instant = Instant(instant.seconds + after, instant.fraction, instant.offset, instant.zulu)
        text = written(instant)
    if behaviour.instant_digits is None:
        return Moment.of(text, instant)
    instant = stored(instant, behaviour.instant_digits, behaviour.instant_rounding)
    return Moment.of(written(instant), instant)


def written_moment(moment: Moment, behaviour: Behaviour) -> str:
    """Return a stored date-time as a response has it."""
    instant = moment.instant
    zone, suffix, form = behaviour.instant_zone, behaviour.instant_suffix, behaviour.instant_fraction
    if (zone, suffix, form) == (None, "Z", "trimmed"):
        return str(moment)
    digits = len(instant.fraction) if behaviour.instant_digits is None else behaviour.instant_digits
    instant = with_fraction(instant, form, digits)
    return written(instant if zone is None else moved(instant, zone, zulu=zone == 0), suffix)


def number_problem(value: int | Decimal, behaviour: Behaviour) -> str | None:
    """Return why a number is rejected; None where it is accepted."""
    number = Decimal(value)
    if abs(number) > behaviour.largest_number:
        return "is too large"
    if number < 0 and not behaviour.negative_accepted:
        return "must not be negative"
    if behaviour.number_read == "double" and isinf(_double(number)):
        return "is too large"
    return (
        "must have at most two decimals"
        if behaviour.number_read == "cents only" and _decimals(number) > _CENTS
        else None
    )


def stored_number(value: int | Decimal, behaviour: Behaviour) -> int | Decimal:
    """Return what is stored for a number."""
    return Decimal(repr(_double(Decimal(value)))) if behaviour.number_read == "double" else value


def written_number(value: int | Decimal, behaviour: Behaviour) -> int | Decimal:
    """Return a stored number with the notation that a response has."""
    number, style = Decimal(value), behaviour.number_written
    _, digits, exponent = number.normalize().as_tuple()
    # Numbers with very many digits have the same notation everywhere.
    if style == "as read" or len(digits) > _DIGITS or not isinstance(exponent, int) or abs(exponent) > _EXPONENT:
        return value
    whole = exponent >= 0
    match style:
        case "trimmed":
            notation = f"{number.normalize():f}"
        case "one decimal":
            notation = f"{number:.1f}" if whole else f"{number.normalize():f}"
        case "two decimals":
            notation = f"{number:.2f}" if exponent >= -_CENTS else f"{number.normalize():f}"
        case _:
            mantissa, power = f"{number.normalize():E}".split("E")
            short = style == "short exponent"
            notation = f"{mantissa}E{power}" if short or "." in mantissa else f"{mantissa}.0E{int(power)}"
    return Numeral.of(number, notation)


def text_problem(value: str, behaviour: Behaviour) -> str | None:
    """Return why a text is rejected; None where it is accepted."""
    if len(value) > behaviour.longest_text:
        return f"must have at most {behaviour.longest_text} characters"
    for pattern, problem in (
        (_BLANKS[behaviour.blank_text], "must not be blank"),
        (_CHARACTERS[behaviour.characters], "has a character that is not allowed"),
    ):
        if pattern and re.search(pattern, value):
            return problem
    return None


def reference_problem(value: str, behaviour: Behaviour) -> str | None:
    """Return why a reference is rejected; None where it is accepted."""
    allowed = re.fullmatch(_REFERENCES[behaviour.references], value)
    return None if allowed else f"must be: {behaviour.references}"


def _double(number: Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
