"""Faults in which date-times are accepted and which are rejected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Lenient, RejectsValidInstants, add_server, plain_value
from orders_conformance.spec.date_time import parse, parse_leniently, text
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_DATED = tuple(field.name for field in CONTRACT.fields.values() if field.format == "date-time")


class _AcceptsNearMisses(Lenient):
    """Accepts some texts that are not RFC 3339 date-times, and reads them as one."""

    fields: ClassVar[tuple[str, ...]] = _DATED
    read_near_miss: ClassVar[Callable[[str], str | None]]

    def correct(self, field: RequestField, value: Any) -> Any:
        if field.name not in self.fields or not isinstance(value, str) or parse(value):
            return value
        corrected = type(self).read_near_miss(value)
        return corrected if parse(corrected) else value


def _matching(pattern: str, replacement: str) -> Callable[[str], str | None]:
    return lambda value: re.sub(pattern, replacement, value) if re.fullmatch(pattern, value) else None


def _rolled_over(value: str) -> str | None:
    """Read a date that does not exist as lenient calendars do: 30 February is 1 or 2 March."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", value)
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    months = year * 12 + month - 1
    # `datetime` has no year 0.
    if months < 12:
        return None
    first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    return text(first + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second))


def _parse_mail_date(value: str) -> str | None:
    try:
        return text(parsedate_to_datetime(value))
    except ValueError:
        return None


def _parse_iso_8601(value: str) -> str | None:
    instant = parse_leniently(value)
    return instant.isoformat() if instant else None


def _padded_with_zeros(value: str) -> str | None:
    found = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z", value)
    return "{:0>4}-{:0>2}-{:0>2}T{:0>2}:{:0>2}:{:0>2}Z".format(*found.groups()) if found else None


_NOW = "2024-05-06T07:08:09Z"
_NEAR_MISSES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "RollsOver": (_rolled_over, "Accepts days, months and hours that do not exist, and counts on from the last one."),
    "TakesIso": (_parse_iso_8601, "Accepts all ISO 8601 date-times, more than RFC 3339 allows."),
    "TakesMailDates": (_parse_mail_date, "Accepts dates in the format of mail headers."),
    "TakesNoOffset": (
        _matching(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", r"\1Z"),
        "Accepts a date-time without an offset as UTC.",
    ),
    "TakesNoSeconds": (_matching(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)Z", r"\1:00Z"), "Accepts a time without seconds."),
    "TakesSlashes": (_matching(r"(\d\d)/(\d\d)/(\d{4}) (.*)", r"\3-\1-\2T\4Z"), "Accepts month/day/year."),
    "TakesDigits": (_matching(r"\d{9,10}", _NOW), "Accepts seconds since 1970 as text."),
    "TakesCompactDates": (
        _matching(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", r"\1-\2-\3T\4:\5:\6Z"),
        "Accepts date-times without - and :.",
    ),
    "TakesCompactOffsets": (_matching(r"(.*[+-]\d\d)(\d\d)", r"\1:\2"), "Accepts offsets without a colon."),
    "TakesTrailingText": (_matching(r"(.*T\d\d:\d\d:\d\dZ).+", r"\1"), "Ignores text after a date-time."),
    "TrimsDates": (lambda value: value.strip(), "Ignores white space around a date-time."),
    "TakesSingleDigits": (_padded_with_zeros, "Accepts one digit where two are required."),
    "TakesEmptyDates": (lambda value: None if value else _NOW, "Accepts an empty text as the time of the request."),
    "TakesOtherCalendars": (
        _matching(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d .*", _NOW),
        "Accepts dates as Java prints them: Mon Jan 01 16:17:16 CET 2024.",
    ),
    "TakesOffsetHours": (_matching(r"(.*[+-]\d\d)", r"\1:00"), "Accepts offsets without minutes."),
    "TakesEmptyFractions": (_matching(r"(.*)\.Z", r"\1Z"), "Accepts a fraction without digits."),
    "TakesHourTwentyFour": (
        _matching(r"(.*)T24:00:00Z", r"\1T00:00:00Z"),
        "Accepts hour 24 as the beginning of the same day.",
    ),
    "TakesEveryFourthYear": (
        _matching(r"(\d\d00)-02-29(.*)", r"\1-03-01\2"),
        "Accepts 29 February in every year that ends in 00.",
    ),
    "TakesZoneNames": (_matching(r"(.*T[\d:]{8}).*(?: UTC|\[.*\])", r"\1Z"), "Accepts names of time zones."),
    "TakesFarOffsets": (_matching(r"(.*)\+25:00", r"\1Z"), "Accepts offsets of more than a day."),
    "TakesTextNull": (
        lambda value: _NOW if value == "null" else None,
        "Accepts the text null as the time of the request.",
    ),
}
for _name, (_reading, _doc) in _NEAR_MISSES.items():
    _label = "TakesTextNullForDates" if _name == "TakesTextNull" else _name
    add_server(
        SERVERS, _AcceptsNearMisses, _label, _doc, ("create/request/*/format",), read_near_miss=staticmethod(_reading)
    )

_BY_FIELD: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "impossible": (_rolled_over, "a day that does not exist"),
    "bare": (_matching(r"(\d{4}-\d\d-\d\d)", r"\1T00:00:00Z"), "a date without a time"),
    "any": (lambda _value: _NOW, "any text"),
}
for _name in _DATED:
    for _kind, (_reading, _what) in _BY_FIELD.items():
        add_server(
            SERVERS,
            _AcceptsNearMisses,
            f"{_name} takes {_kind} date",
            f"Accepts {_what} as {_name}.",
            (f"create/request/{_name}/format",),
            read_near_miss=staticmethod(_reading),
            fields=(_name,),
        )


@SERVERS.add
class TakesAnyLength(Lenient):
    """Accepts any text of the length of a date-time."""

    breaks = ("create/request/*/format",)

    def correct(self, field: RequestField, value: Any) -> Any:
        like = field.format and isinstance(value, str) and len(value) == len(_NOW)
        return plain_value(self, field) if like and not parse(value) else value


class _RejectsInstants(RejectsValidInstants):
    """Rejects valid date-times."""

    rejected: ClassVar[Callable[[datetime, str], bool]]

    def rejects_instant(self, instant: datetime, written: str) -> bool:
        return type(self).rejected(instant, written)


_HOUR = timedelta(hours=1)
# The date-times of an order are in chronological order: one of them cannot always be changed without another.
_INSTANTS_TOGETHER = ("create/request/*",)


def _offset(instant: datetime) -> timedelta:
    return instant.utcoffset() or timedelta()


for _name in _DATED:
    add_server(
        SERVERS,
        _RejectsInstants,
        f"{_name} in UTC only",
        f"Rejects offsets in {_name}.",
        (f"create/request/{_name}/offset",),
        rejected=staticmethod(lambda _instant, written: not written.endswith("Z")),
        field=_name,
    )
    add_server(
        SERVERS,
        _RejectsInstants,
        f"{_name} in whole seconds only",
        f"Rejects fractions of a second in {_name}.",
        (f"create/request/{_name}/fraction",),
        rejected=staticmethod(lambda _instant, written: "." in written),
        field=_name,
    )
    add_server(
        SERVERS,
        _RejectsInstants,
        f"{_name} in milliseconds only",
        f"Rejects fractions in {_name} with other than three digits.",
        _INSTANTS_TOGETHER,
        rejected=staticmethod(lambda _instant, written: "." in written and not re.search(r"\.\d{3}(?!\d)", written)),
        field=_name,
    )

for _name in _DATED[1:]:
    add_server(
        SERVERS,
        _RejectsInstants,
        f"{_name} never on leap days",
        f"Rejects 29 February in {_name}.",
        _INSTANTS_TOGETHER,
        rejected=staticmethod(lambda instant, _written: (instant.month, instant.day) == (2, 29)),
        field=_name,
    )

_OFFSETS: Mapping[str, tuple[Callable[[datetime, str], bool], str]] = {
    "RefusesWestern": (lambda instant, _written: _offset(instant) < timedelta(), "Rejects negative offsets."),
    "RefusesEastern": (lambda instant, _written: _offset(instant) > timedelta(), "Rejects positive offsets."),
    "RefusesHalfHours": (lambda instant, _written: bool(_offset(instant) % _HOUR), "Rejects offsets with minutes."),
}
for _name, (_rejected, _doc) in _OFFSETS.items():
    _breaks = ("create/request/orderedAt/offset",)
    add_server(SERVERS, _RejectsInstants, _name, _doc, _breaks, rejected=staticmethod(_rejected))

_INSTANTS: Mapping[str, tuple[Callable[[datetime, str], bool], str]] = {
    "RefusesLeapDays": (lambda i, _: (i.month, i.day) == (2, 29), "Rejects 29 February."),
    "RefusesCenturyLeapDay": (lambda i, _: (i.year, i.month, i.day) == (2000, 2, 29), "Rejects 29 February 2000."),
    "RefusesMidnight": (lambda i, _: (i.hour, i.minute, i.second) == (0, 0, 0), "Rejects midnight."),
    "RefusesNoon": (lambda i, _: i.hour == 12, "Rejects hour 12."),
    "RefusesLastDayOfYear": (lambda i, _: (i.month, i.day) == (12, 31), "Rejects 31 December."),
    "RefusesDaysAfterTwentyEighth": (lambda i, _: i.day > 28, "Rejects days of the month after 28."),
    "RefusesDecember": (lambda i, _: i.month == 12, "Counts months from zero, and rejects December."),
    "RefusesLastSecond": (lambda i, _: i.second == 59, "Rejects second 59."),
    "RefusesEvenings": (lambda i, _: i.hour > 20, "Rejects hours after 20."),
    "RefusesOldYears": (lambda i, _: i.year < 2000, "Rejects years before 2000."),
    "RefusesSeventies": (lambda i, _: i.year < 1980, "Rejects years before 1980."),
}
for _name, (_rejected, _doc) in _INSTANTS.items():
    add_server(
        SERVERS, _RejectsInstants, _name, _doc, ("create/request/orderedAt/*",), rejected=staticmethod(_rejected)
    )
