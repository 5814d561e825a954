"""Classify requests: what the contract says about a request, read from its bytes.

Three words are used throughout the project:

* *Plain*: a valid value or order that every conformant server accepts. The *plain core* is the set of these, as
  `core` in the contract's extension defines it, with the organisation's own values.
* *Unusual*: a value or order whose handling the vendor's page does not specify. A server may accept or reject it.
* *Key*: reference and instant of an order. Two orders with the same key are duplicates.

The label of a probe is used only for the kind of wrong credentials, and only where the bytes do not show the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.messages.json_body import decimals, read_body
from orders_conformance.spec import date_time, patterns
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField
from orders_conformance.spec.rules import Rule

Name = tuple[str, ...]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float, Decimal),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}

# Limits of an ordinary wrong value: items of a list or object, characters of a text, amount of a number,
# which a double holds exactly.
_ORDINARY_ITEMS, _ORDINARY_LENGTH, _ORDINARY_NUMBER = 4, 100, 10**15

_Validator = extend(Draft202012Validator, {"pattern": patterns.violations})  # type: ignore[no-untyped-call] # it has no annotation


@dataclass(frozen=True, slots=True)
class Key:
    """The key of an order: its reference and its instant; `written` is the instant as it was sent."""

    reference: str
    instant: datetime
    written: str


@dataclass(frozen=True, slots=True)
class Classification:
    """What the contract says about a request. Requirements are named by family and subject.

    Attributes:
        credentials: the variant of the credentials.
        media: the kind of media type: `json`, `parameter` (JSON with a parameter that the server should accept),
            `unusual`, `missing` or `other`.
        body_fault: the kind of broken body; None if the body is JSON.
        document: the body if it is a JSON object, else None.
        violations: the requirements that the order violates; the server must (or should) reject it.
        unusual: the observations about what is unusual in the request; the server may accept or reject it.
        features: the requirements that are kept if the server accepts the order.
        key: the key of the order; None if reference or instant is missing or invalid.
        has_right_credentials: whether the server must authenticate the request.
        made_at: when it was made; None where that is not known.

    """

    credentials: str
    media: str
    body_fault: str | None = None
    document: Mapping[str, Any] | None = None
    violations: tuple[Name, ...] = ()
    unusual: tuple[Name, ...] = ()
    features: tuple[Name, ...] = ()
    key: Key | None = None
    has_right_credentials: bool = True
    made_at: datetime | None = field(default=None, compare=False)

    @property
    def may_create(self) -> bool:
        """Whether a conformant server may create an order: no requirement says to reject the request."""
        return self.has_right_credentials and not (self.violations or self.body_fault or self.media == "other")

    @property
    def wrong_fields(self) -> frozenset[str]:
        """The fields that violate a requirement."""
        return frozenset(name[1] for name in self.violations)

    @property
    def unusual_fields(self) -> frozenset[str]:
        """The fields whose value is unusual: the server may store it in another form."""
        return frozenset(name[1] for name in self.unusual if name[0] == Rule.UNUSUAL_VALUES)

    def plainly_sent(self) -> Mapping[str, Any]:
        """Return the fields of the order without those that violate a requirement."""
        wrong = self.wrong_fields
        return {name: value for name, value in (self.document or {}).items() if name not in wrong}


class Classifier:
    """Classifies requests by a contract, the credentials and the organisation's own values."""

    def __init__(
        self, contract: Contract, credentials: Callable[[Request], str], organisation: Mapping[str, str]
    ) -> None:
        """Compile the schema of the plain core.

        Args:
            contract: the contract.
            credentials: returns the variant of the credentials of a request.
            organisation: the organisation's own value of each field that has one; these values are plain.

        """
        self._contract = contract
        self._credentials = credentials
        self._right = frozenset(contract.extension.credentials.right)
        core = contract.extension.core
        own = {name: {"const": value} for name, value in organisation.items()}
        # Of a text or number field that the core does not mention, only the examples are plain.
        listed = {
            field.name: {"enum": list(field.examples)}
            for field in contract.fields.values()
            if not (field.enum or field.format or field.organisation or field.name in core.schema["properties"])
        }
        self._core = _Validator({"allOf": [core.schema, {"properties": {**listed, **own}}]})
        self._decimals: int = core.decimals
        self._after = date_time.parse(core.after)
        self._chronology = core.chronology
        self._together = core.together
        self._fraction = re.compile(r"\.(\d+)")
        self._fraction_digits: int = core.fraction_digits
        self._offsets = tuple(timedelta(hours=hours) for hours in core.offset_hours)

    def classify(self, request: Request, now: datetime) -> Classification:
        """Classify a request that is sent at `now`."""
        credentials = self._credentials(request)
        media = self._media(request.content_type)
        fault, document, repeated = read_body(request.body)
        if document is None:
            too_deep: tuple[Name, ...] = () if fault else ((Rule.UNKNOWN_PROPERTY,),)
            return Classification(
                credentials,
                media,
                body_fault=fault,
                unusual=too_deep,
                has_right_credentials=credentials in self._right,
                made_at=now,
            )
        found = [finding for field in self._contract.fields.values() for finding in self._field(field, document, now)]
        violations = tuple(name for kind, name in found if kind == "violation")
        unusual: list[Name] = [name for kind, name in found if kind == "unusual"]
        renamed = {name[1].casefold() for name in violations if name[0] == Rule.NAME_CASE}
        unknown = document.keys() - self._contract.fields.keys()
        if repeated or any(name.casefold() not in renamed for name in unknown):
            unusual.append((Rule.UNKNOWN_PROPERTY,))
        if not violations:
            unusual += [(Rule.UNUSUAL_VALUES, name) for name in self._outside_core(document)]
        return Classification(
            credentials,
            media,
            document=document,
            violations=violations,
            unusual=tuple(dict.fromkeys(unusual)),
            features=tuple(
                name for kind, name in found if kind == "feature" and (Rule.UNUSUAL_VALUES, name[1]) not in unusual
            ),
            key=self._key(document),
            has_right_credentials=credentials in self._right,
            made_at=now,
        )

    def is_plain_but_for(self, name: str, document: Mapping[str, Any]) -> bool:
        """Whether all other fields of an order are plain and the wrong value of field `name` is an ordinary one.

        Where another field depends on field `name`, its value may be the one that the server rejects.
        """
        partners = {partner for group in self._together if name in group for partner in group} - {name}
        if partners & document.keys():
            return False
        rest = {other: value for other, value in document.items() if other != name}
        return not set(self._outside_core(rest)) - {name, *partners} and _is_ordinary(document.get(name))

    def _field(self, field: RequestField, document: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, Name]]:
        name = field.name
        if name not in document:
            yield self._absence(field, document)
            return
        value: Any = document[name]
        if value is None:
            yield (
                ("violation", (Rule.NULL_REQUIRED, name)) if field.required else ("unusual", (Rule.NULL_OPTIONAL, name))
            )
        elif isinstance(value, bool) or not isinstance(value, _TYPES[field.type]):
            yield "violation", (Rule.TYPE, name)
        elif field.enum:
            yield (
                ("feature", (Rule.VALUE, name, str(value))) if value in field.enum else ("violation", (Rule.ENUM, name))
            )
        elif field.format == "date-time":
            yield from self._instant(name, str(value), now)
        else:
            yield "feature", (Rule.ACCEPT, name)

    def _absence(self, field: RequestField, document: Mapping[str, Any]) -> tuple[str, Name]:
        if not field.required:
            return "feature", (Rule.OPTIONAL, field.name)
        renamed = any(name.casefold() == field.name.casefold() for name in document)
        return "violation", (Rule.NAME_CASE if renamed else Rule.REQUIRED, field.name)

    def _instant(self, name: str, value: str, now: datetime) -> Iterator[tuple[str, Name]]:
        instant = date_time.parse(value)
        if instant is None:
            yield (
                ("unusual", (Rule.UNUSUAL_VALUES, name))
                if date_time.is_unusual(value)
                else ("violation", (Rule.FORMAT, name))
            )
            return
        fraction = self._fraction.search(value)
        digits = len(fraction[1]) if fraction else 0
        west, east = self._offsets
        near = west <= (instant.utcoffset() or timedelta()) <= east
        if not (near and self._after and self._after <= instant <= now) or digits > self._fraction_digits:
            yield "unusual", (Rule.UNUSUAL_VALUES, name)
        if digits:
            yield "feature", (Rule.FRACTION, name)
        if not value.endswith("Z"):
            yield "feature", (Rule.OFFSET, name)
        yield "feature", (Rule.ACCEPT, name)

    def _outside_core(self, document: Mapping[str, Any]) -> Iterator[str]:
        present = {name: value for name, value in document.items() if value is not None}
        # The limits in the schema are binary floats: a Decimal equal to a limit could compare as greater.
        rounded = {name: float(value) if isinstance(value, Decimal) else value for name, value in present.items()}
        for error in self._core.iter_errors(rounded):
            if error.path:
                yield str(error.path[0])
            elif error.validator == "required":
                yield next(name for name in error.validator_value if name not in present)
            else:
                # The order is outside the core, but not because of a single field.
                yield ""
        for name, value in present.items():
            if isinstance(value, Decimal) and decimals(value) > self._decimals:
                yield name
        moments = [(name, date_time.parse(present.get(name))) for name in self._chronology]
        known = [(name, moment) for name, moment in moments if moment is not None]
        for (_, earlier), (name, later) in pairwise(known):
            if later < earlier:
                yield name

    def _media(self, content_type: str | None) -> str:
        if content_type is None:
            return "missing"
        if content_type == "application/json":
            return "json"
        if content_type in self._contract.extension.media_types.accepted:
            return "parameter"
        essence = content_type.partition(";")[0].strip().lower()
        return "unusual" if essence == "application/json" or essence.endswith("+json") else "other"

    def _key(self, document: Mapping[str, Any]) -> Key | None:
        rule = self._contract.extension.duplicate
        reference, written = document.get(rule.reference), document.get(rule.instant)
        instant = date_time.parse(written)
        if not isinstance(reference, str) or instant is None:
            return None
        return Key(reference, instant, str(written))


def _is_ordinary(value: Any) -> bool:
    """Whether any JSON parser reads a value: a short ASCII text, a small number, or a few of these without nesting."""
    inner = [value]
    if isinstance(value, (list, Mapping)):
        inner = [*value, *value.values()] if isinstance(value, Mapping) else value
    return len(inner) <= _ORDINARY_ITEMS and all(
        one is None
        or isinstance(one, bool)
        or (isinstance(one, str) and len(one) <= _ORDINARY_LENGTH and one.isascii() and one.isprintable())
        or (isinstance(one, Decimal) and abs(one) <= _ORDINARY_NUMBER)
        for one in inner
    )
