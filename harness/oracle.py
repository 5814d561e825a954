"""The one judge: what an exchange shows about every requirement that it bears on.

Pure: contract, request, reply and the run's memory go in; a judgement comes out. Nothing here knows which probe sent
the request. `learn` then adds the exchange to the memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from harness.acceptance import AcceptanceJudge
from harness.admission import judge_right, judge_wrong
from harness.classification import Classification, Classifier, Key, Name
from harness.created import CreatedJudge
from harness.evidence import Evidence, Judgement, Suspicion, describe, excerpt, kept, weighed
from harness.exchange import SERVER_ERROR, SUCCESS, Exchange, Reply, Request
from harness.leaks import LeakJudge
from harness.memory import Created, Memory, Relation
from harness.repeats import Repeat, clear
from harness.replies import ReplyJudge, is_damaged, is_utf_8, read_object
from spec.contract import Contract
from strategies.credentials import RIGHT, Credentials


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
        self._let_in = frozenset(contract.extension["credentials"]["right"])
        self._classifier = Classifier(contract, credentials, organisation)
        self._acceptance = AcceptanceJudge(contract, contract.statuses)
        self._replies = ReplyJudge(contract)
        self._created = CreatedJudge(contract)
        self._leaks = LeakJudge(contract, credentials)

    def memory(self) -> Memory:
        """Make the empty memory of a run."""
        return Memory(recycled_after=timedelta(days=self.contract.extension["duplicate"]["recycled_after_days"]))

    def classify(self, request: Request, now: datetime) -> Classification:
        """Say what the contract sees in a request that is sent at `now`."""
        return self._classifier.classify(request, now)

    def purpose(self, seen: Classification, memory: Memory) -> Name:
        """Name the requirement that a request mainly serves."""
        if seen.credentials not in self._let_in:
            return ("credentials", seen.credentials)
        if seen.media == "other":
            return ("other_media_type",)
        if seen.body_fault:
            return ("body", seen.body_fault)
        if seen.violations:
            return seen.violations[0]
        if seen.key and memory.relation(seen.key)[0] is Relation.REPEAT:
            return ("duplicate",)
        return seen.unusual[0] if seen.unusual else ("accepted",)

    def is_let_in(self, authorization: str | None) -> bool:
        """Whether an Authorization header has to be let in."""
        return self._credentials.variant(authorization) in self._let_in

    def is_damaged(self, reply: Reply) -> bool:
        """Whether a reply may have been damaged on its way, so that it is judged only if that is a habit."""
        return is_damaged(reply, self.contract)

    def judge(self, exchange: Exchange, seen: Classification, memory: Memory, now: datetime) -> Judgement:
        """Judge an exchange.

        Args:
            exchange: request and outcome.
            seen: the classification of its request.
            memory: what was created before it.
            now: the time of day when it was sent.

        """
        reply = exchange.reply
        if reply is None:
            failure = exchange.failure
            shown = f"{failure.kind}: {failure.detail}" if failure else "nothing"
            return Judgement(
                (Evidence(("answered",), held=False, expected="a complete HTTP response", observed=shown),)
            )
        unnamed: Suspicion | None = None
        evidence = [kept(("answered",)), *self._leaks.judge(reply), _no_server_error(reply)]
        if reply.status in self.contract.replies:
            # A repeat that is taken may be answered with the order that it repeats: what was sent is not the measure.
            about = replace(seen, document=None) if memory.is_used(seen.key) else seen
            body, found = self._replies.judge(reply, about)
            evidence += found
            if body is not None:
                named = self._message(reply, body, seen, memory)
                evidence += [named] if isinstance(named, Evidence) else []
                unnamed = named if isinstance(named, Suspicion) else None
                if reply.status == self.statuses.created:
                    evidence += self._created.judge(body, about, memory, now)
        outcome = self._outcome(exchange, reply, seen, memory)
        return Judgement((*evidence, *outcome.evidence), outcome.observed, outcome.suspicion or unnamed)

    def _outcome(self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory) -> Judgement:
        """Judge the status: what should have become of the request, and what did."""
        if seen.credentials not in self._let_in:
            return judge_wrong(reply, seen, memory, self.statuses)
        rule = "right_credentials" if seen.credentials == RIGHT else "scheme_case"
        admitted = judge_right(reply, self.statuses, rule)
        if not admitted.held:
            return Judgement((admitted,))
        rest = self._acceptance.judge(exchange, reply, seen, memory)
        return Judgement((admitted, *rest.evidence), rest.observed, rest.suspicion)

    def _message(
        self, reply: Reply, body: Mapping[str, Any], seen: Classification, memory: Memory
    ) -> Evidence | Suspicion | None:
        """Judge whether a message names what it is about, where that is one thing.

        A message that does not name the only fault that we know of may be about another reason that the server has.
        """
        if seen.credentials not in self._let_in or seen.media == "other":
            return None
        texts = [text for name in self.contract.extension["message_fields"] if isinstance(text := body.get(name), str)]
        fields = {name[1] for name in seen.violations}
        if reply.status == self.statuses.refused and len(fields) == 1 and not seen.unusual:
            named = _named("message_names_field", fields.pop(), texts)
            rule = named.requirement
            return named if named.held else Suspicion("message", (rule,), rule, named.expected, named.observed)
        if reply.status == self.statuses.conflict and seen.key and memory.relation(seen.key)[0] is Relation.REPEAT:
            return _named("message_names_reference", seen.key.reference, texts)
        return None

    def learn(self, exchange: Exchange, seen: Classification, memory: Memory) -> None:
        """Add an exchange that was judged to the memory."""
        reply, key = exchange.reply, seen.key
        created = reply is not None and reply.status in SUCCESS
        lost = reply is None or reply.status >= SERVER_ERROR or (exchange.uncertain and not created)
        if lost and key and self.may_create(seen) and not memory.exists(key):
            memory.remember(_order(exchange, key, seen, memory, certain=False))
        if reply is None or reply.status >= SERVER_ERROR:
            return
        if created and key and reply.status != self.statuses.created and not self.may_create(seen):
            # What had to be refused, and was answered with another success, need not have created anything.
            memory.remember(_order(exchange, key, seen, memory, certain=False))
        elif created and key:
            self._learn_repeat(exchange, key, seen, memory)
            self._learn_created(exchange, reply, seen, memory)
            memory.remember(_order(exchange, key, seen, memory, certain=True))
        elif key and reply.status == self.statuses.conflict:
            self._learn_conflict(exchange, key, seen, memory)
        elif not created:
            memory.refusals += 1
            if key:
                memory.refused.setdefault(key, set()).add(reply.status)

    def may_create(self, seen: Classification) -> bool:
        """Whether a request may rightly create an order: nothing obliges the server to refuse it."""
        obliged = seen.credentials not in self._let_in or seen.violations or seen.body_fault or seen.media == "other"
        return not obliged

    def _learn_created(self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory) -> None:
        memory.garbled = memory.garbled or not is_utf_8(reply.body)
        self._created.learn(exchange.id, read_object(reply.body) or {}, seen, memory)
        if reply.status != self.statuses.created:
            return
        for name in seen.features:
            memory.accepted.setdefault(name, exchange.id)
        if not seen.violations and seen.document is not None:
            (memory.unusual if seen.unusual else memory.plain).append(seen.document)

    def _learn_repeat(self, exchange: Exchange, key: Key, seen: Classification, memory: Memory) -> None:
        relation, known = memory.relation(key)
        if relation is Relation.REPEAT and known and known.certain and seen.document is not None:
            repeat = Repeat.of(exchange, seen, memory, known, self.contract)
            plain = not repeat.circumstances
            memory.plain_repeat_taken = memory.plain_repeat_taken or (plain and not seen.violations)
            memory.repeat_taken = memory.repeat_taken or repeat.follows

    def _learn_conflict(self, exchange: Exchange, key: Key, seen: Classification, memory: Memory) -> None:
        relation, known = memory.relation(key)
        if known and relation in {Relation.REPEAT, Relation.SAME_INSTANT}:
            clear(Repeat.of(exchange, seen, memory, known, self.contract), memory)
            memory.conflicts.add(known.key)


def _order(exchange: Exchange, key: Key, seen: Classification, memory: Memory, *, certain: bool) -> Created:
    return Created(
        key=key,
        order=seen.document or {},
        exchange=exchange.id,
        at=exchange.at + exchange.elapsed,
        connection=exchange.connection,
        group=exchange.group,
        certain=certain,
        orders_before=memory.orders + 1,
        refusals_before=memory.refusals,
    )


def _no_server_error(reply: Reply) -> Evidence:
    held = reply.status < SERVER_ERROR
    return weighed(("no_server_error",), lambda: (f"a status below {SERVER_ERROR}", describe(reply)), held=held)


def _named(rule: str, name: str, texts: list[str]) -> Evidence:
    held = any(name.casefold() in text.casefold() for text in texts)
    shown = "; ".join(map(excerpt, texts)) or "no message"
    return Evidence((rule,), held=held, expected=f"a message with {name}", observed=shown)
