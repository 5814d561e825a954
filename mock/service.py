"""The orders service in one process: a request in, a reply out.

`Service.handle` goes through small steps, in the order in which a request meets them: `route`, `admits`,
`takes_media_type`, `decode`, `normalise`, `problems`, `store`, `created`, `respond`. The siblings of the embedded
server each override a step or two. Names and values of the contract come from the contract.
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
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from orders_conformance.mock.json_text import JsonError, read_json, write_json
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.refusal import FieldProblem, Rejection, Result
from orders_conformance.mock.rendering import created_body, refusal_body
from orders_conformance.mock.storage import OrderStore
from orders_conformance.mock.validation import enum_problem, format_problem, type_problem
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse, text
from orders_conformance.spec.fields import RequestField

__all__ = ["FieldProblem", "Rejection", "Result", "ServerRequest", "ServerResponse", "Service", "WireBehaviour"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNDOCUMENTED_STATUSES = {"not_found": 404, "method": 405}
_FOUND, _REMOVED = 200, 204
# Digits that are computed with: a number may be as large as a double, and as small.
_DIGITS = 1000


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class Service:
    """The embedded orders service; safe to use from several threads.

    Attributes:
        breaks: which requirements of the contract a sibling breaks: ids, or patterns of `fnmatch`; one that merely
            differs breaks none of level *must*.
        wire: whether the sibling's peculiarity only shows over real HTTP.
        tenant_only: whether only a run that spares its target finds the sibling conformant.

    """

    breaks: ClassVar[tuple[str, ...]] = ()
    wire: ClassVar[bool] = False
    tenant_only: ClassVar[bool] = False

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
            client_key: the user name of the organisation.
            api_token: its password.
            clock: tells the time, aware of its offset from UTC.
            base_url: what links begin with; by default the host that the request names.
            database: a path for SQLite.
            organisation: the organisation's own values by field; by default the contract's first examples.

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
        self.begin()

    def begin(self) -> None:
        """Set up the state that a sibling keeps; the embedded service has none but its orders."""

    def close(self) -> None:
        """Close the database."""
        self.orders.close()

    # The way of a request.

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        try:
            with localcontext(prec=_DIGITS):
                return self.answer(request)
        except Rejection as refusal:
            return self.refuse(refusal, request)

    def answer(self, request: ServerRequest) -> ServerResponse:
        """Answer a request that is not refused.

        Raises:
            Refusal: it is.

        """
        self.route(request)
        if not self.admits(request):
            raise Rejection(outcome="unauthorized")
        if request.method != "POST":
            return self.manage(request)
        if not self.takes_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")
        return self.create(self.decode(request), request)

    def route(self, request: ServerRequest) -> None:
        """Check that path and method are served.

        Raises:
            Refusal: they are not.

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
            Refusal: it is invalid, or exists.

        """
        order = self.normalise(order)
        self.check(order)
        record = self.created(order, request)
        if not self.store(order, record, request):
            raise self.conflict(order)
        return self.respond("created", record, request)

    # Who is let in.

    def admits(self, request: ServerRequest) -> bool:
        """Whether a request comes with the right credentials."""
        credentials = self.credentials(request.header("Authorization"))
        return credentials is not None and self.knows(*credentials)

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        """Read user name and password of basic authentication; None where there are none."""
        scheme, _, encoded = (header or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None

    def knows(self, user: str, password: str) -> bool:
        """Whether user name and password are the organisation's."""
        return self.same_text(user, self.client_key) and self.same_text(password, self.api_token)

    def same_text(self, given: str, expected: str) -> bool:
        """Compare secrets."""
        return hmac.compare_digest(given.encode(), expected.encode())

    # What is understood.

    def takes_media_type(self, request: ServerRequest) -> bool:
        """Whether the body is said to be JSON."""
        return (request.header("Content-Type") or "").partition(";")[0].strip().lower() == "application/json"

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        """Read the body.

        Raises:
            Refusal: it is not a JSON object.

        """
        try:
            order = self.read(request.body)
        except JsonError as error:
            raise Rejection(outcome="rejected", message=f"The body {error}.") from error
        if not isinstance(order, dict):
            raise Rejection(outcome="rejected", message="The body must be a JSON object.")
        return order

    def read(self, content: bytes) -> Any:
        """Read JSON.

        Raises:
            JsonError: it is not JSON.

        """
        return read_json(content)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        """Bring an order into shape before it is validated: null for an optional field is no value."""
        fields = self.contract.fields
        return {
            name: value
            for name, value in order.items()
            if name in fields and (value is not None or fields[name].required)
        }

    # What is valid.

    def check(self, order: Mapping[str, Any]) -> None:
        """Check an order.

        Raises:
            Refusal: it is invalid.

        """
        problems = self.problems(order)
        if problems:
            raise Rejection(outcome="rejected", message=self.message(problems))

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        """Find everything that is wrong with an order."""
        found = ((field, self.problem(field, order)) for field in self.contract.fields.values())
        return tuple(FieldProblem(field.name, problem) for field, problem in found if problem)

    def problem(self, field: RequestField, order: Mapping[str, Any]) -> str | None:
        """Say what is wrong with a field of an order."""
        if field.name in order:
            return self.value_problem(field, order[field.name])
        return "may not be null" if field.required else None

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        """Say what is wrong with the value of a field."""
        return type_problem(field, value) or enum_problem(field, value) or format_problem(field, value)

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        """Put problems into words."""
        return " ".join(map(str, problems))

    # What is stored.

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:  # noqa: ARG002 - for siblings
        """Tell what makes an order the same order: its reference, and its instant in microseconds since 1970."""
        return order[self.reference_field], self.microseconds(order)

    def microseconds(self, order: Mapping[str, Any]) -> int:
        """Tell the instant of an order, in microseconds since 1970."""
        instant = parse(order[self.instant_field]) or _EPOCH
        return (instant - _EPOCH) // timedelta(microseconds=1)

    def has_key(self, order: Mapping[str, Any]) -> bool:
        """Whether reference and instant of an order are valid, so that there is a key."""
        return not {problem.field for problem in self.problems(order)} & {self.reference_field, self.instant_field}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        """Store an order; False when it exists."""
        reference, instant = self.key(order, request)
        return self.orders.add(record[self.ref_field], reference, instant, write_json(record).encode())

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        """Say that an order exists."""
        reference, instant = order[self.reference_field], order[self.instant_field]
        return Rejection(
            "conflict",
            developer_message=f"There is an order with {self.reference_field} {reference} and "
            f"{self.instant_field} {instant} already.",
        )

    # What is answered.

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        """Make the record of a new order, with every documented field of the reply."""
        ref = self.new_ref(order)
        given = {**order, self.ref_field: ref, self.link_field: self.link(ref, request)}
        return created_body(self.contract, self.statuses["created"], given, self.now())

    def new_ref(self, order: Mapping[str, Any]) -> str:  # noqa: ARG002 - for siblings
        """Make the service's own reference of a new order."""
        return str(uuid.uuid4())

    def link(self, ref: str, request: ServerRequest) -> str:
        """Tell where an order can be found."""
        host = request.header("Host") or "127.0.0.1"
        return f"{self.base_url or f'http://{host}'}{self.contract.path}/{ref}"

    def now(self) -> str:
        """Tell the time as a reply has it."""
        return text(self.clock())

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        """Answer a request that is refused."""
        return self.respond(refusal.outcome, self.refusal(refusal), request)

    def refusal(self, refusal: Rejection) -> dict[str, Any]:
        """Make the body of a refusal: the contract's example with the words of this one."""
        status = self.statuses[refusal.outcome]
        like = status if status in self.contract.responses else self.statuses["rejected"]
        words = dict.fromkeys(self.message_fields, refusal.developer_message)
        words[self.message_fields[0]] = refusal.message
        return refusal_body(self.contract, status, like, words)

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:  # noqa: ARG002 - for siblings
        """Make a reply of a body."""
        return ServerResponse(self.statuses[outcome], self.headers(outcome), self.encode(outcome, body))

    def headers(self, outcome: Result) -> Headers:
        """Tell the headers of a reply."""
        headers = (("Content-Type", "application/json"),)
        if outcome == "unauthorized":
            return (*headers, ("WWW-Authenticate", 'Basic realm="orders"'))
        return (*headers, ("Allow", "POST, GET")) if outcome == "method" else headers

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:  # noqa: ARG002 - for siblings
        """Write the body of a reply."""
        return write_json(body).encode()

    # Beyond the contract: what the wider API offers to find and remove orders.

    def manage(self, request: ServerRequest) -> ServerResponse:
        """Find or remove orders.

        Raises:
            Refusal: there is no such order.

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
