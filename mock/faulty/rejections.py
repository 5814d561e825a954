"""Faults in error responses: fields, encoding, status, and disclosure of internals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Altered, add_server
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import FieldProblem, Rejection, Result, ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_OUTCOMES: tuple[Result, ...] = ("rejected", "unauthorized", "conflict")
_STATUSES: Mapping[str, int] = asdict(CONTRACT.statuses)
_NAMES = ("create/400/message/names-field",)


class _LeavesOut(Altered):
    """Omits a field of an error response."""

    field: ClassVar[str]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in body.items() if name != self.field}


class _Replaces(Altered):
    """Replaces the value of a field of an error response."""

    field: ClassVar[str]
    value: ClassVar[Any]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.field: self.value}


class _Encodes(Service):
    """Writes an error response as something other than a JSON object."""

    outcome: ClassVar[Result]
    written: ClassVar[Callable[[bytes], bytes]]

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        encoded = super().encode(outcome, body)
        return type(self).written(encoded) if outcome == self.outcome else encoded


class _Typed(Service):
    """Sends an error response with another media type."""

    outcome: ClassVar[Result]
    content_type: ClassVar[str | None]

    def headers(self, outcome: Result) -> Headers:
        headers = super().headers(outcome)
        if outcome != self.outcome:
            return headers
        kept = tuple(header for header in headers if header[0] != "Content-Type")
        return (("Content-Type", self.content_type), *kept) if self.content_type else kept


_WRITTEN: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _body: b"", "an empty body"),
    "cut off": (lambda body: body[:-1], "a truncated body"),
    "page": (lambda _body: b"<html><body>Error</body></html>", "an HTML page"),
    "in array": (lambda body: b"[" + body + b"]", "the error object in an array"),
}
_TYPES = {"as text": "text/plain", "as html": "text/html", "as problem": "application/problem+json", "untyped": None}

for _outcome in _OUTCOMES:
    _status = _STATUSES[_outcome]
    for _field in CONTRACT.responses[_status].fields:
        _label = f"{_status} {_field.name}"
        _id = f"create/{_status}/{_field.name}"
        # Only developerMessage of a 409 response names the reference.
        _also = ("create/409/message/names-reference",) if _label.startswith("409 dev") else ()
        _doc = f"Omits {_field.name} in {_status}."
        _breaks = (f"{_id}/present", *_also)
        add_server(SERVERS, _LeavesOut, f"without {_label}", _doc, _breaks, outcome=_outcome, field=_field.name)
        _breaks = (f"{_id}/type", *_also)
        _other: Any = str(_status) if _field.type == "integer" else _status
        _doc = f"Responds with {_status} and {_field.name} of another type."
        add_server(
            SERVERS, _Replaces, f"odd {_label}", _doc, _breaks, outcome=_outcome, field=_field.name, value=_other
        )
        _doc = f"Responds with {_status} and null as {_field.name}."
        add_server(SERVERS, _Replaces, f"null {_label}", _doc, _breaks, outcome=_outcome, field=_field.name, value=None)
        if _field.equals is not None:
            _other = 0 if _field.type == "integer" else "FORBIDDEN"
            _doc = f"Responds with {_status} and another {_field.name}."
            add_server(
                SERVERS,
                _Replaces,
                f"wrong {_label}",
                _doc,
                (f"{_id}/value",),
                outcome=_outcome,
                field=_field.name,
                value=_other,
            )
    for _name, (_form, _body) in _WRITTEN.items():
        _doc = f"Responds with {_status} and {_body}."
        add_server(
            SERVERS,
            _Encodes,
            f"{_status} {_name}",
            _doc,
            (f"create/{_status}/json",),
            outcome=_outcome,
            written=staticmethod(_form),
        )
    for _name, _type in _TYPES.items():
        _doc = (
            f"Responds with {_status} and media type {_type}."
            if _type
            else f"Responds with {_status} without Content-Type."
        )
        add_server(
            SERVERS,
            _Typed,
            f"{_status} {_name}",
            _doc,
            (f"create/{_status}/media-type",),
            outcome=_outcome,
            content_type=_type,
        )


class _RejectionStatus(Service):
    """Responds with another status to an invalid order."""

    status: ClassVar[int]

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return replace(response, status=self.status) if rejection.outcome == "rejected" else response


for _status in (302, 403, 404, 406, 418, 422):
    _doc = f"Responds with {_status} to an invalid order."
    add_server(SERVERS, _RejectionStatus, f"refused with {_status}", _doc, ("create/400/http-status",), status=_status)
add_server(
    SERVERS,
    _RejectionStatus,
    "refused with 500",
    "Responds with 500 to an invalid order.",
    ("create/any/no-5xx",),
    status=500,
)
add_server(
    SERVERS,
    _RejectionStatus,
    "refused with 200",
    "Responds with 200 and the body of an error to an invalid order.",
    ("create/request/*", "create/201/http-status"),
    status=200,
)


@SERVERS.add
class RefusedWith409(Service):
    """Responds with 409 to an invalid order."""

    breaks = ("create/400/http-status", "create/409/only-duplicates", "create/409/message/names-reference")

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        outcome: Result = "conflict" if rejection.outcome == "rejected" else rejection.outcome
        return super().reject(Rejection(outcome, rejection.message, rejection.developer_message), request)


@SERVERS.add
class RefusesBodiesWith422(Service):
    """Responds with 422 to a body that is not a JSON object."""

    breaks = ("create/400/http-status",)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        try:
            return super().decode(request)
        except Rejection as rejection:
            raise _UnprocessableError(rejection.message) from rejection

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _UnprocessableError:
            return ServerResponse(422, (("Content-Type", "application/json"),), b'{"code":422}')


class _UnprocessableError(Exception):
    pass


class _WritesMessage(Service):
    """Writes messages that do not name the invalid field."""

    write_message: ClassVar[Callable[[FieldProblem], str]]

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return " ".join(type(self).write_message(problem) for problem in problems)


def _next_field(problem: FieldProblem) -> str:
    names = list(CONTRACT.fields)
    return str(replace(problem, field=names[(names.index(problem.field) + 1) % len(names)]))


for _label, (_write_message, _doc) in {
    "BadRequestOnly": (lambda _problem: "Bad request.", 'Writes the message "Bad request." only.'),
    "NamesNextField": (_next_field, "Names the wrong field in the message: the next one."),
    "NamesNoField": (
        lambda problem: f"A value {problem.text}.",
        "Writes what is wrong in the message, but not with which field.",
    ),
    "NamesPosition": (
        lambda problem: f"{list(CONTRACT.fields).index(problem.field)}: {problem.text}",
        "Writes the position of the field in the message instead of its name.",
    ),
    "NamesFirstLetters": (
        lambda problem: f"{problem.field[:3]}: {problem.text}",
        "Writes three letters of the field's name in the message.",
    ),
}.items():
    add_server(SERVERS, _WritesMessage, _label, _doc, _NAMES, write_message=staticmethod(_write_message))


class _OmitsField(Service):
    """Does not name the invalid field for some kinds of problems."""

    omits: ClassVar[Callable[[RequestField], bool]]

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        fields = self.contract.fields
        return " ".join("Invalid." if type(self).omits(fields[problem.field]) else str(problem) for problem in problems)


for _label, (_omits, _doc) in {
    "SilentOnEnums": (lambda field: bool(field.enum), "Does not name an invalid enum field."),
    "SilentOnDates": (lambda field: bool(field.format), "Does not name an invalid date-time field."),
    "SilentOnNumbers": (lambda field: field.type == "number", "Does not name an invalid number field."),
    "SilentOnRequired": (lambda field: field.required, "Does not name invalid required fields."),
}.items():
    add_server(SERVERS, _OmitsField, _label, _doc, _NAMES, omits=staticmethod(_omits))


class _Discloses(Service):
    """Discloses a secret or internals in an error message."""

    outcome: ClassVar[Result]
    secret: ClassVar[Callable[[Service], str]]

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        if rejection.outcome != self.outcome:
            return response
        body = self.rejection_body(rejection)
        name = self.message_fields[-1] if self.message_fields[-1] in body else self.message_fields[0]
        body[name] = f"{body[name]} {type(self).secret(self)}"
        return self.respond(rejection.outcome, body, request)


_JAVA = "java.lang.IllegalStateException: order\n\tat com.example.orders.Store.add(Store.java:57)"
_PYTHON = 'Traceback (most recent call last):\n  File "/srv/orders/store.py", line 57, in add'
_SQL = "sqlite3.IntegrityError: UNIQUE constraint failed: orders.reference, orders.instant"
_NODE = "TypeError: order is undefined\n    at add (/srv/orders/store.js:57:11)"
_TRACES = {"java": _JAVA, "python": _PYTHON, "sql": _SQL, "node": _NODE}
for _outcome in _OUTCOMES:
    _status = _STATUSES[_outcome]
    _doc = f"Discloses the API token in {_status}."
    add_server(
        SERVERS,
        _Discloses,
        f"token in {_status}",
        _doc,
        ("create/any/no-secret",),
        outcome=_outcome,
        secret=staticmethod(lambda service: service.api_token),
    )
    for _language, _trace in _TRACES.items():
        _doc = f"Discloses internals ({_language}) in {_status}."
        _breaks = ("create/any/no-stack-trace",)
        add_server(
            SERVERS,
            _Discloses,
            f"{_language} in {_status}",
            _doc,
            _breaks,
            outcome=_outcome,
            secret=staticmethod(lambda _service, trace=_trace: trace),
        )


@SERVERS.add
class TokenInHeader(Service):
    """Returns the Authorization header in each response."""

    breaks = ("create/any/no-secret",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        return replace(
            response,
            headers=(*response.headers, ("X-Request-Authorization", request.header("Authorization") or "none")),
        )


@SERVERS.add
class TokenInCreated(Altered):
    """Returns the API token in the created order."""

    breaks = ("create/any/no-secret",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"client": {"key": self.client_key, "token": self.api_token}}


@SERVERS.add
class TraceForBrokenBodies(Service):
    """Discloses a stack trace where a body is not JSON."""

    breaks = ("create/any/no-stack-trace",)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        try:
            return super().decode(request)
        except Rejection as rejection:
            raise Rejection(outcome="rejected", message=rejection.message, developer_message=_PYTHON) from rejection


@SERVERS.add
class TraceWithFailure(Service):
    """Responds with 500 and a stack trace to a body that is not JSON."""

    breaks = ("create/any/no-5xx", "create/any/no-stack-trace")

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["rejected"] and b"not JSON" in response.body:
            return ServerResponse(500, (("Content-Type", "text/html"),), f"<pre>{_JAVA}</pre>".encode())
        return response
