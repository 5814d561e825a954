"""Judge the body of the response to a created order: echo, identity, and values that come from other orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Evidence, checked, excerpt, kept
from orders_conformance.harness.oracle.history import History
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import ResponseField
from orders_conformance.spec.rules import Rule


class CreatedJudge:
    """Judges the body of the response to a created order by what was sent and by the orders created before."""

    def __init__(self, contract: Contract) -> None:
        """Read from a contract which response fields echo the order and which identify it."""
        self._status = contract.extension.statuses.created
        self._identity = contract.extension.identity
        self._path = contract.path
        self._tolerance = timedelta(seconds=contract.extension.clock_tolerance_seconds)
        self._echoed = tuple(field for field in contract.responses[self._status].fields if field.echo)
        self._reference_field: str = contract.extension.duplicate.reference

    def judge(
        self, body: Mapping[str, Any], classification: Classification, history: History, now: datetime
    ) -> Iterator[Evidence]:
        """Judge a body. Fields of a wrong type are skipped: `response_field` judges them."""
        yield from self._unique(body, history)
        yield from self._link(body)
        if classification.document is None:
            return
        sent = classification.plainly_sent()
        wrong = classification.document.keys() - sent.keys()
        for field in self._echoed:
            name = field.name
            value = body.get(name)
            if name in wrong:
                continue
            if value is None and sent.get(name) is None and field.only_repeats:
                yield kept((Rule.NOT_FROM_ANOTHER_ORDER, str(self._status), name))
            if value is None or isinstance(value, bool) or not isinstance(value, _PYTHON_TYPES[field.type]):
                continue
            if sent.get(name) is not None:
                held = self._is_echo(field, sent[name], value, now)
                words = partial(_expected_and_observed, name, sent[name], value)
                saw_broken_utf8 = history.saw_broken_utf8 and not held and not str(value).isascii()
                rule = (
                    (Rule.OBJECT, str(self._status)) if saw_broken_utf8 else (_family(field), str(self._status), name)
                )
                yield checked(rule, words, held=held)
            elif field.echo == "instant-or-now":
                moment = date_time.parse_leniently(value)
                yield Evidence(
                    (_family(field), str(self._status), name),
                    held=moment is not None and self._is_now(moment, now),
                    expected=f"{name}: about {date_time.text(now)}",
                    observed=f"{name}: {excerpt(value)}",
                )
            elif field.only_repeats:
                yield self._default(name, value, history)

    def _unique(self, body: Mapping[str, Any], history: History) -> Iterator[Evidence]:
        for rule, name, known in (
            (Rule.UNIQUE_REF, self._identity.reference, history.refs),
            (Rule.UNIQUE_HREF, self._identity.link, history.hrefs),
        ):
            value = body.get(name)
            if isinstance(value, str) and value:
                other = known.get(value)
                yield Evidence(
                    (rule,),
                    held=other is None,
                    expected=f"a {name} that no other order has",
                    observed=f"{name}: {excerpt(value)}, as in exchange {other}",
                )

    def _link(self, body: Mapping[str, Any]) -> Iterator[Evidence]:
        reference, link = body.get(self._identity.reference), body.get(self._identity.link)
        if not isinstance(reference, str) or not isinstance(link, str):
            return
        path = unquote(urlsplit(link).path) if "[" not in link else link
        yield Evidence(
            (Rule.HREF_ENDS_IN_REF,),
            held=path.endswith(f"{self._path}/{reference}"),
            expected=f"…{self._path}/{reference}",
            observed=excerpt(link),
        )

    def _is_echo(self, field: ResponseField, sent: Any, value: Any, now: datetime) -> bool:
        if field.echo == "exact":
            return bool(sent == value)
        if field.echo == "number":
            return isinstance(sent, (int, float, Decimal)) and _double(sent) == _double(value)
        moment, returned = date_time.parse(sent), date_time.parse_leniently(value)
        if moment is None:
            # The text sent is not an RFC 3339 date-time: accept the same text, or the instant that it means.
            return bool(sent == value) or self._is_meant(str(sent), returned)
        if returned is None:
            return False
        if returned in _stored_instants(moment):
            return True
        return field.echo == "instant-or-now" and self._is_now(returned, now)

    def _is_meant(self, sent: str, returned: datetime | None) -> bool:
        meant = date_time.parse_unusual(sent)
        # A leap second may be returned as the second before it or as the second after it.
        return meant is not None and returned is not None and abs(returned - meant) <= timedelta(seconds=1)

    def _is_now(self, moment: datetime, now: datetime) -> bool:
        return abs(moment - now) <= self._tolerance

    def _default(self, name: str, value: Any, history: History) -> Evidence:
        default = history.defaults.get(name, value)
        return Evidence(
            (Rule.NOT_FROM_ANOTHER_ORDER, str(self._status), name),
            held=bool(value == default),
            expected=f"no {name}, or the default {excerpt(default)}",
            observed=f"{name}: {excerpt(value)}, which was not sent",
        )


_HALF_MILLISECOND, _HALF_SECOND = 500, 500_000
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "number": (int, float, Decimal)}


def _expected_and_observed(name: str, sent: Any, value: Any) -> tuple[str, str]:
    return f"{name}: {excerpt(sent)}, as sent", f"{name}: {excerpt(value)}"


def _family(field: ResponseField) -> str:
    return Rule.ECHO_OR_NOW if field.echo == "instant-or-now" else Rule.ECHO


def _double(number: float | Decimal) -> float:
    """Convert a number to a double as most JSON parsers do: digits that a double cannot hold are not compared."""
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _stored_instants(moment: datetime) -> set[datetime]:
    """Return the instants that a server may store: as sent, or truncated or rounded to milliseconds or seconds."""
    second = moment.replace(microsecond=0)
    millisecond = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    found = {moment, second, millisecond}
    # There is no instant after the last second of the year 9999.
    with suppress(OverflowError):
        if moment.microsecond % 1000 >= _HALF_MILLISECOND:
            found.add(millisecond + timedelta(milliseconds=1))
        if moment.microsecond >= _HALF_SECOND:
            found.add(second + timedelta(seconds=1))
    return found
