"""The suite against Prism: its verdicts on a third-party server are right, and a server that hangs does not stop it.

What these tests expect of Prism is also checked by requests outside the run. Prism accepts any credentials, checks a
request against the schema, responds with the contract's examples, and remembers nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.spec.contract import Contract
from tests.integration.prism import Prism, prism
from tests.integration.programs import HERE, npm_installed
from tests.support.command import Run, run
from tests.support.contract_copies import document_copy, properties

pytestmark = [pytest.mark.prism, pytest.mark.slow]  # third-party programs, and processes

OPTIONS = ("--seed", "1", "--timeout", "2")
NOBODY = ("nobody", "nothing")
MALFORMED = b'{"price": 50'
NO_CHARSET, OPEN_END = "application/json; charset=nonsense", "application/json;"

WRONG = {
    f"create/request/credentials/{variant}"
    for variant in (
        "wrong-user",
        "wrong-password",
        "empty",
        "empty-password",
        "swapped",
        "user-case",
        "password-case",
        "password-prefix",
        "password-longer",
    )
}
ECHO = {f"create/201/{field}/echo" for field in properties(document_copy(), "NewOrder")}
SAME = {"create/201/ref/unique", "create/201/href/unique"}
FORGOTTEN = {"create/409/duplicate"}
STATIC_MESSAGE = {"create/400/message/names-field"}
NO_CHALLENGE = {"create/401/www-authenticate"}
OWN_REFUSAL = {
    f"create/400/{field}/present" for field in ("status", "code", "message", "developerMessage", "moreInfoUrl")
}
NOT_UTF_8 = {"create/request/body/not-utf-8"}
SILENCE = {"create/any/answered"}
SERVER_ERROR = {"create/any/no-5xx"}

# What only some of the random traffic shows, or what the size of the plan decides.
MAYBE = {
    "create/409/duplicate/after-other-orders",
    "create/409/duplicate/concurrent",
    "create/409/duplicate/other-fields",
    "create/409/duplicate/after-refusal",
    "create/409/duplicate/again",
    "create/409/duplicate/after-pause",
    "create/409/duplicate/other-connection",
    "create/409/duplicate/same-instant",
    # It takes an offset without a colon, which RFC 3339 does not know.
    "create/request/orderedAt/format",
    "create/request/createdAt/format",
    "create/request/modifiedAt/format",
}
# 5.14.2 reads the body before the credentials; 5.16.0 then does not answer at all.
READS_FIRST = {"create/401/before-validation"}

# What a validator of the contract's schema keeps, for each field and value.
CHECKED_BY_SCHEMA = {"required", "null_required", "type", "enum", "value", "accept", "optional", "offset", "fraction"}


@dataclass(frozen=True, slots=True)
class Trial:
    """Prism, still running, and the run that judged it."""

    prism: Prism
    answers_malformed: bool
    run: Run
    report: Mapping[str, Any]

    def with_verdict(self, verdict: str) -> set[str]:
        """Return the ids of the requirements with a verdict."""
        return {each["id"] for each in self.report["requirements"] if each["verdict"] == verdict}

    def requirement(self, identifier: str) -> Mapping[str, Any]:
        """Return one requirement of the report."""
        found: Mapping[str, Any] = next(each for each in self.report["requirements"] if each["id"] == identifier)
        return found

    def exchanges(self) -> Iterator[Mapping[str, Any]]:
        """Return the exchanges of the record."""
        return (event for event in self.run.events() if event["type"] == "exchange")

    def unanswered(self) -> list[Mapping[str, Any]]:
        """Return the exchanges without an answer."""
        return [exchange for exchange in self.exchanges() if exchange["response"] is None]


@pytest.fixture(scope="module", params=[("prism-5.14", True), ("prism-5.16", False)], ids=["5.14.2", "5.16.0"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Let the suite judge one version of Prism."""
    name, answers_malformed = request.param
    folder = tmp_path_factory.mktemp(name)
    with prism(npm_installed(HERE / name, name) / "node_modules" / ".bin", folder / "log") as server:
        ended = run(folder, "--target", server.url, *OPTIONS)
        yield Trial(server, answers_malformed, ended, ended.report())


@pytest.fixture
def order() -> dict[str, Any]:
    """Return the contract's example of an order."""
    operation = Contract.load().document["paths"]["/v2.1/orders"]["post"]
    example: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["examples"]["order"]["value"]
    return dict(example)


def test_the_run_ends_by_itself_with_a_judgement(trial: Trial) -> None:
    assert (trial.run.status, trial.report["outcome"], trial.report["reason"]) == (1, "not conformant", None)


def test_the_run_would_end_within_a_minute_with_the_timeout_of_the_profile(trial: Trial) -> None:
    waits = sum(1 + len(exchange["attempts"]) for exchange in trial.unanswered())
    waited = sum(exchange["elapsed"] for exchange in trial.unanswered())
    working = trial.report["traffic"]["seconds"] - waited
    assert working + waits * PROFILES["ci"].retry_policy.timeout < 60


def test_no_body_that_is_broken_in_the_same_way_is_waited_for_again(trial: Trial) -> None:
    faults = [(each["request"]["credentials"], read_body(_body(each))[0]) for each in trial.unanswered()]
    assert len(set(faults)) == len(faults)


def test_prism_is_still_up_after_the_run(trial: Trial, order: dict[str, Any]) -> None:
    assert trial.prism.post(order).status_code == 201


def test_only_what_is_no_json_stays_unanswered(trial: Trial) -> None:
    silent = [_body(exchange) for exchange in trial.unanswered()]
    assert bool(silent) is not trial.answers_malformed
    assert not [body for body in silent if _is_json(body)]


def test_malformed_json_that_is_not_answered_is_a_finding(trial: Trial) -> None:
    assert _answers(trial.prism, MALFORMED) is trial.answers_malformed
    assert (trial.with_verdict("passed") >= SILENCE) is trial.answers_malformed
    assert (trial.with_verdict("failed") >= SILENCE) is not trial.answers_malformed


def test_what_was_not_answered_counts_neither_for_nor_against_the_refusal_of_such_a_body(trial: Trial) -> None:
    bodies = {f"create/request/body/{kind}" for kind in ("malformed", "truncated", "trailing-text", "not-a-number")}
    assert bodies <= trial.with_verdict("passed" if trial.answers_malformed else "untested")


def test_a_refusal_of_its_own_shape_is_a_finding(trial: Trial, order: dict[str, Any]) -> None:
    answer = trial.prism.post(order, media_type=NO_CHARSET)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    if trial.answers_malformed:
        malformed = trial.prism.post(MALFORMED)
        assert (malformed.status_code, set(malformed.json())) == (400, {"error"})
    assert trial.with_verdict("failed") >= OWN_REFUSAL


def test_credentials_of_anybody_are_taken_and_each_variant_is_a_finding(trial: Trial, order: dict[str, Any]) -> None:
    assert trial.prism.post(order, NOBODY).status_code == 201
    assert trial.with_verdict("failed") >= WRONG


def test_missing_credentials_are_refused_without_a_challenge(trial: Trial, order: dict[str, Any]) -> None:
    answer = trial.prism.post(order, None)
    assert answer.status_code == 401
    assert "www-authenticate" not in answer.headers
    assert {"create/request/credentials/none", "create/401/http-status"} <= trial.with_verdict("passed")
    assert trial.with_verdict("failed") >= NO_CHALLENGE


def test_each_order_is_answered_with_the_example(trial: Trial, order: dict[str, Any]) -> None:
    other = {**order, "price": 7.5, "referenceId": "OTHER-1"}
    first, second = trial.prism.post(order).json(), trial.prism.post(other).json()
    assert first == second
    assert trial.with_verdict("failed") >= ECHO | SAME
    assert "create/201/ref/present" in trial.with_verdict("passed")


def test_a_repeated_order_is_taken_again(trial: Trial, order: dict[str, Any]) -> None:
    assert [trial.prism.post(order).status_code for _ in range(2)] == [201, 201]
    assert trial.with_verdict("failed") >= FORGOTTEN
    # A server that never rejects a repeat passes this whatever it does.
    assert "create/409/only-duplicates" in trial.with_verdict("untested")


def test_answers_that_never_came_are_untested(trial: Trial) -> None:
    assert not [exchange for exchange in trial.exchanges() if _status(exchange) == 409]
    shape = {f"create/409/{rule}" for rule in ("media-type", "json", "code/present", "code/value", "message/present")}
    assert shape <= trial.with_verdict("untested")


def test_the_message_of_a_refusal_is_always_the_same(trial: Trial, order: dict[str, Any]) -> None:
    del order["currencyCode"]
    answer = trial.prism.post(order)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("orderedAt: ")
    assert trial.with_verdict("failed") >= STATIC_MESSAGE


def test_what_the_schema_says_is_checked(trial: Trial, order: dict[str, Any]) -> None:
    assert trial.prism.post({**order, "channel": "EMAIL"}).status_code == 400
    assert trial.prism.post({**order, "price": "50"}).status_code == 400
    contract = trial.prism.contract
    kept = {each.id for each in contract.requirements.values() if each.family in CHECKED_BY_SCHEMA}
    assert sorted(kept - trial.with_verdict("passed")) == []


def test_text_that_is_not_utf_8_is_taken(trial: Trial, order: dict[str, Any]) -> None:
    body = json.dumps(order).encode().replace(b"Visa", b"Vis\xe9")
    assert trial.prism.post(body).status_code == 201
    assert trial.with_verdict("failed") >= NOT_UTF_8


def test_a_media_type_that_ends_in_a_semicolon_is_the_only_server_error(trial: Trial, order: dict[str, Any]) -> None:
    assert trial.prism.post(order, media_type=OPEN_END).status_code == 500
    headers = [exchange["request"]["headers"] for exchange in trial.exchanges() if (_status(exchange) or 0) >= 500]
    assert {dict(each)["Content-Type"] for each in headers} == {OPEN_END}
    assert trial.with_verdict("failed") >= SERVER_ERROR
    assert {"create/any/no-stack-trace", "create/any/no-secret"} <= trial.with_verdict("passed")


def test_the_shape_of_a_conflict_is_judged_where_it_is_forced(trial: Trial, tmp_path: Path) -> None:
    options = ("-k", "create/409", "--without", "memory", "--force", "Prefer: code={status}")
    ended = run(tmp_path, "--target", trial.prism.url, *OPTIONS, *options)
    forced = {one["id"]: one["verdict"] for one in ended.report()["requirements"] if one["forced"]}
    assert (ended.status, ended.report()["outcome"]) == (0, "partial")
    assert forced["create/409/developerMessage/present"] == "passed"
    assert set(forced.values()) == {"passed"}
    assert b"judged by forced responses alone" in ended.output


def test_nothing_else_is_held_against_prism(trial: Trial, order: dict[str, Any]) -> None:
    assert trial.prism.post({**order, "orderedAt": "2024-01-01T16:17:16+0200"}).status_code == 201
    true = WRONG | ECHO | SAME | FORGOTTEN | STATIC_MESSAGE | NO_CHALLENGE | NOT_UTF_8 | MAYBE
    true |= OWN_REFUSAL | SERVER_ERROR | (READS_FIRST if trial.answers_malformed else SILENCE)
    assert sorted(trial.with_verdict("failed") - true) == []


def _body(exchange: Mapping[str, Any]) -> bytes:
    body = exchange["request"]["body"]
    return base64.b64decode(body["base64"]) if "base64" in body else body["text"].encode()


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(literal: str) -> None:
    message = f"{literal} is not JSON"
    raise ValueError(message)


def _status(exchange: Mapping[str, Any]) -> int | None:
    response: Mapping[str, int] | None = exchange["response"]
    return response["status"] if response else None


def _answers(server: Prism, body: bytes) -> bool:
    try:
        server.post(body, timeout=1)
    except requests.Timeout:
        return False
    return True
