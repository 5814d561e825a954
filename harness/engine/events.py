"""Write exchanges, findings and observations as events of the record; secrets are removed before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from orders_conformance.harness.engine.curl import curl
from orders_conformance.harness.engine.recording import Headers, Recording, size_of
from orders_conformance.harness.messages.exchange import Exchange, Request, Response
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.verdicts.tally import Finding
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials

Event = Mapping[str, Any]
Sink = Callable[[Event], None]
# The headers of a request whose values let a server authenticate it.
_SECRET_HEADERS = {"Authorization", "Cookie"}
# Bytes of the body of a request that are written.
LONGEST_REQUEST = 1024 * 1024


@dataclass(frozen=True)
class EventWriter:
    """Writes events to a sink.

    Attributes:
        sink: called with each event.
        credentials: the credentials to hide, in every form in which they may occur.
        variant: returns the variant of the credentials of a request.
        url: the URL of the endpoint.
        headers: returns the headers of a request.
        prefix: the prefix of all references of the run.
        recording: decides how much of long messages is written.

    """

    sink: Sink
    credentials: Credentials
    variant: Callable[[Request], str]
    url: str
    headers: Callable[[Request], Mapping[str, str]]
    prefix: str
    recording: Recording = field(default_factory=Recording)
    # The command that sends the exchanges of the latest finding again: one exchange may give many findings.
    _latest: dict[tuple[tuple[str, ...], float], str] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def redactor(self) -> Redactor:
        """Hides the credentials."""
        return Redactor(self.credentials)

    def hide(self, text: str) -> str:
        """Return a text without the secrets."""
        return self.redactor.hide(text)

    def exchange(
        self,
        exchange: Exchange,
        kept: list[str],
        findings: list[str],
        moments: tuple[datetime, datetime],
        suspicion: str | None = None,
    ) -> None:
        """Write an exchange.

        Args:
            exchange: the exchange.
            kept: the ids of the requirements that it keeps.
            findings: the ids of its findings.
            moments: when its request was classified, and when it was judged.
            suspicion: whether it raised a suspicion, or did so while another one was settled; None where it did not.

        """
        request, response, failure = exchange.request, exchange.response, exchange.failure
        headers = self._headers(response) if response else ()
        sizes = (len(request.body), size_of(headers), len(response.body) if response else 0)
        limit = self.recording.limit(sizes, evidence=bool(suspicion or findings))
        self.sink(
            {
                "type": "exchange",
                "id": exchange.id,
                "probe": exchange.probe,
                "at": round(exchange.at, 4),
                "elapsed": round(exchange.elapsed, 4),
                "request": {
                    "method": "POST",
                    "url": self.url,
                    "headers": [
                        [name, HIDDEN if name in _SECRET_HEADERS else value]
                        for name, value in self.headers(request).items()
                    ],
                    "body": self._request_body(request),
                    "credentials": self.variant(request),
                },
                "response": self._response(response, headers, limit) if response else None,
                "failure": {"kind": failure.kind, "detail": self.hide(failure.detail)} if failure else None,
                "attempts": [
                    {"status": attempt.status, "failure": attempt.failure, "waited": round(attempt.waited, 3)}
                    for attempt in exchange.attempts
                ],
                "connection": exchange.connection,
                "group": exchange.group,
                "classified_at": _exact(moments[0]),
                "judged_at": _exact(moments[1]),
                **({"suspicion": suspicion} if suspicion else {}),
                **({"blocked": True} if exchange.blocked else {}),
                **({"forced": asdict(request.forced)} if request.forced else {}),
                "bears_on": kept,
                "findings": findings,
            }
        )

    def evidence(self, exchange: Exchange, requirement: Requirement, evidence: Evidence) -> None:
        """Write evidence against a requirement that was found after its exchange was judged."""
        self.sink(
            {
                "type": "evidence",
                "exchange": exchange.id,
                "requirement": requirement.id,
                "expected": self.hide(evidence.expected),
                "observed": self.hide(evidence.observed),
            }
        )

    def settled(self, exchange: Exchange) -> None:
        """Write that the suspicion which an exchange raised is settled."""
        self.sink({"type": "settled", "exchange": exchange.id})

    def finding(self, finding: Finding) -> None:
        """Write a finding, with the command that reproduces it."""
        after_pause = finding.requirement.family == Rule.DUPLICATE_AFTER_PAUSE and finding.before
        pause = max(0.0, finding.exchange.at - finding.before[-1].at) if after_pause else 0.0
        self.sink(
            {
                "type": "finding",
                "id": finding.id,
                "requirement": finding.requirement.id,
                "exchange": finding.exchange.id,
                "before": [one.id for one in finding.before],
                "expected": self.hide(finding.expected),
                "observed": self.hide(finding.observed),
                "minimal": finding.minimal,
                "curl": self._curl((*finding.before, finding.exchange), pause),
            }
        )

    def _curl(self, exchanges: tuple[Exchange, ...], pause: float) -> str:
        key = (tuple(one.id for one in exchanges), pause)
        if key not in self._latest:
            command = curl(self.url, exchanges, self.credentials, self.variant, self.prefix, pause)
            self._latest.clear()
            self._latest[key] = self.hide(command)
        return self._latest[key]

    def note(self, text: str, feature: str | None = None) -> None:
        """Write a note for the reader of the record; `feature`: the feature that the target seems to lack, if any."""
        self.sink({"type": "note", "text": self.hide(text), **({"feature": feature} if feature else {})})

    def observation(self, requirement: Requirement, exchange: str | None, text: str) -> None:
        """Write an observation."""
        self.sink(
            {"type": "observation", "requirement": requirement.id, "exchange": exchange, "observed": self.hide(text)}
        )

    def _headers(self, response: Response) -> Headers:
        return [
            (name, HIDDEN if name == "set-cookie" else self.hide(value)) for name, value in response.headers.items()
        ]

    def _request_body(self, request: Request) -> Event:
        """Return the body of a request: what is sent again has to be whole; it is short, and not from the server."""
        hidden = self.redactor.hide_bytes(request.body)
        marked = {"hidden": True} if hidden != request.body else {}
        return {**self.recording.body(hidden, LONGEST_REQUEST), **marked}

    def _response(self, response: Response, headers: Headers, limit: int) -> Event:
        body = self.recording.body(self.redactor.hide_bytes(response.body), limit)
        disclosed = {"disclosed": response.disclosed} if response.disclosed else {}
        return {"status": response.status, **self.recording.headers(headers, limit), "body": body, **disclosed}


def _exact(instant: datetime) -> str:
    """Return an instant in UTC with every digit that it has."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
