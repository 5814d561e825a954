"""Servers that represent the created order in another form that means the same."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from typing import Any

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import Result, ServerRequest, Service
from orders_conformance.spec.date_time import parse, text

SERVERS = Catalogue()

_DIGITS = 15


class _Rewritten(Service):
    """Represents values of the created order in another form, chosen by type or format."""

    def instant(self, value: str) -> str:
        return value

    def number(self, value: Decimal) -> Any:
        return value

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        for field in self.contract.fields.values():
            if field.name in record and field.format == "date-time":
                record[field.name] = self.instant(record[field.name])
            elif field.name in record and field.type == "number" and _is_rewritable(record[field.name]):
                record[field.name] = self.number(Decimal(record[field.name]))
        return record


def _is_rewritable(value: int | Decimal) -> bool:
    """Whether a number can be rewritten without loss in the precision that decimals and doubles share."""
    _, digits, exponent = Decimal(value).as_tuple()
    return len(digits) <= _DIGITS and abs(int(exponent)) <= _DIGITS


def _rewriting(value: str, form: Callable[[datetime], str]) -> str:
    instant = parse(value)
    return form(instant) if instant else value


def _has_offset_within_range(instant: datetime) -> bool:
    return MINYEAR < instant.year < MAXYEAR


@SERVERS.add
class Milliseconds(_Rewritten):
    """Returns date-times with milliseconds; further digits are cut off."""

    def instant(self, value: str) -> str:
        return _rewriting(value, lambda instant: instant.isoformat(timespec="milliseconds"))


@SERVERS.add
class Microseconds(_Rewritten):
    """Returns date-times with microseconds."""

    def instant(self, value: str) -> str:
        return _rewriting(value, lambda instant: instant.isoformat(timespec="microseconds"))


@SERVERS.add
class Nanoseconds(_Rewritten):
    """Returns date-times with nanoseconds."""

    def instant(self, value: str) -> str:
        return re.sub(
            r"(:\d\d)(?:\.(\d+))?(?=[Z+-])", lambda found: f"{found[1]}.{(found[2] or '')[:9]:0<9}", value, count=1
        )


@SERVERS.add
class UtcInstants(_Rewritten):
    """Returns date-times in UTC, whatever their offset was."""

    def instant(self, value: str) -> str:
        return _rewriting(value, lambda i: i.astimezone(UTC).isoformat() if _has_offset_within_range(i) else value)


@SERVERS.add
class ZuluInstants(_Rewritten):
    """Returns date-times in UTC with milliseconds and a Z."""

    def instant(self, value: str) -> str:
        return _rewriting(
            value,
            lambda i: (
                i.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                if _has_offset_within_range(i)
                else value
            ),
        )


@SERVERS.add
class LocalInstants(_Rewritten):
    """Returns date-times in the server's time zone, +05:30."""

    def instant(self, value: str) -> str:
        zone = timezone(timedelta(hours=5, minutes=30))
        return _rewriting(value, lambda i: i.astimezone(zone).isoformat() if _has_offset_within_range(i) else value)


@SERVERS.add
class FloatPrice(_Rewritten):
    """Returns whole numbers with a decimal point: 50.0 for 50."""

    def number(self, value: Decimal) -> Any:
        return value if value % 1 else Decimal(f"{value:f}").quantize(Decimal("0.1"))


@SERVERS.add
class TwoDecimals(_Rewritten):
    """Returns numbers with at least two decimals: 50.00 for 50."""

    def number(self, value: Decimal) -> Any:
        rounded = value.quantize(Decimal("0.01"))
        return rounded if rounded == value else value


@SERVERS.add
class ExponentPrice(_Rewritten):
    """Returns numbers with an exponent: 5E+1 for 50."""

    def number(self, value: Decimal) -> Any:
        return Decimal(f"{value.normalize():E}")


@SERVERS.add
class BinaryFloats(_Rewritten):
    """Stores numbers as IEEE 754 doubles, as most servers do."""

    def number(self, value: Decimal) -> Any:
        return int(value) if not value % 1 else float(value)


@SERVERS.add
class ExtraFields(Service):
    """Returns undocumented fields in the created order."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        more = {"version": 1, "extensions": {"items": []}, "deleted": False, "guest": None}
        return more | super().created(order, request)


@SERVERS.add
class NullForAbsent(Service):
    """Returns null for optional fields that the order does not have."""

    breaks = ("create/201/*/left-out",)

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return dict.fromkeys(self.contract.fields) | super().created(order, request)


@SERVERS.add
class DefaultEnumValues(Service):
    """Sets missing optional enum fields to the last value of the enum."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        defaults = {f.name: f.enum[-1] for f in self.contract.fields.values() if f.enum and not f.required}
        return defaults | super().normalise(order)


@SERVERS.add
class DefaultOrganisationValues(Service):
    """Sets missing optional fields to the organisation's own value where it has one."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        defaults = {name: value for name, value in self.organisation.items() if not fields[name].required}
        return defaults | super().normalise(order)


class _OwnInstants(Service):
    """Sets fields that may be the time of the request to the server's own time."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        fields = self.contract.responses[self.statuses["created"]].fields
        return record | {field.name: self.now() for field in fields if field.echo == "instant-or-now"}


@SERVERS.add
class OwnTime(_OwnInstants):
    """Returns the server's own time of creation, whatever was sent."""


@SERVERS.add
class FastClock(Service):
    """Has a clock that is seven minutes fast."""

    def now(self) -> str:
        return text(self.clock() + timedelta(minutes=7))


@SERVERS.add
class SlowClock(_OwnInstants):
    """Has a clock that is eleven minutes slow, and returns its own time whatever was sent."""

    def now(self) -> str:
        return text(self.clock() - timedelta(minutes=11))


@SERVERS.add
class NumberedRefs(Service):
    """Assigns refs that look like numbers."""

    def set_up(self) -> None:
        self.numbers = count(1)

    def new_ref(self, order: Mapping[str, Any]) -> str:
        return str(next(self.numbers))


@SERVERS.add
class OpaqueRefs(Service):
    """Assigns long refs of letters, digits, - and _."""

    def new_ref(self, order: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(b"order" + uuid.uuid4().bytes * 4).decode().rstrip("=")


@SERVERS.add
class UpperCaseRefs(Service):
    """Assigns refs in upper case with a prefix and a dot."""

    def new_ref(self, order: Mapping[str, Any]) -> str:
        return f"ORD.{super().new_ref(order).upper()}"


@SERVERS.add
class PublicHost(Service):
    """Runs behind a proxy and returns links to its public host."""

    def link(self, ref: str, request: ServerRequest) -> str:
        return f"https://orders.example.com{self.contract.path}/{ref}"


@SERVERS.add
class PublicPort(Service):
    """Returns links with a port and a path prefix that a proxy adds."""

    def link(self, ref: str, request: ServerRequest) -> str:
        return f"https://example.com:8443/cdp{self.contract.path}/{ref}"


@SERVERS.add
class RelativeLinks(Service):
    """Returns links that are relative to its own host."""

    breaks = ("create/201/href/format",)

    def link(self, ref: str, request: ServerRequest) -> str:
        return f"{self.contract.path}/{ref}"


@SERVERS.add
class LinkedContacts(Service):
    """Returns lists in the created order with an entry, and with their length."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        for value in record.values():
            if isinstance(value, dict):
                value.update({name: [{"href": "https://example.com/guests/1"}] for name in value}, total=1)
        return record


@SERVERS.add
class SortedFields(Service):
    """Returns the fields of each body in reverse order."""

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        return super().encode(outcome, dict(reversed(list(body.items()))))


@SERVERS.add
class PrettyPrinted(Service):
    """Writes bodies on several lines, with spaces and a line break at the end."""

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        members = (f"  {write_json(name)} : {write_json(value)}" for name, value in body.items())
        return ("{\r\n" + ",\r\n".join(members) + "\r\n}\r\n").encode()


@SERVERS.add
class EscapedText(Service):
    """Writes slashes and all characters that are not ASCII as escapes."""

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        written = super().encode(outcome, body).decode()
        return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], written).replace("/", "\\/").encode()
