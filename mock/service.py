"""The embedded orders service: a function from a request to a response, with stored orders.

`Service.handle` calls small steps in this order: `route`, `is_authenticated`, `accepts_media_type`, `decode`,
`normalise`, `check`, `created`, `store`, `respond`. A variant of the embedded server overrides one or two steps. All
names and values of the API are read from the contract.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import localcontext
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from orders_conformance.mock.json_text import JsonError, read_json, write_json
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.rejection import FieldProblem, Rejection, Result
from orders_conformance.mock.rendering import created_body, error_body
from orders_conformance.mock.storage import OrderStore
from orders_conformance.mock.validation import enum_problem, format_problem, type_problem
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse, text
from orders_conformance.spec.fields import RequestField

__all__ = ["FieldProblem", "Rejection", "Result", "ServerRequest", "ServerResponse", "Service", "WireBehaviour"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNDOCUMENTED_STATUSES = {"not_found": 404, "method": 405}
_FOUND, _REMOVED = 200, 204
# Digits of decimal arithmetic: enough for all digits of any double, about 1e-324 to 1e308.
_DIGITS = 1000


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class Service:
    """The embedded orders service; thread-safe.

    Attributes:
        breaks: the requirements that a variant breaks: ids or patterns of `fnmatch`. A variant that meets the contract
            breaks none of level *must*.
        wire: whether the variant differs from the embedded service only over HTTP.
        tenant_only: whether the variant is conformant only in runs of profile `tenant`, which send few wrong
            credentials.
        keep_alive: for how many seconds a connection is kept open without a request.
        one_connection: whether only one connection is served at a time, until it is closed; others wait.
        stops_run: by profile, the words of the reason for which a run against the variant must end without judging it.

    """

    breaks: ClassVar[tuple[str, ...]] = ()
    wire: ClassVar[bool] = False
    tenant_only: ClassVar[bool] = False
    keep_alive: ClassVar[float] = 5.0
    one_connection: ClassVar[bool] = False
    stops_run: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init__(  # noqa: PLR0913 - each is a dependency that a test replaces
        self,
        contract: Contract,
        *,
        client_key: str,
        api_token: str,
        clock: Callable[[], datetime] = utc_now,
        base_url: str | None = None,
        database: str = ":memory:",
        organisation: Mapping[str, str] | None = None,
    ) -> None:
        """Open the service.

        Args:
            contract: the contract to serve.
            client_key: the organisation's user name.
            api_token: the organisation's password.
            clock: returns the current time, with an offset from UTC.
            base_url: the beginning of links; by default the host of the request.
            database: the path of an SQLite database, or `:memory:`.
            organisation: the organisation's own values, by field; by default the contract's first examples.

        """
        self.contract = contract
        self.client_key = client_key
        self.api_token = api_token
        self.clock = clock
        self.base_url = base_url
        self.orders = OrderStore(database)
        self.organisation = organisation or {f.name: f.examples[0] for f in contract.fields.values() if f.organisation}
        self.reference_field: str = contract.extension.duplicate.reference
        self.instant_field: str = contract.extension.duplicate.instant
        self.ref_field: str = contract.extension.identity.reference
        self.link_field: str = contract.extension.identity.link
        self.message_fields: tuple[str, ...] = contract.extension.message_fields
        self.statuses: Mapping[str, int] = {**asdict(contract.statuses), **_UNDOCUMENTED_STATUSES}
        self.set_up()

    def set_up(self) -> None:
        """Initialise the state of a variant; the embedded service has no state but its orders."""

    def close(self) -> None:
        """Close the database."""
        self.orders.close()

    # Processing of a request.

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Return the response to a request."""
        try:
            with localcontext(prec=_DIGITS):
                return self.process(request)
        except Rejection as rejection:
            return self.reject(rejection, request)

    def process(self, request: ServerRequest) -> ServerResponse:
        """Return the response to a request that is not rejected.

        Raises:
            Rejection: the request is rejected.

        """
        self.route(request)
        if not self.is_authenticated(request):
            raise Rejection(outcome="unauthorized")
        if request.method != "POST":
            return self.find_or_remove(request)
        if not self.accepts_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")
        return self.create(self.decode(request), request)

    def route(self, request: ServerRequest) -> None:
        """Check that path and method are served.

        Raises:
            Rejection: they are not.

        """
        path = urlsplit(request.path).path
        below = path.startswith(f"{self.contract.path}/")
        if path != self.contract.path and not below:
            raise Rejection(outcome="not_found", message="There is nothing at this path.")
        if request.method not in (("GET", "DELETE") if below else ("POST", "GET")):
            raise Rejection(outcome="method", message="This method is not served here.")

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        """Create an order.

        Raises:
            Rejection: it is invalid, or exists.

        """
        order = self.normalise(order)
        self.check(order)
        record = self.created(order, request)
        if not self.store(order, record, request):
            raise self.conflict(order)
        return self.respond("created", record, request)

    # Authentication.

    def is_authenticated(self, request: ServerRequest) -> bool:
        """Return whether a request has the right credentials."""
        credentials = self.credentials(request.header("Authorization"))
        return credentials is not None and self.credentials_match(*credentials)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        """Return user name and password of an Authorization header of scheme Basic; None where it has none."""
        scheme, _, encoded = (header or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None

    def credentials_match(self, user: str, password: str) -> bool:
        """Return whether user name and password are the organisation's."""
        return self.same_text(user, self.client_key) and self.same_text(password, self.api_token)

    def same_text(self, given: str, expected: str) -> bool:
        """Return whether two secrets are equal, compared in constant time."""
        return hmac.compare_digest(given.encode(), expected.encode())

    # Reading of the body.

    def accepts_media_type(self, request: ServerRequest) -> bool:
        """Return whether the media type of the body is JSON."""
        return (request.header("Content-Type") or "").partition(";")[0].strip().lower() == "application/json"

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        """Return the order in the body.

        Raises:
            Rejection: it is not a JSON object.

        """
        try:
            order = self.read(request.body)
        except JsonError as error:
            raise Rejection(outcome="rejected", message=f"The body {error}.") from error
        if not isinstance(order, dict):
            raise Rejection(outcome="rejected", message="The body must be a JSON object.")
        return order

    def read(self, content: bytes) -> Any:
        """Read a JSON document.

        Raises:
            JsonError: it is not JSON.

        """
        return read_json(content)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order for validation: without undocumented properties and optional fields that are null."""
        fields = self.contract.fields
        return {
            name: value
            for name, value in order.items()
            if name in fields and (value is not None or fields[name].required)
        }

    # Validation.

    def check(self, order: Mapping[str, Any]) -> None:
        """Check an order.

        Raises:
            Rejection: it is invalid.

        """
        problems = self.problems(order)
        if problems:
            raise Rejection(outcome="rejected", message=self.message(problems))

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        """Return the invalid fields of an order, with what is wrong with each."""
        found = ((field, self.problem(field, order)) for field in self.contract.fields.values())
        return tuple(FieldProblem(field.name, problem) for field, problem in found if problem)

    def problem(self, field: RequestField, order: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a field of an order; None where it is valid."""
        if field.name in order:
            return self.value_problem(field, order[field.name])
        return "may not be null" if field.required else None

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        """Return what is wrong with the value of a field; None where it is valid."""
        return type_problem(field, value) or enum_problem(field, value) or format_problem(field, value)

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        """Return the error message for some problems."""
        return " ".join(map(str, problems))

    # Storage and duplicates.

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:  # noqa: ARG002 - for variants
        """Return the key of an order, equal for duplicates: reference, and instant in microseconds since 1970."""
        return order[self.reference_field], self.microseconds(order)

    def microseconds(self, order: Mapping[str, Any]) -> int:
        """Return the instant of an order, in microseconds since 1970."""
        instant = parse(order[self.instant_field]) or _EPOCH
        return (instant - _EPOCH) // timedelta(microseconds=1)

    def has_key(self, order: Mapping[str, Any]) -> bool:
        """Return whether reference and instant of an order are valid, so that it has a key."""
        return not {problem.field for problem in self.problems(order)} & {self.reference_field, self.instant_field}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        """Store an order; return False, and store nothing, where it exists."""
        reference, instant = self.key(order, request)
        return self.orders.add(record[self.ref_field], reference, instant, write_json(record).encode())

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        """Return the rejection of an order that exists."""
        reference, instant = order[self.reference_field], order[self.instant_field]
        return Rejection(
            "conflict",
            developer_message=f"There is an order with {self.reference_field} {reference} and "
            f"{self.instant_field} {instant} already.",
        )

    # Responses.

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        """Return the record of a new order, with every documented field of the response."""
        ref = self.new_ref(order)
        given = {**order, self.ref_field: ref, self.link_field: self.link(ref, request)}
        return created_body(self.contract, self.statuses["created"], given, self.now())

    def new_ref(self, order: Mapping[str, Any]) -> str:  # noqa: ARG002 - for variants
        """Return a ref, the service's own reference, for a new order."""
        return str(uuid.uuid4())

    def link(self, ref: str, request: ServerRequest) -> str:
        """Return the URL of an order."""
        host = request.header("Host") or "127.0.0.1"
        return f"{self.base_url or f'http://{host}'}{self.contract.path}/{ref}"

    def now(self) -> str:
        """Return the current time as responses have it."""
        return text(self.clock())

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        """Return the error response to a rejected request."""
        return self.respond(rejection.outcome, self.rejection_body(rejection), request)

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        """Return the body of an error response: the contract's example with the messages of a rejection."""
        status = self.statuses[rejection.outcome]
        like = status if status in self.contract.responses else self.statuses["rejected"]
        texts = dict.fromkeys(self.message_fields, rejection.developer_message)
        texts[self.message_fields[0]] = rejection.message
        return error_body(self.contract, status, like, texts)

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:  # noqa: ARG002 - for variants
        """Return the response with a body."""
        return ServerResponse(self.statuses[outcome], self.headers(outcome), self.encode(outcome, body))

    def headers(self, outcome: Result) -> Headers:
        """Return the headers of a response."""
        headers = (("Content-Type", "application/json"),)
        if outcome == "unauthorized":
            return (*headers, ("WWW-Authenticate", 'Basic realm="orders"'))
        return (*headers, ("Allow", "POST, GET")) if outcome == "method" else headers

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:  # noqa: ARG002 - for variants
        """Return a response body as bytes."""
        return write_json(body).encode()

    # Beyond the contract: finding and removing orders, as the wider API offers it.

    def find_or_remove(self, request: ServerRequest) -> ServerResponse:
        """Return the response to a request that finds or removes orders.

        Raises:
            Rejection: there is no such order.

        """
        target = urlsplit(request.path)
        ref = target.path.removeprefix(f"{self.contract.path}").removeprefix("/")
        if request.method == "DELETE":
            if not self.orders.remove(ref):
                raise Rejection(outcome="not_found", message="There is no such order.")
            return ServerResponse(_REMOVED)
        if ref:
            found = self.orders.by_ref(ref)
            if found is None:
                raise Rejection(outcome="not_found", message="There is no such order.")
        else:
            references = parse_qs(target.query).get(self.reference_field, [""])
            found = b'{"items":[' + b",".join(self.orders.by_reference(references[0])) + b"]}"
        return ServerResponse(_FOUND, self.headers("created"), found)
