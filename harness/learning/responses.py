"""Take over how the target words its responses: statuses, headers, undocumented members, and messages as templates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders_conformance.harness.learning.exchanges import SeenExchange, SeenResponse
from orders_conformance.harness.learning.reproduction import Hypothesis
from orders_conformance.harness.messages.exchange import SERVER_ERROR, SUCCESS
from orders_conformance.mock.json_text import JsonError, read_json, write_json
from orders_conformance.mock.learned.learned import OUTCOMES, CreatedResponse, ErrorResponse, Learned, may_be_sent
from orders_conformance.mock.learned.server import LearnedServer, Reason, reason_of, server_of
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.rejection import Rejection
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

# The headers that belong to one response, not to what a server does.
_NOT_TAKEN = frozenset({"age", "etag", "location", "retry-after", "set-cookie"})
_NAMES = {"www-authenticate": "WWW-Authenticate"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A response, and why an embedded server rejects the same request; None where it does not."""

    id: str
    response: SeenResponse
    outcome: str
    reason: Reason


@dataclass(frozen=True)
class Worded:
    """What was learned, and the exchange that showed each response, by outcome."""

    learned: Learned
    shown_by: Mapping[str, str]


class _Listening(LearnedServer):
    """Remembers why it rejected the last request."""

    def set_up(self) -> None:
        """Start without a rejection."""
        self.last: Rejection | None = None

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        """Remember the rejection, and respond."""
        self.last = rejection
        return super().reject(rejection, request)


def worded(
    contract: Contract,
    credentials: Credentials,
    organisation: Mapping[str, str],
    hypothesis: Hypothesis,
    exchanges: Iterable[SeenExchange],
) -> Worded:
    """Return what was learned with the responses of the record.

    Args:
        contract: the contract.
        credentials: the credentials that the requests have.
        organisation: the organisation's own values.
        hypothesis: the choices and faults that were learned.
        exchanges: the exchanges of the record.

    """
    seen = tuple(_seen(contract, credentials, organisation, hypothesis, exchanges))
    found = {outcome: [one for one in seen if one.outcome == outcome] for outcome in (*OUTCOMES, "created")}
    errors, shown = {}, {}
    for outcome in OUTCOMES:
        if found[outcome]:
            first, errors[outcome] = _error(contract, found[outcome])
            shown[outcome] = first.id
    created = None
    if found["created"]:
        shown["created"] = found["created"][0].id
        created = _created(contract, found["created"])
    return Worded(Learned(hypothesis.behaviour, created, errors, organisation, hypothesis.faults), shown)


def _seen(
    contract: Contract,
    credentials: Credentials,
    organisation: Mapping[str, str],
    hypothesis: Hypothesis,
    exchanges: Iterable[SeenExchange],
) -> Iterator[_Seen]:
    """Yield the responses whose outcome an embedded server that does so has as well, as far as can be seen."""
    service = server_of(Learned(hypothesis.behaviour, faults=hypothesis.faults), _Listening)(
        contract,
        client_key=credentials.client_key,
        api_token=credentials.api_token,
        organisation=organisation,
    )
    assert isinstance(service, _Listening)  # noqa: S101 - a subclass of what was given
    try:
        for one in exchanges:
            service.clock, service.last = one.now, None
            service.handle(one.request)
            rejection = service.last
            if one.response is None or one.response.body is None or one.response.status >= SERVER_ERROR:
                continue
            outcome = rejection.outcome if rejection else "created"
            if (outcome == "created") is (one.response.status in SUCCESS):
                yield _Seen(one.id, one.response, outcome, reason_of(rejection) if rejection else Reason())
    finally:
        service.close()


def _usual(seen: Sequence[_Seen]) -> tuple[int, list[_Seen]]:
    """Return the status that most of some responses have, and those that have it."""
    status = Counter(one.response.status for one in seen).most_common(1)[0][0]
    return status, [one for one in seen if one.response.status == status]


def _created(contract: Contract, seen: Sequence[_Seen]) -> CreatedResponse:
    status, usual = _usual(seen)
    fields = contract.responses[contract.statuses.created].fields
    documented = {field.name for field in fields} | set(contract.fields)
    bodies = [body for one in usual if (body := _object(one.response.body)) is not None]
    counted = Counter(name for body in bodies for name in body if name not in documented)
    more = {
        name: next(body[name] for body in bodies if name in body)
        for name, number in counted.items()
        if 2 * number > len(bodies)
    }
    return CreatedResponse(status, _headers([one.response for one in usual]), more)


def _error(contract: Contract, seen: Sequence[_Seen]) -> tuple[_Seen, ErrorResponse]:
    status, usual = _usual(seen)
    headers = _headers([one.response for one in usual])
    bodies = [(one, body) for one in usual if (body := _object(one.response.body)) is not None]
    if not bodies:
        return usual[0], ErrorResponse(status, headers, (usual[0].response.body or b"").decode("utf-8", "replace"))
    first, example = bodies[0]
    names = [name for name in example if name in contract.extension.message_fields and isinstance(example[name], str)]
    messages = {name: _templates(name, bodies) for name in names}
    return first, ErrorResponse(status, headers, write_json({**example, **dict.fromkeys(names, "")}), messages)


def _templates(name: str, bodies: Sequence[tuple[_Seen, Mapping[str, Any]]]) -> Mapping[str, str]:
    """Return the wording of a message: a template for each reason that was given alone, and one for all others."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for seen, body in bodies:
        text = body.get(name)
        if isinstance(text, str) and len(seen.reason.keys) == 1:
            found[seen.reason.keys[0]][_template(text, seen.reason)] += 1
    usual = {key: counted.most_common(1)[0][0] for key, counted in found.items()}
    fallback = sum(found.values(), Counter()).most_common(1)
    first = bodies[0][1][name]
    if not fallback:
        return {"": first}
    return {"": fallback[0][0], **(usual if len(set(usual.values())) > 1 else {})}


def _template(text: str, reason: Reason) -> str:
    """Return a message with placeholders for the field, the reference and the instant of the request."""
    parts = [(value, f"{{{name}}}") for name, value in reason.sent.items() if value]
    parts += [(one.field, "{field}") for one in reason.problems]
    for value, place in sorted(parts, key=lambda part: -len(part[0])):
        text = text.replace(value, place)
    return text


def _headers(responses: Sequence[SeenResponse]) -> Headers:
    """Return the headers that most of some responses have, with their first value."""
    counted = Counter(name for one in responses for name in {name.lower() for name, _value in one.headers})
    first: dict[str, str] = {}
    for one in responses:
        for name, value in one.headers:
            first.setdefault(name.lower(), value)
    return tuple(
        (_NAMES.get(name, name.title()), value)
        for name, value in first.items()
        if name not in _NOT_TAKEN and may_be_sent(name, value) and 2 * counted[name] > len(responses)
    )


def _object(body: bytes | None) -> dict[str, Any] | None:
    try:
        value = read_json(body or b"")
    except JsonError:
        return None
    return value if isinstance(value, dict) else None
