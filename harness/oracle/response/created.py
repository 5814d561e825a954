"""Judge the body of the response to a created order: echo, identity, and values that come from other orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Dependent, Evidence, Judgement, checked, excerpt, kept, together
from orders_conformance.harness.oracle.history import History, remembered
from orders_conformance.harness.oracle.response.equivalence import Sent, equivalence
from orders_conformance.harness.oracle.response.instant import read_instant
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import ResponseField
from orders_conformance.spec.rules import Rule


@dataclass(frozen=True, slots=True)
class _Creation:
    """What the judgement of a created order depends on besides the response."""

    classification: Classification
    history: History
    now: datetime

    @property
    def order(self) -> Mapping[str, Any]:
        return self.classification.document or {}


class CreatedJudge:
    """Judges the body of the response to a created order by what was sent and by the orders created before."""

    def __init__(self, contract: Contract) -> None:
        """Read from a contract which response fields echo the order and which identify it."""
        self._status = contract.extension.statuses.created
        self._identity = contract.extension.identity
        self._path = contract.path
        self._tolerance = contract.extension.clock_tolerance_seconds
        self._decimals = contract.extension.core.decimals
        self._echoed = tuple(field for field in contract.responses[self._status].fields if field.echo)

    def judge(
        self, body: Mapping[str, Any], classification: Classification, history: History, now: datetime
    ) -> Judgement:
        """Judge a body. Fields of a wrong type are skipped: `response.field` judges them."""
        sent = classification.document or {}
        parts = [Judgement((*self._unique(body, sent, history), *self._link(body, sent, history)))]
        if classification.document is not None:
            creation, wrong = _Creation(classification, history, now), classification.wrong_fields
            parts += [
                self._field(field, body.get(field.name), creation) for field in self._echoed if field.name not in wrong
            ]
        return together(parts)

    def _field(self, field: ResponseField, value: Any, creation: _Creation) -> Judgement:
        """Judge the value of one field that repeats the field of the request."""
        name, sent = field.name, creation.order.get(field.name)
        if sent is None and name in creation.order and value in _TEXTS_OF_NULL:
            of_null = partial(_expected_and_observed, name, sent, value)
            return Judgement((checked(self._echo_of(field), of_null, held=False),))
        if value is None and sent is None and field.only_repeats:
            return Judgement((kept((Rule.NOT_FROM_ANOTHER_ORDER, str(self._status), name)),))
        if value is None or isinstance(value, bool) or not isinstance(value, _PYTHON_TYPES[field.type]):
            return Judgement(())
        if sent is not None:
            return self._echo(field, sent, value, creation)
        if field.echo == "instant-or-now":
            cause = self._cause(field, value, creation.history)
            if cause is not None:
                return Judgement((), dependent=(Dependent(self._echo_of(field), cause),))
            now = date_time.text(creation.now)
            return Judgement(
                (
                    checked(
                        self._echo_of(field),
                        lambda: (f"{name}: about {now}", f"{name}: {excerpt(value)}"),
                        held=self._is_now(value, creation.now),
                    ),
                )
            )
        return self._default(field, value, creation.history) if field.only_repeats else Judgement(())

    def _echo(self, field: ResponseField, sent: Any, value: Any, creation: _Creation) -> Judgement:
        """Judge the value of a field that was sent."""
        name, requirement = field.name, self._echo_of(field)
        row = equivalence(field.echo or "", Sent(sent, self._decimals), value)
        if row is not None or (field.echo == "instant-or-now" and self._is_now(value, creation.now)):
            is_changed = name in creation.classification.unusual_fields and row is not None and value != sent
            if not is_changed:
                return Judgement((kept(requirement),))
            observed = ((Rule.UNUSUAL_VALUES, name), f"{name}: {excerpt(sent)} returned as {excerpt(value)}")
            return Judgement((kept(requirement),), (observed,))
        cause = self._cause(field, value, creation.history)
        if cause is not None:
            return Judgement((), dependent=(Dependent(requirement, cause),))
        return Judgement((checked(requirement, partial(_expected_and_observed, name, sent, value), held=False),))

    def _echo_of(self, field: ResponseField) -> Name:
        family = Rule.ECHO_OR_NOW if field.echo == "instant-or-now" else Rule.ECHO
        return (family, str(self._status), field.name)

    def _cause(self, field: ResponseField, value: Any, history: History) -> Name | None:
        """Return the requirement that another value breaks already: a value is one fault, not two."""
        status = str(self._status)
        if history.saw_broken_utf8 and not str(value).isascii():
            return (Rule.OBJECT, status)
        if field.enum and value not in field.enum:
            return (Rule.RESPONSE_ENUM, status, field.name)
        # A text without digits is no notation of an instant: it says another value, and not the same one badly.
        if field.format == "date-time" and not date_time.is_well_formed(value) and _DIGIT.search(str(value)):
            return (Rule.RESPONSE_FORMAT, status, field.name)
        return None

    def _unique(self, body: Mapping[str, Any], sent: Mapping[str, Any], history: History) -> Iterator[Evidence]:
        """Judge whether ref and link are the server's own: no other order has them, and the request did not."""
        for rule, name, known in (
            (Rule.UNIQUE_REF, self._identity.reference, history.refs),
            (Rule.UNIQUE_HREF, self._identity.link, history.hrefs),
        ):
            value = body.get(name)
            if isinstance(value, str) and value:
                other, is_taken = known.get(remembered(value)), value == sent.get(name)
                where = "was sent" if is_taken else f"in exchange {other}"
                yield Evidence(
                    (rule,),
                    held=other is None and not is_taken,
                    expected=f"a {name} of the server's own" if is_taken else f"a {name} that no other order has",
                    observed=f"{name}: {excerpt(value)}, as {where}",
                )

    def _link(self, body: Mapping[str, Any], sent: Mapping[str, Any], history: History) -> Iterator[Evidence]:
        """Judge whether the link is that of the order: at least not that of another one, whose ref it ends in."""
        reference, link = body.get(self._identity.reference), body.get(self._identity.link)
        if not isinstance(reference, str) or not isinstance(link, str) or link == sent.get(self._identity.link):
            return
        try:
            path = unquote(urlsplit(link).path) if len(link) <= _LONGEST_LINK else link
        except ValueError:
            # It is no URL, so that it has no path.
            path = link
        held, expected = path.endswith(f"{self._path}/{reference}"), f"…{self._path}/{reference}"
        head, _, tail = path.rpartition("/")
        other = history.refs.get(remembered(tail)) if head.endswith(self._path) and not held else None
        if other is not None:
            observed = f"{excerpt(link)}, which names the order of exchange {other}"
            yield Evidence((Rule.UNIQUE_HREF,), held=False, expected=expected, observed=observed)
            return
        yield Evidence((Rule.HREF_ENDS_IN_REF,), held=held, expected=expected, observed=excerpt(link))

    def _is_now(self, value: object, now: datetime) -> bool:
        instant, current = read_instant(value), read_instant(date_time.text(now))
        return instant is not None and current is not None and abs(instant.seconds - current.seconds) <= self._tolerance

    def _default(self, field: ResponseField, value: Any, history: History) -> Judgement:
        """Judge the value of a field that was not sent: it may be a default, but not what another order had.

        Only values that were really sent in other orders of this run count. One of them may be the server's default,
        and a server that makes up values returns some of them by chance; so a single one is no evidence.
        """
        name, returned = field.name, history.unsent.get(field.name)
        requirement: Name = (Rule.NOT_FROM_ANOTHER_ORDER, str(self._status), name)
        if returned is None or value == returned.default:
            return Judgement((kept(requirement),))
        enough = _SENT_OF_ENUM if field.enum else _SENT
        is_sent = value in history.sent_values.get(name, ()) and not returned.made_up and returned.sent + 1 >= enough
        of_field, of_all = history.times_of_newest(name, value)
        is_of_newest = of_field >= _OF_NEWEST or of_all >= _OF_NEWEST_OF_ALL
        if not (is_sent or is_of_newest):
            return Judgement(())
        expected = f"no {name}, or {excerpt(returned.default)} as for other orders without it"
        observed = f"{name}: {excerpt(value)}, which another order had"
        return Judgement((Evidence(requirement, held=False, expected=expected, observed=observed),))


# How many values of other orders are evidence, or of the newest order each time: a server that draws one of 13 values
# at random returns 3 that were sent about once in 60 runs, and that of the newest order 3 times about once in 2000.
_SENT, _SENT_OF_ENUM, _OF_NEWEST, _OF_NEWEST_OF_ALL = 2, 3, 3, 4
# Characters of a link that is taken apart, as URLs in use are; `urlsplit` keeps the last 128 results.
_LONGEST_LINK = 8192
_DIGIT = re.compile("[0-9]")
# What null becomes where a language writes it as a text.
_TEXTS_OF_NULL = ("null", "NULL", "None", "nil", "undefined", "<null>")
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "number": (int, float, Decimal)}


def _expected_and_observed(name: str, sent: Any, value: Any) -> tuple[str, str]:
    return f"{name}: {excerpt(sent)}, as sent", f"{name}: {excerpt(value)}"
