"""The server of what was learned: a drawn server with its responses worded as they were seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from inspect import isfunction, signature
from types import MappingProxyType
from typing import Any, ClassVar

from orders_conformance.mock.drawn.server import DrawnServer
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.json_text import JsonError, read_json
from orders_conformance.mock.learned.learned import ErrorResponse, Learned
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.rejection import FieldProblem, Rejection, Result
from orders_conformance.mock.service import Service

# What stands for a part of the request in a template.
_FIELD = "{field}"
_PLACE = re.compile(r"\{(field|reference|instant)\}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request is rejected: invalid fields, or an embedded server's sentence; and what was sent."""

    problems: tuple[FieldProblem, ...] = ()
    sentence: str = ""
    sent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def keys(self) -> tuple[str, ...]:
        """What is wrong, in the embedded server's words without names of fields."""
        return tuple(problem.text for problem in self.problems) or (self.sentence,)


class _Explained(Rejection):
    """A rejection that knows its reason."""

    def __init__(self, rejection: Rejection, reason: Reason) -> None:
        super().__init__(rejection.outcome, rejection.message, rejection.developer_message)
        self.reason = reason


def reason_of(rejection: Rejection) -> Reason:
    """Return the reason of a rejection by a learned server."""
    return rejection.reason if isinstance(rejection, _Explained) else Reason(sentence=rejection.message)


def filled(templates: Mapping[str, str], reason: Reason) -> str:
    """Return a message for a reason: a sentence for each field, or one for the whole."""
    fallback = templates.get("", "")
    if reason.problems:
        sentences = (
            _with(templates.get(one.text, fallback), {**reason.sent, "field": one.field}) for one in reason.problems
        )
        # A template that names no field is the same for all.
        return " ".join(dict.fromkeys(sentences))
    template = templates.get(reason.sentence, fallback)
    return reason.sentence if _FIELD in template else _with(template, reason.sent)


def _with(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1], ""), template)


class LearnedServer(DrawnServer):
    """A server that behaves as it was learned.

    Attributes:
        learned: what was learned.

    """

    learned: ClassVar[Learned] = Learned()

    def check(self, order: Mapping[str, Any]) -> None:
        """Check an order; a rejection knows which fields are invalid."""
        problems = self.problems(order)
        if problems:
            rejection = Rejection(outcome="rejected", message=self.message(problems))
            raise _Explained(rejection, Reason(problems, sent=self._sent(order)))

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        """Return the rejection of an order that exists; it knows its key."""
        return _Explained(super().conflict(order), Reason(sent=self._sent(order)))

    def new_ref(self, order: Mapping[str, Any]) -> str:
        """Return a ref that no order has."""
        # Numbers begin again with the process; orders of a database do not.
        ref = super().new_ref(order)
        while self.orders.by_ref(ref) is not None:
            ref = super().new_ref(order)
        return ref

    def additions(self, request: ServerRequest) -> dict[str, Any]:
        """Return the undocumented members, those that were seen included."""
        return {**(self.learned.created.more if self.learned.created else {}), **super().additions(request)}

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        """Return the error response as it was seen."""
        seen = self.learned.errors.get(rejection.outcome)
        large = self.behaviour.large_body_status != self.statuses["rejected"]
        if seen is None or (large and type(rejection) not in {Rejection, _Explained}):
            return super().reject(rejection, request)
        return ServerResponse(seen.status, seen.headers, self._body(seen, rejection))

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        """Return the response with the status that was seen."""
        response = super().respond(outcome, body, request)
        if outcome != "created" or self.learned.created is None:
            return response
        return replace(response, status=self.learned.created.status)

    def headers(self, outcome: Result) -> Headers:
        """Return the headers that were seen."""
        seen = self.learned.created
        return seen.headers if outcome == "created" and seen is not None else super().headers(outcome)

    def _sent(self, order: Mapping[str, Any]) -> Mapping[str, str]:
        sent = {"reference": order.get(self.reference_field), "instant": order.get(self.instant_field)}
        return {name: value for name, value in sent.items() if isinstance(value, str)}

    def _body(self, seen: ErrorResponse, rejection: Rejection) -> bytes:
        try:
            body = read_json(seen.body.encode())
        except JsonError:
            body = None
        if not isinstance(body, dict):
            return seen.body.encode()
        reason = reason_of(rejection)
        messages = {name: filled(templates, reason) for name, templates in seen.messages.items()}
        return self.encode(rejection.outcome, {**body, **messages})


def can_be_together(faults: Iterable[str]) -> bool:
    """Whether one server can have some faults: no two of them give one name to different things."""
    seen: dict[str, Any] = {}
    return all(seen.setdefault(name, value) == value for one in faults for name, value in _attributes(one))


@cache
def _attributes(fault: str) -> tuple[tuple[str, Any], ...]:
    """Return what the class of a fault has under which names.

    Methods of one name call each other, and are the same here if they have the same parameters.
    """
    own = [one for one in CATALOGUE[fault].__mro__ if one not in Service.__mro__]
    found = {name: value for one in reversed(own) for name, value in vars(one).items()}
    described = {name for name in found if name.startswith("__")} | {"breaks", "wire"}
    return tuple(
        (name, tuple(signature(value).parameters) if isfunction(value) else value)
        for name, value in found.items()
        if name not in described
    )


def server_of(learned: Learned, kind: type[LearnedServer] = LearnedServer) -> type[Service]:
    """Return the class of the server of what was learned; `kind` may be a variant."""
    faults = tuple(CATALOGUE[name] for name in learned.faults)
    return type(kind.__name__, (*faults, kind), {"learned": learned, "behaviour": learned.behaviour})
