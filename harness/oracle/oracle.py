"""The one judge: what an exchange shows about every requirement that it bears on.

Pure: contract, request, reply and the run's memory go in; a judgement comes out. Nothing here knows which probe sent
the request. `learn` then adds the exchange to the memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orders_conformance.harness.exchange import SERVER_ERROR, SUCCESS, Exchange, Request, Response
from orders_conformance.harness.oracle.authentication import judge_right_credentials, judge_wrong_credentials
from orders_conformance.harness.oracle.classification import Classification, Classifier, Key, Name
from orders_conformance.harness.oracle.created import CreatedJudge
from orders_conformance.harness.oracle.disclosure import DisclosureJudge
from orders_conformance.harness.oracle.duplicates import Repeat, clear
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, checked, describe, excerpt, kept
from orders_conformance.harness.oracle.history import CreatedOrder, History, Relation
from orders_conformance.harness.oracle.response_body import ResponseBodyJudge, is_damaged, is_utf_8, read_object
from orders_conformance.harness.oracle.status import StatusJudge
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
        self._credentials = credentials
        self._let_in = frozenset(contract.extension.credentials.right)
        self._classifier = Classifier(contract, credentials, organisation)
        self._acceptance = StatusJudge(contract, contract.statuses)
        self._replies = ResponseBodyJudge(contract)
        self._created = CreatedJudge(contract)
        self._leaks = DisclosureJudge(credentials)

    def history(self) -> History:
        """Make the empty memory of a run."""
        return History(recycled_after=timedelta(days=self.contract.extension.duplicate.recycled_after_days))

    def classify(self, request: Request, now: datetime) -> Classification:
        """Say what the contract sees in a request that is sent at `now`."""
        return self._classifier.classify(request, now)

    def purpose(self, seen: Classification, history: History) -> Name:
        """Name the requirement that a request mainly serves."""
        if seen.credentials not in self._let_in:
            return (Rule.CREDENTIALS, seen.credentials)
        if seen.media == "other":
            return (Rule.OTHER_MEDIA_TYPE,)
        if seen.body_fault:
            return (Rule.BODY, seen.body_fault)
        if seen.violations:
            return seen.violations[0]
        if seen.key and history.relation(seen.key)[0] is Relation.REPEAT:
            return (Rule.DUPLICATE,)
        return seen.unusual[0] if seen.unusual else (Rule.ACCEPTED,)

    def is_authorized(self, authorization: str | None) -> bool:
        """Whether an Authorization header has to be let in."""
        return self._credentials.variant(authorization) in self._let_in

    def is_damaged(self, response: Response) -> bool:
        """Whether a reply may have been damaged on its way, so that it is judged only if that is a habit."""
        return is_damaged(response, self.contract)

    def judge(self, exchange: Exchange, seen: Classification, history: History, now: datetime) -> Judgement:
        """Judge an exchange.

        Args:
            exchange: request and outcome.
            seen: the classification of its request.
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
            about = replace(seen, document=None) if history.is_used(seen.key) else seen
            body, found = self._replies.judge(response, about)
            evidence += found
            if body is not None:
                named = self._message(response, body, seen, history)
                evidence += [named] if named else []
                if response.status == self.statuses.created:
                    evidence += self._created.judge(body, about, history, now)
        outcome = self._outcome(exchange, response, seen, history)
        return Judgement((*evidence, *outcome.evidence), outcome.observed, outcome.suspicion)

    def _outcome(self, exchange: Exchange, response: Response, seen: Classification, history: History) -> Judgement:
        """Judge the status: what should have become of the request, and what did."""
        if seen.credentials not in self._let_in:
            return judge_wrong_credentials(response, seen, history, self.statuses)
        rule = Rule.RIGHT_CREDENTIALS if seen.credentials == RIGHT else Rule.SCHEME_CASE
        admitted = judge_right_credentials(response, self.statuses, rule)
        if not admitted.held:
            return Judgement((admitted,))
        rest = self._acceptance.judge(exchange, response, seen, history)
        return Judgement((admitted, *rest.evidence), rest.observed, rest.suspicion)

    def _message(
        self, response: Response, body: Mapping[str, Any], seen: Classification, history: History
    ) -> Evidence | None:
        """Judge whether a message names what it is about, where that is one thing.

        A message that does not name the only fault that we know of counts against a server only where the order is
        plain but for that fault: elsewhere it may be about another reason that the server has.
        """
        if seen.credentials not in self._let_in or seen.media == "other":
            return None
        texts = [text for name in self.contract.extension.message_fields if isinstance(text := body.get(name), str)]
        fields = {name[1] for name in seen.violations}
        if response.status == self.statuses.rejected and len(fields) == 1 and not seen.unusual:
            (field,) = fields
            named = _named(Rule.MESSAGE_NAMES_FIELD, field, texts)
            return named if named.held or self._classifier.is_plain_but_for(field, seen.document or {}) else None
        if response.status == self.statuses.conflict and seen.key and history.relation(seen.key)[0] is Relation.REPEAT:
            return _named(Rule.MESSAGE_NAMES_REFERENCE, seen.key.reference, texts)
        return None

    def learn(self, exchange: Exchange, seen: Classification, history: History) -> None:
        """Add an exchange that was judged to the memory."""
        response, key = exchange.response, seen.key
        created = response is not None and response.status in SUCCESS
        lost = response is None or response.status >= SERVER_ERROR or (exchange.uncertain and not created)
        if lost and key and self.may_create(seen) and not history.exists(key):
            history.remember(_order(exchange, key, seen, history, certain=False))
        if response is None or response.status >= SERVER_ERROR:
            return
        if created and key and response.status != self.statuses.created and not self.may_create(seen):
            # What had to be refused, and was answered with another success, need not have created anything.
            history.remember(_order(exchange, key, seen, history, certain=False))
        elif created and key:
            self._learn_repeat(exchange, key, seen, history)
            self._learn_created(exchange, response, seen, history)
            history.remember(_order(exchange, key, seen, history, certain=True))
        elif key and response.status == self.statuses.conflict:
            self._learn_conflict(exchange, key, seen, history)
        elif not created:
            history.refusals += 1
            if key:
                history.refused.setdefault(key, set()).add(response.status)

    def may_create(self, seen: Classification) -> bool:
        """Whether a request may rightly create an order: nothing obliges the server to refuse it."""
        obliged = seen.credentials not in self._let_in or seen.violations or seen.body_fault or seen.media == "other"
        return not obliged

    def _learn_created(self, exchange: Exchange, response: Response, seen: Classification, history: History) -> None:
        history.saw_broken_utf8 = history.saw_broken_utf8 or not is_utf_8(response.body)
        self._created.learn(exchange.id, read_object(response.body) or {}, seen, history)
        if response.status != self.statuses.created:
            return
        for name in seen.features:
            history.accepted.setdefault(name, exchange.id)
        if not seen.violations and seen.document is not None:
            (history.unusual if seen.unusual else history.plain).append(seen.document)

    def _learn_repeat(self, exchange: Exchange, key: Key, seen: Classification, history: History) -> None:
        relation, known = history.relation(key)
        if relation is Relation.REPEAT and known and known.certain and seen.document is not None:
            repeat = Repeat.of(exchange, seen, history, known, self.contract)
            plain = not repeat.circumstances
            history.plain_repeat_taken = history.plain_repeat_taken or (plain and not seen.violations)
            history.repeat_taken = history.repeat_taken or repeat.follows

    def _learn_conflict(self, exchange: Exchange, key: Key, seen: Classification, history: History) -> None:
        relation, known = history.relation(key)
        if known and relation in {Relation.REPEAT, Relation.SAME_INSTANT}:
            clear(Repeat.of(exchange, seen, history, known, self.contract), history)
            history.conflicts.add(known.key)


def _order(exchange: Exchange, key: Key, seen: Classification, history: History, *, certain: bool) -> CreatedOrder:
    return CreatedOrder(
        key=key,
        order=seen.document or {},
        exchange=exchange.id,
        at=exchange.at + exchange.elapsed,
        connection=exchange.connection,
        group=exchange.group,
        certain=certain,
        orders_before=history.orders + 1,
        refusals_before=history.refusals,
    )


def _no_server_error(response: Response) -> Evidence:
    held = response.status < SERVER_ERROR
    return checked((Rule.NO_SERVER_ERROR,), lambda: (f"a status below {SERVER_ERROR}", describe(response)), held=held)


def _named(rule: str, name: str, texts: list[str]) -> Evidence:
    held = any(name.casefold() in text.casefold() for text in texts)
    shown = "; ".join(map(excerpt, texts)) or "no message"
    return Evidence((rule,), held=held, expected=f"a message with {name}", observed=shown)
