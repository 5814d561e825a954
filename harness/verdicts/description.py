"""Describe what was observed in an exchange that broke a requirement: what was sent, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orders_conformance.harness.messages.exchange import SUCCESS, Exchange, Response
from orders_conformance.harness.messages.json_body import read_object
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import excerpt, field_text, listed
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import NEAR_HEADERS

# Characters of an order or a body, and of the server's message.
_ORDER, _MESSAGE = 120, 80
_ABOUT_CREDENTIALS = {
    Rule.CREDENTIALS,
    Rule.UNAUTHORIZED,
    Rule.UNAUTHORIZED_BEFORE_VALIDATION,
    Rule.UNAUTHORIZED_BEFORE_CONFLICT,
    Rule.RIGHT_CREDENTIALS,
    Rule.SCHEME_CASE,
}
_ABOUT_MEDIA_TYPE = {Rule.OTHER_MEDIA_TYPE, Rule.MEDIA_TYPE_PARAMETER, Rule.MISSING_MEDIA_TYPE}
_ABOUT_A_FIELD = {
    Rule.ACCEPT,
    Rule.VALUE,
    Rule.OPTIONAL,
    Rule.OFFSET,
    Rule.FRACTION,
    Rule.REQUIRED,
    Rule.NULL_REQUIRED,
    Rule.TYPE,
    Rule.ENUM,
    Rule.FORMAT,
}
# A conflict that should not have been reported is about the key.
_ABOUT_THE_KEY = {
    Rule.ONLY_DUPLICATES,
    Rule.RECYCLED_REFERENCE,
    Rule.REFERENCE_CASE_AND_SPACES,
    Rule.REJECTION_STORES_NOTHING,
    Rule.UNAUTHORIZED_STORES_NOTHING,
}


@dataclass(frozen=True)
class Describer:
    """Describes exchanges by a contract."""

    contract: Contract

    def describe(self, name: Name, exchange: Exchange, classification: Classification) -> str:
        """Return what was sent that matters for a requirement, and the status, message or failure that it got.

        Args:
            name: the family and subject of the requirement.
            exchange: the exchange that broke it.
            classification: of its request.

        """
        sent = self._sent(name, exchange, classification)
        if exchange.response is None:
            failure = exchange.failure
            return f"{failure.kind}: {failure.detail}; sent: {sent}" if failure else f"nothing; sent: {sent}"
        status = exchange.response.status
        if status not in SUCCESS:
            # "400 to no cardType" would read as if something called so was sent.
            sent = f"an order without {name[1]}" if sent == f"no {name[-1]}" else sent
            return f"{status} to {sent}{self._message(exchange.response)}"
        if classification.may_create:
            return f"{status} to {sent}"
        others = [text for text in self._faults(exchange, classification) if text not in sent]
        together = f"; also wrong in it: {listed(others)}" if others else ""
        verb = "was " if sent.startswith(_quoted_field(name, classification)) else ""
        return f"{sent}{' ' if verb else ': '}{verb}accepted ({status}){together}"

    def _sent(self, name: Name, exchange: Exchange, classification: Classification) -> str:
        rule, document = name[0], classification.document or {}
        if rule in _ABOUT_CREDENTIALS:
            faults = list(self._faults_of_order(exchange, classification))
            faults += ["the key of an existing order"] if rule == Rule.UNAUTHORIZED_BEFORE_CONFLICT else []
            return self._credentials(exchange, classification) + (f" with {listed(faults)}" if faults else "")
        if rule in _ABOUT_MEDIA_TYPE:
            return _media_type(exchange)
        if rule == Rule.NAME_CASE:
            return _renamed(name[1], document)
        if rule in _ABOUT_A_FIELD and classification.document is not None:
            return field_text(name[1], document)
        if rule in _ABOUT_THE_KEY and classification.key is not None:
            key = self.contract.extension.duplicate
            return f"{field_text(key.reference, document)} and {field_text(key.instant, document)}"
        repeated = "a repeat of " if rule == Rule.CONFLICT else ""
        faults = list(self._faults(exchange, classification)) or list(_unusual(classification))
        return listed(faults) if faults and not repeated else repeated + _order(exchange, classification)

    def _faults(self, exchange: Exchange, classification: Classification) -> Iterator[str]:
        """Yield everything for which the request must be rejected."""
        if not classification.has_right_credentials:
            yield self._credentials(exchange, classification)
        yield from self._faults_of_order(exchange, classification)

    def _faults_of_order(self, exchange: Exchange, classification: Classification) -> Iterator[str]:
        if classification.media != "json":
            yield _media_type(exchange)
        if classification.body_fault:
            yield _body(exchange)
        document = classification.document or {}
        texts = (
            _renamed(name[1], document) if name[0] == Rule.NAME_CASE else field_text(name[1], document)
            for name in classification.violations
        )
        yield from dict.fromkeys(texts)

    def _credentials(self, exchange: Exchange, classification: Classification) -> str:
        kinds = self.contract.extension.credentials
        words = {**kinds.right, **kinds.wrong}.get(classification.credentials, classification.credentials)
        near = exchange.probe.partition("/")[2]
        words = f"{words} ({near})" if near in NEAR_HEADERS else words
        return f"{words} and a cookie that the server set before" if exchange.request.cookie else words

    def _message(self, response: Response) -> str:
        body = read_object(response.body) or {}
        for name in self.contract.extension.message_fields:
            if isinstance(body.get(name), str):
                return f": {excerpt(body[name], _MESSAGE)}"
        return f": {excerpt(response.body, _MESSAGE)}" if response.body else ""


def _quoted_field(name: Name, classification: Classification) -> str:
    """Return how the description of a value that was sent begins; "was" follows such a value, a colon anything else."""
    present = name[0] in _ABOUT_A_FIELD and name[1] in (classification.document or {})
    return f"{name[1]}: " if present else "Content-Type: "


def _renamed(name: str, document: Mapping[str, Any]) -> str:
    """Return under which name of other letter case an order has a field."""
    other = next((one for one in document if one.casefold() == name.casefold()), None)
    return f"no {name}" if other is None else f"{other} in place of {name}"


def _media_type(exchange: Exchange) -> str:
    media_type = exchange.request.content_type
    return "no Content-Type" if media_type is None else f"Content-Type: {media_type}"


def _body(exchange: Exchange) -> str:
    body = exchange.request.body
    return f"the body {excerpt(body, _ORDER)}" if body else "an empty body"


def _order(exchange: Exchange, classification: Classification) -> str:
    if classification.document is None:
        return _body(exchange)
    return f"the order {excerpt(classification.document, _ORDER)}"


def _unusual(classification: Classification) -> Iterator[str]:
    document = classification.document or {}
    names = dict.fromkeys(name[1] for name in classification.unusual if len(name) > 1 and name[1] in document)
    yield from (field_text(name, document) for name in names)
