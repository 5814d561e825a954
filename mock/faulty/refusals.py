"""Faults in the answers to what is refused: their fields, their form, their status, and what they let out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Altered, of_row
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import FieldProblem, Rejection, Result, ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_OUTCOMES: tuple[Result, ...] = ("rejected", "unauthorized", "conflict")
_STATUSES: Mapping[str, int] = asdict(CONTRACT.statuses)
_NAMES = ("create/400/message/names-field",)


class _LeavesOut(Altered):
    """Leaves out a field of a refusal."""

    field: ClassVar[str]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in body.items() if name != self.field}


class _Replaces(Altered):
    """Puts something else in the place of a field of a refusal."""

    field: ClassVar[str]
    value: ClassVar[Any]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.field: self.value}


class _Encodes(Service):
    """Writes a refusal as something else than a JSON object."""

    outcome: ClassVar[Result]
    written: ClassVar[Callable[[bytes], bytes]]

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        encoded = super().encode(outcome, body)
        return type(self).written(encoded) if outcome == self.outcome else encoded


class _Typed(Service):
    """Says that a refusal is something else than JSON."""

    outcome: ClassVar[Result]
    content_type: ClassVar[str | None]

    def headers(self, outcome: Result) -> Headers:
        headers = super().headers(outcome)
        if outcome != self.outcome:
            return headers
        kept = tuple(header for header in headers if header[0] != "Content-Type")
        return (("Content-Type", self.content_type), *kept) if self.content_type else kept


_WRITTEN: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _body: b"",
    "cut off": lambda body: body[:-1],
    "page": lambda _body: b"<html><body>Error</body></html>",
    "in array": lambda body: b"[" + body + b"]",
}
_TYPES = {"as text": "text/plain", "as html": "text/html", "as problem": "application/problem+json", "untyped": None}

for _outcome in _OUTCOMES:
    _status = _STATUSES[_outcome]
    for _field in CONTRACT.responses[_status].fields:
        _label = f"{_status} {_field.name}"
        _id = f"create/{_status}/{_field.name}"
        # The reference of a conflict stands in the message for developers only.
        _also = ("create/409/message/names-reference",) if _label.startswith("409 dev") else ()
        _lie = f"Leaves out {_field.name} of {_status}."
        _breaks = (f"{_id}/present", *_also)
        of_row(SERVERS, _LeavesOut, f"without {_label}", _lie, _breaks, outcome=_outcome, field=_field.name)
        _breaks = (f"{_id}/type", *_also)
        _other: Any = str(_status) if _field.type == "integer" else _status
        _lie = f"Answers {_status} with {_field.name} of another type."
        of_row(SERVERS, _Replaces, f"odd {_label}", _lie, _breaks, outcome=_outcome, field=_field.name, value=_other)
        _lie = f"Answers {_status} with {_field.name} null."
        of_row(SERVERS, _Replaces, f"null {_label}", _lie, _breaks, outcome=_outcome, field=_field.name, value=None)
        if _field.equals is not None:
            _other = 0 if _field.type == "integer" else "FORBIDDEN"
            _lie = f"Answers {_status} with another {_field.name}."
            of_row(
                SERVERS,
                _Replaces,
                f"wrong {_label}",
                _lie,
                (f"{_id}/value",),
                outcome=_outcome,
                field=_field.name,
                value=_other,
            )
    for _name, _form in _WRITTEN.items():
        _lie = f"Answers {_status} with a body that is {_name}."
        of_row(
            SERVERS,
            _Encodes,
            f"{_status} {_name}",
            _lie,
            (f"create/{_status}/json",),
            outcome=_outcome,
            written=staticmethod(_form),
        )
    for _name, _type in _TYPES.items():
        _lie = (
            f"Says that the body of {_status} is {_type}." if _type else f"Does not say what the body of {_status} is."
        )
        of_row(
            SERVERS,
            _Typed,
            f"{_status} {_name}",
            _lie,
            (f"create/{_status}/media-type",),
            outcome=_outcome,
            content_type=_type,
        )


class _AnswersRefusal(Service):
    """Answers another status to an invalid order."""

    status: ClassVar[int]

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        return replace(response, status=self.status) if refusal.outcome == "rejected" else response


for _status in (302, 403, 404, 406, 418, 422):
    _lie = f"Answers {_status} to an invalid order."
    of_row(SERVERS, _AnswersRefusal, f"refused with {_status}", _lie, ("create/400/http-status",), status=_status)
of_row(SERVERS, _AnswersRefusal, "refused with 500", "Fails on an invalid order.", ("create/any/no-5xx",), status=500)
of_row(
    SERVERS,
    _AnswersRefusal,
    "refused with 200",
    "Answers 200 to an invalid order, with the body of a refusal.",
    ("create/request/*", "create/201/http-status"),
    status=200,
)


@SERVERS.add
class RefusedWith409(Service):
    """Answers 409 to an invalid order."""

    breaks = ("create/400/http-status", "create/409/only-duplicates", "create/409/message/names-reference")

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        outcome: Result = "conflict" if refusal.outcome == "rejected" else refusal.outcome
        return super().refuse(Rejection(outcome, refusal.message, refusal.developer_message), request)


@SERVERS.add
class RefusesBodiesWith422(Service):
    """Answers 422 to a body that is no JSON object."""

    breaks = ("create/400/http-status",)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        try:
            return super().decode(request)
        except Rejection as refusal:
            raise _UnprocessableError(refusal.message) from refusal

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _UnprocessableError:
            return ServerResponse(422, (("Content-Type", "application/json"),), b'{"code":422}')


class _UnprocessableError(Exception):
    pass


class _Says(Service):
    """Does not name the field that is wrong."""

    words: ClassVar[Callable[[FieldProblem], str]]

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return " ".join(type(self).words(problem) for problem in problems)


def _next_field(problem: FieldProblem) -> str:
    names = list(CONTRACT.fields)
    return str(replace(problem, field=names[(names.index(problem.field) + 1) % len(names)]))


for _label, (_words, _lie) in {
    "BadRequestOnly": (lambda _problem: "Bad request.", "Says that the request is bad, and no more."),
    "NamesNextField": (_next_field, "Names the next field as the wrong one."),
    "NamesNoField": (lambda problem: f"A value {problem.text}.", "Says what is wrong, but not with which field."),
    "NamesPosition": (
        lambda problem: f"{list(CONTRACT.fields).index(problem.field)}: {problem.text}",
        "Names the position of the field.",
    ),
    "NamesFirstLetters": (lambda problem: f"{problem.field[:3]}: {problem.text}", "Names three letters of the field."),
}.items():
    of_row(SERVERS, _Says, _label, _lie, _NAMES, words=staticmethod(_words))


class _SaysNothingOf(Service):
    """Does not name the field for some kinds of problems."""

    silent: ClassVar[Callable[[RequestField], bool]]

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        fields = self.contract.fields
        return " ".join(
            "Invalid." if type(self).silent(fields[problem.field]) else str(problem) for problem in problems
        )


for _label, (_silent, _lie) in {
    "SilentOnEnums": (lambda field: bool(field.enum), "Does not name a field whose value is not on its list."),
    "SilentOnDates": (lambda field: bool(field.format), "Does not name a field whose value is no date."),
    "SilentOnNumbers": (lambda field: field.type == "number", "Does not name a field whose value is no number."),
    "SilentOnRequired": (lambda field: field.required, "Does not name required fields."),
}.items():
    of_row(SERVERS, _SaysNothingOf, _label, _lie, _NAMES, silent=staticmethod(_silent))


class _LetsOut(Service):
    """Says more for developers than it should."""

    outcome: ClassVar[Result]
    secret: ClassVar[Callable[[Service], str]]

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        if refusal.outcome != self.outcome:
            return response
        body = self.refusal(refusal)
        name = self.message_fields[-1] if self.message_fields[-1] in body else self.message_fields[0]
        body[name] = f"{body[name]} {type(self).secret(self)}"
        return self.respond(refusal.outcome, body, request)


_JAVA = "java.lang.IllegalStateException: order\n\tat com.example.orders.Store.add(Store.java:57)"
_PYTHON = 'Traceback (most recent call last):\n  File "/srv/orders/store.py", line 57, in add'
_SQL = "sqlite3.IntegrityError: UNIQUE constraint failed: orders.reference, orders.instant"
_NODE = "TypeError: order is undefined\n    at add (/srv/orders/store.js:57:11)"
_TRACES = {"java": _JAVA, "python": _PYTHON, "sql": _SQL, "node": _NODE}
for _outcome in _OUTCOMES:
    _status = _STATUSES[_outcome]
    _lie = f"Tells the API token in {_status}."
    of_row(
        SERVERS,
        _LetsOut,
        f"token in {_status}",
        _lie,
        ("create/any/no-secret",),
        outcome=_outcome,
        secret=staticmethod(lambda service: service.api_token),
    )
    for _language, _trace in _TRACES.items():
        _lie = f"Shows its insides ({_language}) in {_status}."
        _breaks = ("create/any/no-stack-trace",)
        of_row(
            SERVERS,
            _LetsOut,
            f"{_language} in {_status}",
            _lie,
            _breaks,
            outcome=_outcome,
            secret=staticmethod(lambda _service, trace=_trace: trace),
        )


@SERVERS.add
class TokenInHeader(Service):
    """Sends the Authorization header back with each answer."""

    breaks = ("create/any/no-secret",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        return replace(
            response,
            headers=(*response.headers, ("X-Request-Authorization", request.header("Authorization") or "none")),
        )


@SERVERS.add
class TokenInCreated(Altered):
    """Tells the API token with the created order."""

    breaks = ("create/any/no-secret",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"client": {"key": self.client_key, "token": self.api_token}}


@SERVERS.add
class TraceForBrokenBodies(Service):
    """Shows its insides where a body is no JSON."""

    breaks = ("create/any/no-stack-trace",)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        try:
            return super().decode(request)
        except Rejection as refusal:
            raise Rejection(outcome="rejected", message=refusal.message, developer_message=_PYTHON) from refusal


@SERVERS.add
class TraceWithFailure(Service):
    """Fails on broken JSON, and shows its insides."""

    breaks = ("create/any/no-5xx", "create/any/no-stack-trace")

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["rejected"] and b"not JSON" in response.body:
            return ServerResponse(500, (("Content-Type", "text/html"),), f"<pre>{_JAVA}</pre>".encode())
        return response
