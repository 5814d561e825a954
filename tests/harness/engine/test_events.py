"""Events of the record contain no secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.messages.exchange import Attempt, Failure, Request, Response
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.harness.verdicts.tally import Finding
from tests.support.runs import CONTRACT, CREDENTIALS, NOW, ORACLE, created, exchange, minimal, request, response
from tests.support.timing import processor_time

REQUIREMENT = CONTRACT.requirements["create/409/duplicate"]
PAIR = base64.b64encode(f"{CREDENTIALS.client_key}:{CREDENTIALS.api_token}".encode()).decode()
FORMS = {
    "token": CREDENTIALS.api_token,
    "pair": PAIR,
    "key": CREDENTIALS.client_key,
    "token in base64": base64.b64encode(CREDENTIALS.api_token.encode()).decode(),
}
VARIANTS = CREDENTIALS.variants()
ORDER = minimal()


def headers(sent: Request) -> Mapping[str, str]:
    named = {"Authorization": sent.authorization, "Content-Type": sent.content_type}
    return {name: value for name, value in named.items() if value is not None}


def written(write: Any) -> dict[str, Any]:
    """Write one event, and return it as it is in the record."""
    events: list[Mapping[str, Any]] = []
    write(
        EventWriter(
            events.append, CREDENTIALS, ORACLE.credentials.variant, "http://127.0.0.1/v2.1/orders", headers, "OC123456"
        )
    )
    [event] = events
    text = json.dumps(event)
    assert not [form for form in FORMS.values() if form in text]
    read: dict[str, Any] = json.loads(text)
    return read


def of(sent: Request, answer: Response | Failure, **details: Any) -> dict[str, Any]:
    return written(
        lambda event_writer: event_writer.exchange(exchange(sent, answer, **details), ["kept"], ["f1"], (NOW, NOW))
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_credentials_of_a_request_are_hidden_and_their_variant_is_named(variant: str) -> None:
    event = of(request(ORDER, variant), created(ORDER))["request"]
    shown = dict(event["headers"])
    assert shown.get("Authorization") == (None if variant == "none" else HIDDEN)
    assert event["credentials"] == variant


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_the_body_of_a_request_is_hidden(secret: str) -> None:
    body = of(request(minimal(colour=secret)), created(ORDER))["request"]["body"]["text"]
    assert json.loads(body)["colour"] == HIDDEN


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_a_response_is_hidden(secret: str) -> None:
    answer = of(request(ORDER), response(400, f"no {secret}, no".encode(), x_echo=f"Basic {secret}"))["response"]
    assert answer["body"] == {"text": f"no {HIDDEN}, no"}
    assert ["x-echo", f"Basic {HIDDEN}"] in answer["headers"]


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_a_body_that_is_not_text_is_hidden(secret: str) -> None:
    answer = of(request(ORDER), response(400, b"\xff" + secret.encode()))["response"]
    assert base64.b64decode(answer["body"]["base64"]) == b"\xff" + HIDDEN.encode()


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_the_detail_of_a_failure_is_hidden(secret: str) -> None:
    event = of(request(ORDER), Failure("protocol", f"what is {secret}"))
    assert event["failure"] == {"kind": "protocol", "detail": f"what is {HIDDEN}"}


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_secret_in_a_finding_is_hidden(secret: str, variant: str) -> None:
    shown = exchange(request(minimal(colour=secret), variant), created(ORDER))
    finding = Finding("f1", REQUIREMENT, shown, (shown,), expected=f"no {secret}", observed=f"{secret}!")
    event = written(lambda event_writer: event_writer.finding(finding))
    assert (event["expected"], event["observed"]) == (f"no {HIDDEN}", f"{HIDDEN}!")


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_a_note_is_hidden(secret: str) -> None:
    assert written(lambda event_writer: event_writer.note(f"with {secret}"))["text"] == f"with {HIDDEN}"


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS.keys())
def test_a_secret_in_an_observation_is_hidden(secret: str) -> None:
    event = written(lambda event_writer: event_writer.observation(REQUIREMENT, "x1", f"took {secret}"))
    assert event["observed"] == f"took {HIDDEN}"


def test_an_exchange_lists_its_requirements_and_findings() -> None:
    event = of(request(ORDER), created(ORDER), group="g1", attempts=(Attempt(429, None, 1.0),))
    assert (event["bears_on"], event["findings"], event["group"]) == (["kept"], ["f1"], "g1")
    assert event["attempts"] == [{"status": 429, "failure": None, "waited": 1.0}]


def test_a_failure_has_no_response() -> None:
    event = of(request(ORDER), Failure("timeout", "no answer"))
    assert event["response"] is None


def test_a_response_has_no_failure() -> None:
    assert of(request(ORDER), created(ORDER))["failure"] is None


def test_a_finding_names_the_exchanges_that_came_before() -> None:
    first, second = (exchange(request(ORDER), created(ORDER), id=name) for name in ("x1", "x2"))
    finding = Finding("f1", REQUIREMENT, second, (first,), expected="409", observed="201")
    event = written(lambda event_writer: event_writer.finding(finding))
    assert (event["before"], event["exchange"], event["curl"].count("-sS -i")) == (["x1"], "x2", 2)


def test_many_findings_of_a_long_order_take_the_time_of_one() -> None:
    shown = exchange(request(minimal(colour="x" * 17_000)), created(ORDER))
    findings = [Finding(f"f{one}", REQUIREMENT, shown, (), expected="409", observed="201") for one in range(50)]
    events: list[Mapping[str, Any]] = []
    event_writer = EventWriter(
        events.append, CREDENTIALS, ORACLE.credentials.variant, "http://127.0.0.1/v2.1/orders", headers, "OC123456"
    )
    with processor_time() as spent:
        for finding in findings:
            event_writer.finding(finding)
    assert (len(events), len({event["curl"] for event in events})) == (50, 1)
    assert spent.seconds < 0.1
