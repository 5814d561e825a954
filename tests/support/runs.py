"""What the tests of the run share: orders, exchanges, an oracle with its history, and whole dry runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from orders_conformance.harness.messages.exchange import Attempt, Exchange, Failure, Request, Response
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Judgement
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import default_organisation

CONTRACT = Contract.load()
CREDENTIALS = Credentials("Key-0f3a7c", "Token-9C1b7d42")
ORGANISATION = default_organisation(CONTRACT)
REDACTOR = Redactor(CREDENTIALS)
ORACLE = Oracle(CONTRACT, CREDENTIALS, ORGANISATION)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW_TEXT = "2026-01-02T03:04:05Z"
DROPPED = Attempt(None, "dropped", 0.0)
UNAVAILABLE = Attempt(503, None, 1.0)
TOO_MANY = Attempt(429, None, 1.0)

JsonObject = dict[str, Any]


def empty_history() -> History:
    """Make the history of a run that has sent nothing."""
    return History.of(CONTRACT)


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> JsonObject:
    """Change values; one that becomes an ellipsis is left out."""
    return {name: value for name, value in {**values, **changes}.items() if value is not ...}


def minimal(**changes: Any) -> JsonObject:
    """Make a plain order with the required fields only, but for changes."""
    fields = CONTRACT.fields.values()
    return changed({one.name: one.examples[0] for one in fields if one.required}, changes)


def full(**changes: Any) -> JsonObject:
    """Make a plain order with every field, but for changes."""
    return changed({one.name: one.examples[0] for one in CONTRACT.fields.values()}, changes)


def request(body: object, credentials: str = "right", content_type: str | None = "application/json") -> Request:
    """Make a request of an order, or of the bytes of one."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(content, content_type, CREDENTIALS.header(credentials), credentials=credentials)


def response(status: int, body: object = b"", **headers: str) -> Response:
    """Make a reply; a body that is no bytes is JSON. Underscores in header names stand for hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"content-type": "application/json", **named}, content)


def record(order: Mapping[str, Any], ref: str = "r-1", **changes: Any) -> JsonObject:
    """Make the body of a conformant answer to an order that was created, but for changes."""
    own = {"ref": ref, "href": f"https://api.example.com/v2.1/orders/{ref}", "contacts": {"items": []}}
    own |= {"consumers": {"items": []}, "orderItems": {"items": []}, "createdAt": NOW_TEXT, "modifiedAt": NOW_TEXT}
    return changed({**own, **order}, changes)


def created(order: Mapping[str, Any], ref: str = "r-1", **changes: Any) -> Response:
    """Make a conformant answer to an order that was created, but for changes of its body."""
    return response(201, record(order, ref, **changes))


def problem(status: int, **changes: Any) -> JsonObject:
    """Make the body of a refusal: the contract's example, but for changes."""
    responses = CONTRACT.document["paths"][CONTRACT.path]["post"]["responses"]
    examples = responses[str(status)]["content"]["application/json"]["examples"]
    return changed(next(iter(examples.values()))["value"], changes)


def refused(status: int = 400, **changes: Any) -> Response:
    """Make a conformant refusal, but for changes of its body."""
    headers = {"www_authenticate": "Basic"} if status == 401 else {}
    return response(status, problem(status, **changes), **headers)


def exchange(sent: Request, answer: Response | Failure, **details: Any) -> Exchange:
    """Put a request and its outcome together."""
    made = Exchange(
        id="x1",
        probe="test",
        request=sent,
        response=answer if isinstance(answer, Response) else None,
        failure=answer if isinstance(answer, Failure) else None,
        at=0.0,
        elapsed=0.0,
        connection="main",
    )
    return replace(made, **details)


def seen(body: object, credentials: str = "right", content_type: str | None = "application/json") -> Classification:
    """Classify a request."""
    return ORACLE.classify(request(body, credentials, content_type), NOW)


@dataclass
class Judge:
    """The oracle with the memory of a run that goes on."""

    history: History = field(default_factory=empty_history)
    exchanges: int = 0

    def judge(self, sent: Request | object, answer: Response | Failure, **details: Any) -> Judgement:
        """Judge an exchange and learn from it."""
        self.exchanges += 1
        sent = sent if isinstance(sent, Request) else request(sent)
        answer = REDACTOR.response(answer) if isinstance(answer, Response) else answer
        made = exchange(sent, answer, **{"id": f"x{self.exchanges}", **details})
        classified = ORACLE.classify(sent, NOW)
        judgement = ORACLE.judge(made, classified, self.history, NOW)
        HistoryWriter(CONTRACT, self.history).learn(made, classified)
        return judgement

    def create(self, order: Mapping[str, Any], **details: Any) -> None:
        """Let an order be created; each gets a ref of its own."""
        self.judge(order, created(order, f"r-before-{self.exchanges}"), **details)


def held(judgement: Judgement) -> set[str]:
    """Name the requirements that are kept and not also broken, each as family and subject with slashes."""
    return {"/".join(one.requirement) for one in judgement.evidence if one.held} - broken(judgement)


def broken(judgement: Judgement) -> set[str]:
    """Name the requirements that are broken."""
    return {"/".join(one.requirement) for one in judgement.broken}


def settings(profile: str = "ci", *, seed: int = 0, examples: int | None = 0, **changes: Any) -> Settings:
    """Make the settings of a dry run; `examples` of None leaves the profile's own random traffic."""
    chosen = PROFILES[profile]
    made = Settings(
        contract=CONTRACT,
        profile=chosen if examples is None else replace(chosen, examples=examples),
        credentials=CREDENTIALS,
        organisation=ORGANISATION,
        seed=seed,
        fail_on="must",
        selection=None,
        selected=tuple(CONTRACT.requirements),
        scripts=None,
        target="http://127.0.0.1",
        embedded=True,
        shown={},
    )
    return replace(made, **changes)


def failed(run: DryRun) -> set[str]:
    """Name the requirements that failed in a run, without the prefix that all have."""
    prefix = f"{CONTRACT.extension.name}/"
    return {name.removeprefix(prefix) for name, given in run.conclusion.verdicts.items() if given is Verdict.FAILED}


def blamed(kind: type[Service], profile: str = "ci") -> set[str]:
    """Rehearse with a server and name what failed."""
    return failed(dry_run(settings(profile), kind))
