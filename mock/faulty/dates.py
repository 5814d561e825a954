"""Faults in which dates and times are taken and which are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Lenient, PickyInstants, of_row, plain_value
from orders_conformance.spec.date_time import parse, parse_leniently, text
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_DATED = tuple(field.name for field in CONTRACT.fields.values() if field.format == "date-time")


class _TakesNearMisses(Lenient):
    """Turns texts that are no date and time into one."""

    fields: ClassVar[tuple[str, ...]] = _DATED
    near: ClassVar[Callable[[str], str | None]]

    def mend(self, field: RequestField, value: Any) -> Any:
        if field.name not in self.fields or not isinstance(value, str) or parse(value):
            return value
        mended = type(self).near(value)
        return mended if parse(mended) else value


def _matching(pattern: str, replacement: str) -> Callable[[str], str | None]:
    return lambda value: re.sub(pattern, replacement, value) if re.fullmatch(pattern, value) else None


def _rolled_over(value: str) -> str | None:
    """Count on from the first of the year, as lenient calendars do: 30 February is 1 or 2 March."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", value)
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    months = year * 12 + month - 1
    first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    return text(first + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second))


def _by_mail_rules(value: str) -> str | None:
    try:
        return text(parsedate_to_datetime(value))
    except ValueError:
        return None


def _by_iso_rules(value: str) -> str | None:
    instant = parse_leniently(value)
    return instant.isoformat() if instant else None


def _padded(value: str) -> str | None:
    found = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z", value)
    return "{:0>4}-{:0>2}-{:0>2}T{:0>2}:{:0>2}:{:0>2}Z".format(*found.groups()) if found else None


_NOW = "2024-05-06T07:08:09Z"
_NEAR_MISSES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "RollsOver": (_rolled_over, "Takes days, months and hours that do not exist for those after the last one."),
    "TakesIso": (_by_iso_rules, "Takes whatever ISO 8601 allows, more than RFC 3339 does."),
    "TakesMailDates": (_by_mail_rules, "Takes dates as mails have them."),
    "TakesNoOffset": (
        _matching(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", r"\1Z"),
        "Takes a time without an offset for UTC.",
    ),
    "TakesNoSeconds": (_matching(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)Z", r"\1:00Z"), "Takes a time without seconds."),
    "TakesSlashes": (_matching(r"(\d\d)/(\d\d)/(\d{4}) (.*)", r"\3-\1-\2T\4Z"), "Takes month/day/year."),
    "TakesDigits": (_matching(r"\d{9,10}", _NOW), "Takes seconds since 1970 as text."),
    "TakesCompactDates": (
        _matching(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", r"\1-\2-\3T\4:\5:\6Z"),
        "Takes dates without - and :.",
    ),
    "TakesCompactOffsets": (_matching(r"(.*[+-]\d\d)(\d\d)", r"\1:\2"), "Takes offsets without a colon."),
    "TakesTrailingText": (_matching(r"(.*T\d\d:\d\d:\d\dZ).+", r"\1"), "Ignores what follows a date and time."),
    "TrimsDates": (lambda value: value.strip(), "Ignores blanks around a date and time."),
    "TakesSingleDigits": (_padded, "Takes one digit where there should be two."),
    "TakesEmptyDates": (lambda value: None if value else _NOW, "Takes an empty text for the time of the request."),
    "TakesOtherCalendars": (
        _matching(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d .*", _NOW),
        "Takes dates as some programs print them.",
    ),
    "TakesOffsetHours": (_matching(r"(.*[+-]\d\d)", r"\1:00"), "Takes offsets of hours without minutes."),
    "TakesEmptyFractions": (_matching(r"(.*)\.Z", r"\1Z"), "Takes a fraction without digits."),
    "TakesHourTwentyFour": (_matching(r"(.*)T24:00:00Z", r"\1T00:00:00Z"), "Takes the end of a day for its beginning."),
    "TakesEveryFourthYear": (
        _matching(r"(\d\d00)-02-29(.*)", r"\1-03-01\2"),
        "Takes the last year of every century for a leap year.",
    ),
    "TakesZoneNames": (_matching(r"(.*T[\d:]{8}).*(?: UTC|\[.*\])", r"\1Z"), "Takes names of zones."),
    "TakesFarOffsets": (_matching(r"(.*)\+25:00", r"\1Z"), "Takes offsets of more than a day."),
    "TakesTextNull": (
        lambda value: _NOW if value == "null" else None,
        "Takes the text null for the time of the request.",
    ),
}
for _name, (_near, _lie) in _NEAR_MISSES.items():
    _label = "TakesTextNullForDates" if _name == "TakesTextNull" else _name
    of_row(SERVERS, _TakesNearMisses, _label, _lie, ("create/request/*/format",), near=staticmethod(_near))

_BY_FIELD: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "impossible": (_rolled_over, "a day that does not exist"),
    "bare": (_matching(r"(\d{4}-\d\d-\d\d)", r"\1T00:00:00Z"), "a date without a time"),
    "any": (lambda _value: _NOW, "any text"),
}
for _name in _DATED:
    for _kind, (_near, _what) in _BY_FIELD.items():
        of_row(
            SERVERS,
            _TakesNearMisses,
            f"{_name} takes {_kind} date",
            f"Takes {_what} as {_name}.",
            (f"create/request/{_name}/format",),
            near=staticmethod(_near),
            fields=(_name,),
        )


@SERVERS.add
class TakesAnyLength(Lenient):
    """Takes for a date and time whatever has its length."""

    breaks = ("create/request/*/format",)

    def mend(self, field: RequestField, value: Any) -> Any:
        like = field.format and isinstance(value, str) and len(value) == len(_NOW)
        return plain_value(self, field) if like and not parse(value) else value


class _RefusesInstants(PickyInstants):
    """Refuses valid instants."""

    refused: ClassVar[Callable[[datetime, str], bool]]

    def dislikes_instant(self, instant: datetime, written: str) -> bool:
        return type(self).refused(instant, written)


_HOUR = timedelta(hours=1)
# The instants of an order follow each other: one of them cannot always be changed without another.
_INSTANTS_TOGETHER = ("create/request/*",)


def _offset(instant: datetime) -> timedelta:
    return instant.utcoffset() or timedelta()


for _name in _DATED:
    of_row(
        SERVERS,
        _RefusesInstants,
        f"{_name} in UTC only",
        f"Refuses offsets in {_name}.",
        (f"create/request/{_name}/offset",),
        refused=staticmethod(lambda _instant, written: not written.endswith("Z")),
        field=_name,
    )
    of_row(
        SERVERS,
        _RefusesInstants,
        f"{_name} in whole seconds only",
        f"Refuses fractions of a second in {_name}.",
        (f"create/request/{_name}/fraction",),
        refused=staticmethod(lambda _instant, written: "." in written),
        field=_name,
    )
    of_row(
        SERVERS,
        _RefusesInstants,
        f"{_name} in milliseconds only",
        f"Refuses fractions in {_name} with other than three digits.",
        _INSTANTS_TOGETHER,
        refused=staticmethod(lambda _instant, written: "." in written and not re.search(r"\.\d{3}(?!\d)", written)),
        field=_name,
    )

for _name in _DATED[1:]:
    of_row(
        SERVERS,
        _RefusesInstants,
        f"{_name} never on leap days",
        f"Refuses 29 February in {_name}.",
        _INSTANTS_TOGETHER,
        refused=staticmethod(lambda instant, _written: (instant.month, instant.day) == (2, 29)),
        field=_name,
    )

_OFFSETS: Mapping[str, tuple[Callable[[datetime, str], bool], str]] = {
    "RefusesWestern": (lambda instant, _written: _offset(instant) < timedelta(), "Refuses negative offsets."),
    "RefusesEastern": (lambda instant, _written: _offset(instant) > timedelta(), "Refuses positive offsets."),
    "RefusesHalfHours": (lambda instant, _written: bool(_offset(instant) % _HOUR), "Refuses offsets with minutes."),
}
for _name, (_refused, _lie) in _OFFSETS.items():
    _breaks = ("create/request/orderedAt/offset",)
    of_row(SERVERS, _RefusesInstants, _name, _lie, _breaks, refused=staticmethod(_refused))

_INSTANTS: Mapping[str, tuple[Callable[[datetime, str], bool], str]] = {
    "RefusesLeapDays": (lambda i, _: (i.month, i.day) == (2, 29), "Refuses 29 February."),
    "RefusesCenturyLeapDay": (lambda i, _: (i.year, i.month, i.day) == (2000, 2, 29), "Refuses 29 February 2000."),
    "RefusesMidnight": (lambda i, _: (i.hour, i.minute, i.second) == (0, 0, 0), "Refuses midnight."),
    "RefusesNoon": (lambda i, _: i.hour == 12, "Refuses the hour of noon."),
    "RefusesLastDayOfYear": (lambda i, _: (i.month, i.day) == (12, 31), "Refuses 31 December."),
    "RefusesDaysAfterTwentyEighth": (lambda i, _: i.day > 28, "Refuses days after the twenty-eighth."),
    "RefusesDecember": (lambda i, _: i.month == 12, "Counts months from nought, and refuses December."),
    "RefusesLastSecond": (lambda i, _: i.second == 59, "Refuses the last second of a minute."),
    "RefusesEvenings": (lambda i, _: i.hour > 20, "Refuses hours that begin late in the evening."),
    "RefusesOldYears": (lambda i, _: i.year < 2000, "Refuses years before 2000."),
    "RefusesSeventies": (lambda i, _: i.year < 1980, "Refuses years before 1980."),
}
for _name, (_refused, _lie) in _INSTANTS.items():
    of_row(SERVERS, _RefusesInstants, _name, _lie, ("create/request/orderedAt/*",), refused=staticmethod(_refused))
