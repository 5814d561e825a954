"""The oracle: judge an exchange by every requirement that it is evidence for.

A pure function of contract, request, response and the history of the run; it does not depend on the probe that made the
request. `learning` adds the exchange to the history afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from orders_conformance.harness.messages.exchange import SERVER_ERROR, Exchange, Request, Response
from orders_conformance.harness.messages.json_body import read_object
from orders_conformance.harness.oracle.authentication import (
    CredentialClassifier,
    judge_right_credentials,
    judge_wrong_credentials,
)
from orders_conformance.harness.oracle.classification import Classification, Classifier, Name
from orders_conformance.harness.oracle.disclosure import judge_disclosure
from orders_conformance.harness.oracle.evidence import (
    Evidence,
    Judgement,
    checked,
    excerpt,
    kept,
    together,
)
from orders_conformance.harness.oracle.history import History, Relation
from orders_conformance.harness.oracle.other_request import is_of_another_request
from orders_conformance.harness.oracle.response.body import ResponseBodyJudge
from orders_conformance.harness.oracle.response.created import CreatedJudge
from orders_conformance.harness.oracle.status import StatusJudge
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.scripts.declarations import RESPONSE_RULES

# What a forced response shows: its shape, and nothing about how the target treats a request.
FORCED_RULES = RESPONSE_RULES - {Rule.PRESENT_WHEN_SENT, Rule.LEFT_OUT}


class Oracle:
    """Judges the exchanges of a run."""

    def __init__(
        self,
        contract: Contract,
        credentials: Credentials,
        organisation: Mapping[str, str],
        variant: Callable[[Request], str] | None = None,
    ) -> None:
        """Prepare the judges.

        Args:
            contract: the contract to judge by.
            credentials: the right credentials.
            organisation: the organisation's own value of each field that has one.
            variant: returns the variant of the credentials of a request; None to recognise it by its bytes.

        """
        self.contract = contract
        self.statuses = contract.statuses
        self.credentials = CredentialClassifier(contract.extension.credentials, credentials)
        self._classifier = Classifier(contract, variant or self.credentials.variant, organisation)
        self._status = StatusJudge(contract, contract.statuses)
        self._bodies = ResponseBodyJudge(contract)
        self._created = CreatedJudge(contract)

    def classify(self, request: Request, now: datetime) -> Classification:
        """Classify a request that is sent at `now`."""
        return self._classifier.classify(request, now)

    def purpose(self, classification: Classification, history: History) -> Name:
        """Return the requirement that a request mainly tests."""
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
            exchange: the request, and its response or failure.
            classification: the classification of the request.
            history: the history of the run before this exchange.
            now: the time at which the request was sent.

        """
        response = exchange.response
        if exchange.request.forced is not None:
            return self._judge_forced(response, exchange.request.forced.status, classification)
        if response is None:
            return Judgement((Evidence((Rule.ANSWERED,), held=False, expected="a complete HTTP response"),))
        evidence = [kept((Rule.ANSWERED,)), *judge_disclosure(response), _no_server_error(response)]
        is_of_another = is_of_another_request(exchange, classification, history, self.contract)
        evidence.append(
            checked((Rule.OWN_RESPONSE,), lambda: self._own_response(response, classification), held=not is_of_another)
        )
        if is_of_another:
            return Judgement(tuple(evidence))
        parts = [self._judge_status(exchange, response, classification, history)]
        if response.status in self.contract.responses:
            # The response to an accepted repeat may show the first order: it is not compared with the request.
            about = replace(classification, document=None) if history.is_used(classification.key) else classification
            body, found = self._bodies.judge(response, about)
            evidence += found
            if body is not None:
                about_message = self._message(response, body, classification, history)
                evidence += [about_message] if about_message else []
                if response.status == self.statuses.created:
                    parts.insert(0, self._created.judge(body, about, history, now))
        return together([Judgement(tuple(evidence)), *parts])

    def _judge_forced(self, response: Response | None, status: int, classification: Classification) -> Judgement:
        """Judge the shape of a forced response; nothing where the target does not follow the header."""
        if response is None or response.status != status:
            return Judgement(())
        _, found = self._bodies.judge(response, replace(classification, document=None))
        return Judgement(tuple(item for item in found if item.requirement[0] in FORCED_RULES))

    def judge_by_status(self, exchange: Exchange, classification: Classification, history: History) -> Judgement:
        """Judge what an exchange shows whatever the body of its response is; it is not that of another request."""
        if exchange.response is None or exchange.request.forced is not None:
            return Judgement(())
        server_error = Judgement((_no_server_error(exchange.response),))
        return together((server_error, self._judge_status(exchange, exchange.response, classification, history)))

    def _own_response(self, response: Response, classification: Classification) -> tuple[str, str]:
        name = self.contract.extension.duplicate.reference
        sent, body = (classification.document or {}).get(name), read_object(response.body) or {}
        other = f"that of the order with {name} {excerpt(body[name])}" if name in body else excerpt(response.body)
        return f"a response about {name} {excerpt(sent)}", other

    def _judge_status(
        self, exchange: Exchange, response: Response, classification: Classification, history: History
    ) -> Judgement:
        """Judge the status: first the authentication, then the acceptance or rejection of the order."""
        if not classification.has_right_credentials:
            if exchange.uncertain and response.status == self.statuses.conflict:
                # An earlier try, whose response was lost, may have created the order that conflicts now.
                return Judgement(())
            return judge_wrong_credentials(response, classification, history, self.statuses)
        rule = Rule.RIGHT_CREDENTIALS if classification.credentials == RIGHT else Rule.SCHEME_CASE
        authenticated = judge_right_credentials(response, self.statuses, rule)
        if not authenticated.held:
            return Judgement((authenticated,))
        rest = self._status.judge(exchange, response, classification, history)
        return replace(rest, evidence=(authenticated, *rest.evidence))

    def _message(
        self, response: Response, body: Mapping[str, Any], classification: Classification, history: History
    ) -> Evidence | None:
        """Judge whether an error message names the field or the reference that it is about.

        A 400 is judged only if the order has exactly one wrong field. If its message does not name the field, that
        counts against the server only if the rest of the order is plain: otherwise the message may be about another
        field that the server does not accept.

        Returns:
            The evidence; None if the message is not judged.

        """
        if not classification.has_right_credentials or classification.media == "other":
            return None
        texts = [text for name in self.contract.extension.message_fields if isinstance(text := body.get(name), str)]
        fields = {name[1] for name in classification.violations}
        if response.status == self.statuses.rejected and len(fields) == 1 and not classification.unusual:
            (field,) = fields
            about_message = _message_evidence(Rule.MESSAGE_NAMES_FIELD, field, texts)
            return (
                about_message
                if about_message.held or self._classifier.is_plain_but_for(field, classification.document or {})
                else None
            )
        if (
            response.status == self.statuses.conflict
            and classification.key
            and history.relation(classification.key)[0] is Relation.REPEAT
        ):
            return _message_evidence(Rule.MESSAGE_NAMES_REFERENCE, classification.key.reference, texts)
        return None


def _no_server_error(response: Response) -> Evidence:
    held = response.status < SERVER_ERROR
    return checked((Rule.NO_SERVER_ERROR,), lambda: (f"a status below {SERVER_ERROR}", ""), held=held)


def _message_evidence(rule: str, name: str, texts: list[str]) -> Evidence:
    held = any(name.casefold() in text.casefold() for text in texts)
    observed = "; ".join(map(excerpt, texts)) or "no message"
    return Evidence((rule,), held=held, expected=f"a message with {name}", observed=observed)
