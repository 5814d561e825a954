"""The one judge: what an exchange shows about every requirement that it bears on.

Pure: contract, request, reply and the run's memory go in; a judgement comes out. Nothing here knows which probe sent
the request. `learning` then adds the exchange to the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from orders_conformance.harness.exchange import SERVER_ERROR, Exchange, Request, Response
from orders_conformance.harness.oracle.authentication import (
    CredentialClassifier,
    judge_right_credentials,
    judge_wrong_credentials,
)
from orders_conformance.harness.oracle.classification import Classification, Classifier, Name
from orders_conformance.harness.oracle.created import CreatedJudge
from orders_conformance.harness.oracle.disclosure import DisclosureJudge
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, checked, describe, excerpt, kept
from orders_conformance.harness.oracle.history import History, Relation
from orders_conformance.harness.oracle.response_body import ResponseBodyJudge
from orders_conformance.harness.oracle.status import StatusJudge
from orders_conformance.harness.redaction import Redactor
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT, Credentials


class Oracle:
    """Judges the exchanges of a run."""

    def __init__(self, contract: Contract, credentials: Credentials, organisation: Mapping[str, str]) -> None:
        """Prepare judges for a contract.

        Args:
            contract: what is to be kept.
            credentials: the right ones.
            organisation: the organisation's own value for each field that the contract marks so.

        """
        self.contract = contract
        self.statuses = contract.statuses
        self.credentials = CredentialClassifier(contract.extension.credentials, credentials)
        self._classifier = Classifier(contract, self.credentials.variant, organisation)
        self._acceptance = StatusJudge(contract, contract.statuses)
        self._replies = ResponseBodyJudge(contract)
        self._created = CreatedJudge(contract)
        self._leaks = DisclosureJudge(Redactor(credentials))

    def classify(self, request: Request, now: datetime) -> Classification:
        """Say what the contract sees in a request that is sent at `now`."""
        return self._classifier.classify(request, now)

    def purpose(self, classification: Classification, history: History) -> Name:
        """Name the requirement that a request mainly serves."""
        if not classification.has_right_credentials:
            return (Rule.CREDENTIALS, classification.credentials)
        if classification.media == "other":
            return (Rule.OTHER_MEDIA_TYPE,)
        if classification.body_fault:
            return (Rule.BODY, classification.body_fault)
        if classification.violations:
            return classification.violations[0]
        if classification.key and history.relation(classification.key)[0] is Relation.REPEAT:
            return (Rule.DUPLICATE,)
        return classification.unusual[0] if classification.unusual else (Rule.ACCEPTED,)

    def judge(self, exchange: Exchange, classification: Classification, history: History, now: datetime) -> Judgement:
        """Judge an exchange.

        Args:
            exchange: request and outcome.
            classification: the classification of its request.
            history: what was created before it.
            now: the time of day when it was sent.

        """
        response = exchange.response
        if response is None:
            failure = exchange.failure
            shown = f"{failure.kind}: {failure.detail}" if failure else "nothing"
            return Judgement(
                (Evidence((Rule.ANSWERED,), held=False, expected="a complete HTTP response", observed=shown),)
            )
        evidence = [kept((Rule.ANSWERED,)), *self._leaks.judge(response), _no_server_error(response)]
        if response.status in self.contract.responses:
            # A repeat that is taken may be answered with the order that it repeats: what was sent is not the measure.
            about = replace(classification, document=None) if history.is_used(classification.key) else classification
            body, found = self._replies.judge(response, about)
            evidence += found
            if body is not None:
                named = self._message(response, body, classification, history)
                evidence += [named] if named else []
                if response.status == self.statuses.created:
                    evidence += self._created.judge(body, about, history, now)
        outcome = self._outcome(exchange, response, classification, history)
        return Judgement((*evidence, *outcome.evidence), outcome.observed, outcome.suspicion)

    def _outcome(
        self, exchange: Exchange, response: Response, classification: Classification, history: History
    ) -> Judgement:
        """Judge the status: what should have become of the request, and what did."""
        if not classification.has_right_credentials:
            return judge_wrong_credentials(response, classification, history, self.statuses)
        rule = Rule.RIGHT_CREDENTIALS if classification.credentials == RIGHT else Rule.SCHEME_CASE
        admitted = judge_right_credentials(response, self.statuses, rule)
        if not admitted.held:
            return Judgement((admitted,))
        rest = self._acceptance.judge(exchange, response, classification, history)
        return Judgement((admitted, *rest.evidence), rest.observed, rest.suspicion)

    def _message(
        self, response: Response, body: Mapping[str, Any], classification: Classification, history: History
    ) -> Evidence | None:
        """Judge whether a message names what it is about, where that is one thing.

        A message that does not name the only fault that we know of counts against a server only where the order is
        plain but for that fault: elsewhere it may be about another reason that the server has.
        """
        if not classification.has_right_credentials or classification.media == "other":
            return None
        texts = [text for name in self.contract.extension.message_fields if isinstance(text := body.get(name), str)]
        fields = {name[1] for name in classification.violations}
        if response.status == self.statuses.rejected and len(fields) == 1 and not classification.unusual:
            (field,) = fields
            named = _named(Rule.MESSAGE_NAMES_FIELD, field, texts)
            return (
                named if named.held or self._classifier.is_plain_but_for(field, classification.document or {}) else None
            )
        if (
            response.status == self.statuses.conflict
            and classification.key
            and history.relation(classification.key)[0] is Relation.REPEAT
        ):
            return _named(Rule.MESSAGE_NAMES_REFERENCE, classification.key.reference, texts)
        return None


def _no_server_error(response: Response) -> Evidence:
    held = response.status < SERVER_ERROR
    return checked((Rule.NO_SERVER_ERROR,), lambda: (f"a status below {SERVER_ERROR}", describe(response)), held=held)


def _named(rule: str, name: str, texts: list[str]) -> Evidence:
    held = any(name.casefold() in text.casefold() for text in texts)
    shown = "; ".join(map(excerpt, texts)) or "no message"
    return Evidence((rule,), held=held, expected=f"a message with {name}", observed=shown)
