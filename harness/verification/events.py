"""Make exchanges of the events of a record, so that they can be judged again."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orders_conformance.harness.engine.events import LONGEST_REQUEST, EventWriter
from orders_conformance.harness.engine.recording import EVIDENCE, ORDINARY
from orders_conformance.harness.messages.exchange import Attempt, Exchange, Failure, Request, Response
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.reports.record.schema import Event
from orders_conformance.spec import date_time
from orders_conformance.strategies.probe import Forced


@dataclass(frozen=True)
class Emitter(EventWriter):
    """Emits events as a run writes them; of an exchange only what judging it has shown. Nothing is hidden again."""

    def exchange(
        self,
        exchange: Exchange,
        kept: list[str],
        findings: list[str],
        moments: tuple[datetime, datetime],  # noqa: ARG002 - as the run calls it
        suspicion: str | None = None,
    ) -> None:
        """Emit what judging an exchange has shown."""
        shown = {"suspicion": suspicion} if suspicion else {}
        self.sink({"type": "exchange", "id": exchange.id, "bears_on": kept, "findings": findings, **shown})

    def hide(self, text: str) -> str:
        """Return a text as it is: what is in a record was hidden before."""
        return text


def is_whole(event: Event) -> bool:
    """Whether an exchange was recorded as it was judged: nothing that was sent or received is cut or hidden."""
    response = event["response"] or {}
    cut = "headers_cut" in response or "length" in response.get("body", {})
    return not cut and is_whole_request(event) and "classified_at" in event


def is_whole_request(event: Event) -> bool:
    """Whether the body of a request was recorded as it was sent."""
    return not {"length", "hidden"} & event["request"]["body"].keys()


def is_cut_needlessly(event: Event, *, limit_reached: bool) -> bool:
    """Whether an exchange is marked as cut or hidden although a run would have recorded it whole.

    Args:
        event: the exchange.
        limit_reached: whether the record reached its limit, so that exchanges have only lengths and digests.

    """
    sent, response = event["request"]["body"], event["response"]
    limit = EVIDENCE if event["findings"] or event.get("suspicion") else ORDINARY
    parts = [(sent, sent.get("length"), LONGEST_REQUEST)]
    if response:
        headers = response.get("headers_cut", {})
        parts += [(response["body"], response["body"].get("length"), limit), (headers, headers.get("length"), limit)]
    short = any(length is not None and length <= least for _, length, least in parts)
    unmarked = "hidden" in sent and HIDDEN not in sent.get("text", HIDDEN)
    return unmarked or (short and not limit_reached)


def moments(event: Event, started: datetime) -> tuple[datetime, datetime]:
    """Return when the request of an exchange was classified, and when the exchange was judged.

    Records of the first version have neither: then about when it began and ended.
    """
    sent = started + timedelta(seconds=event["at"])
    received = sent + timedelta(seconds=event["elapsed"])
    return (
        date_time.parse(event.get("classified_at")) or sent,
        date_time.parse(event.get("judged_at")) or received,
    )


def exchange_of(event: Event) -> Exchange:
    """Return a recorded exchange; its credentials are known by their kind only."""
    request, response, failure = event["request"], event["response"], event["failure"]
    sent = {name.lower(): value for name, value in request["headers"]}
    return Exchange(
        id=event["id"],
        probe=event["probe"],
        request=Request(
            _body(request["body"]),
            sent.get("content-type"),
            None,
            credentials=request["credentials"],
            method=request["method"],
            cookie=sent.get("cookie"),
            forced=Forced(**event["forced"]) if "forced" in event else None,
        ),
        response=response and _response(response),
        failure=failure and Failure(failure["kind"], failure["detail"]),
        at=event["at"],
        elapsed=event["elapsed"],
        connection=event["connection"],
        group=event["group"],
        attempts=tuple(Attempt(one["status"], one["failure"], one["waited"]) for one in event["attempts"]),
        blocked=event.get("blocked", False),
    )


def _response(response: Mapping[str, Any]) -> Response:
    return Response(
        response["status"],
        dict(response["headers"]),
        _body(response["body"]),
        response.get("disclosed", ""),
        is_brief="length" in response["body"] or "headers_cut" in response,
    )


def _body(body: Mapping[str, Any]) -> bytes:
    if "base64" in body:
        return base64.b64decode(body["base64"])
    text: str = body["text"]
    return text.encode("utf-8", "surrogatepass")


def made_by_id(made: Iterable[Event]) -> Mapping[str, Event]:
    """Return the findings among events, by their ids."""
    return {one["id"]: one for one in made if one["type"] == "finding"}
