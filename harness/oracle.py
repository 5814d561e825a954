"""The one judge: what an exchange shows about every requirement that it bears on.

Pure: contract, request, reply and the run's memory go in; a judgement comes out. Nothing here knows which probe sent
the request. `learn` then adds the exchange to the memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.classification import Classification, Classifier, Key, Name
from harness.created import CreatedJudge
from harness.evidence import Evidence, Judgement, Suspicion, excerpt
from harness.exchange import Exchange, Reply, Request
from harness.leaks import LeakJudge
from harness.memory import Created, Memory, Relation
from harness.repeats import Repeat, clear, judge_repeat
from harness.replies import ReplyJudge, read_object
from spec.contract import Contract
from strategies.credentials import RIGHT, Credentials

# Sizes that HTTP lets any server refuse: the content, the header fields.
_TOO_LARGE = {413, 431}
_SERVER_ERROR = 500
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses of the contract by their meaning."""

    created: int
    refused: int
    unauthorized: int
    conflict: int
    media_type: int


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
        self.statuses = Statuses(**contract.extension["statuses"])
        self._classifier = Classifier(contract, credentials, organisation)
        self._replies = ReplyJudge(contract)
        self._created = CreatedJudge(contract)
        self._leaks = LeakJudge(contract, credentials)

    def memory(self) -> Memory:
        """Make the empty memory of a run."""
        return Memory(recycled_after=timedelta(days=self.contract.extension["duplicate"]["recycled_after_days"]))

    def classify(self, request: Request, now: datetime) -> Classification:
        """Say what the contract sees in a request that is sent at `now`."""
        return self._classifier.classify(request, now)

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
        evidence = [Evidence(("answered",), held=True), *self._leaks.judge(reply)]
        failed = reply.status >= _SERVER_ERROR
        evidence.append(
            Evidence(
                ("no_server_error",), held=not failed, expected="no status of 500 or more", observed=describe(reply)
            )
        )
        body: Mapping[str, object] | None = None
        if reply.status in self._replies_with_body:
            body, found = self._replies.judge(reply, seen.document)
            evidence += found
            evidence += self._messages(reply, body, seen, memory)
        outcome = self._outcome(exchange, reply, seen, memory)
        evidence += outcome.evidence
        if reply.status == self.statuses.created and body is not None:
            evidence += self._created.judge(body, seen, memory, now)
        return Judgement(tuple(evidence), outcome.observed, outcome.suspicion)

    @property
    def _replies_with_body(self) -> Mapping[int, object]:
        return self.contract.replies

    def _outcome(self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory) -> Judgement:
        """Judge the status: what should have become of the request, and what did."""
        if seen.credentials not in self.contract.extension["credentials"]["right"]:
            return self._unauthorized(reply, seen, memory)
        if seen.credentials != RIGHT:
            taken = reply.status != self.statuses.unauthorized
            held = Evidence(("scheme_case",), held=taken, expected="any status but 401", observed=describe(reply))
            if not taken:
                return Judgement((held,))
            return _joined(held, self._authorized(exchange, reply, seen, memory))
        let_in = reply.status != self.statuses.unauthorized
        held = Evidence(("right_credentials",), held=let_in, expected="any status but 401", observed=describe(reply))
        return _joined(held, self._authorized(exchange, reply, seen, memory)) if let_in else Judgement((held,))

    def _unauthorized(self, reply: Reply, seen: Classification, memory: Memory) -> Judgement:
        variant: Name = ("credentials", seen.credentials)
        expected = f"{self.statuses.unauthorized}"
        shown = describe(reply)
        valid = seen.document is not None and not seen.violations and seen.media == "json"
        if reply.status in _SUCCESS:
            return Judgement((Evidence(variant, held=False, expected=expected, observed=shown),))
        if reply.status >= _SERVER_ERROR:
            return Judgement(())
        held = reply.status == self.statuses.unauthorized
        if held:
            challenged = Evidence(
                ("challenge",),
                held="www-authenticate" in reply.headers,
                expected="a WWW-Authenticate header",
                observed="no such header",
            )
            evidence = [Evidence(variant, held=True), Evidence(("unauthorized",), held=True), challenged]
        else:
            evidence = []
        if not valid:
            refused = {self.statuses.refused, self.statuses.media_type}
            blamed: Name = ("unauthorized_first",) if held or reply.status in refused else ("unauthorized",)
        elif seen.key and memory.relation(seen.key)[0] is Relation.REPEAT:
            blamed = (
                ("unauthorized_before_conflict",)
                if held or reply.status == self.statuses.conflict
                else ("unauthorized",)
            )
        else:
            blamed = ("unauthorized",)
        evidence.append(Evidence(blamed, held=held, expected=expected, observed=shown))
        return Judgement(tuple(evidence))

    def _authorized(self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory) -> Judgement:
        if seen.media == "other":
            return self._other_media_type(reply)
        if seen.body_fault:
            return self._refusal(reply, seen, (("body", seen.body_fault),), may_conflict=False)
        if seen.document is None:
            return self._either(reply, seen, may_conflict=False)
        relation, known = memory.relation(seen.key) if seen.key else (Relation.FREE, None)
        exists = known is not None and known.certain
        uncertain = not exists and (exchange.uncertain or bool(seen.key and memory.may_exist(seen.key)))
        existing = uncertain or relation not in {Relation.FREE, Relation.LETTERS, Relation.RECYCLED}
        if seen.violations:
            return self._refusal(reply, seen, seen.violations, may_conflict=existing)
        if relation in {Relation.REPEAT, Relation.SAME_INSTANT} and known and known.certain:
            return self._repeat(exchange, reply, seen, memory, known)
        if relation is Relation.NEAR and not uncertain:
            return self._near(reply, seen)
        uncertain = uncertain or exchange.uncertain
        if reply.status == self.statuses.conflict and not uncertain:
            return Judgement((self._needless_conflict(reply, seen, memory, relation),))
        if reply.status == self.statuses.conflict:
            return Judgement(())
        if seen.unusual or seen.media in {"missing", "unusual"}:
            return self._either(reply, seen, may_conflict=existing, relation=relation)
        return self._valid(reply, seen, memory, relation)

    def _other_media_type(self, reply: Reply) -> Judgement:
        refused = reply.status in {self.statuses.media_type, self.statuses.refused} or reply.status >= _SERVER_ERROR
        return Judgement(
            (Evidence(("other_media_type",), held=refused, expected="415 or 400", observed=describe(reply)),)
        )

    def _refusal(
        self, reply: Reply, seen: Classification, violations: tuple[Name, ...], *, may_conflict: bool
    ) -> Judgement:
        expected = f"{self.statuses.refused}"
        shown = describe(reply)
        taken = reply.status in _SUCCESS
        if reply.status >= _SERVER_ERROR or (may_conflict and reply.status == self.statuses.conflict):
            return Judgement(())
        evidence = [Evidence(name, held=not taken, expected=expected, observed=shown) for name in violations]
        if not taken:
            # Without a plain media type, that may be what is refused.
            also = set() if seen.media in {"json", "parameter"} else {self.statuses.media_type}
            right = reply.status in {self.statuses.refused, *also}
            evidence.append(Evidence(("refused",), held=right, expected=expected, observed=shown))
        return Judgement(tuple(evidence))

    def _either(
        self, reply: Reply, seen: Classification, *, may_conflict: bool, relation: Relation = Relation.FREE
    ) -> Judgement:
        names = list(seen.unusual)
        if seen.media == "missing":
            names.append(("missing_media_type",))
        allowed = {self.statuses.created, self.statuses.refused}
        allowed |= {self.statuses.conflict} if may_conflict else set()
        allowed |= {self.statuses.media_type} if seen.media != "json" else set()
        observed = tuple((name, f"{reply.status} to {self._unusual(name, seen)}") for name in names)
        if reply.status >= _SERVER_ERROR or reply.status in _TOO_LARGE:
            return Judgement((), observed)
        if reply.status in _SUCCESS:
            held = reply.status == self.statuses.created
            evidence = [
                Evidence(("accepted",), held=held, expected=f"{self.statuses.created}", observed=describe(reply))
            ]
            # What is plain in the order is shown to be accepted all the same.
            evidence += [Evidence(name, held=True) for name in seen.features]
            evidence += [Evidence(("letters",), held=True)] if relation is Relation.LETTERS else []
            return Judgement(tuple(evidence), observed)
        held = reply.status in allowed
        expected = f"{self.statuses.created} or {self.statuses.refused}"
        return Judgement((Evidence(("refused",), held=held, expected=expected, observed=describe(reply)),), observed)

    def _unusual(self, name: Name, seen: Classification) -> str:
        if name[0] in {"beyond", "null_optional"} and seen.document is not None:
            return f"{name[1]}: {excerpt(seen.document.get(name[1]))}"
        return "such a request"

    def _near(self, reply: Reply, seen: Classification) -> Judgement:
        observed = ((("near",), f"{reply.status} to {seen.key.written if seen.key else ''}"),)
        allowed = {self.statuses.created, self.statuses.conflict}
        allowed |= {self.statuses.refused} if seen.unusual else set()
        if reply.status in allowed or reply.status >= _SERVER_ERROR:
            return Judgement((), observed)
        expected = f"{self.statuses.created} or {self.statuses.conflict}"
        return Judgement((Evidence(("accepted",), held=False, expected=expected, observed=describe(reply)),), observed)

    def _repeat(
        self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory, known: Created
    ) -> Judgement:
        repeat = Repeat.of(exchange, seen, memory, known, self.contract)
        expected = f"{self.statuses.conflict} (created by {known.exchange})"
        if reply.status == self.statuses.conflict:
            names = repeat.names or (("duplicate",),)
            held = tuple(Evidence(name, held=True) for name in names)
            return Judgement((*held, Evidence(("conflict",), held=True)))
        if reply.status >= _SERVER_ERROR:
            return Judgement(())
        if reply.status in _SUCCESS:
            return judge_repeat(repeat, memory, expected, describe(reply))
        if seen.unusual and reply.status == self.statuses.refused:
            return Judgement(())
        return Judgement((Evidence(("conflict",), held=False, expected=expected, observed=describe(reply)),))

    def _needless_conflict(self, reply: Reply, seen: Classification, memory: Memory, relation: Relation) -> Evidence:
        shown = describe(reply)
        before = memory.refused.get(seen.key, set()) if seen.key else set()
        expected = f"{self.statuses.created}"
        if relation is Relation.RECYCLED:
            return Evidence(("recycled",), held=False, expected=expected, observed=shown)
        if relation is Relation.LETTERS:
            return Evidence(("letters",), held=False, expected=expected, observed=shown)
        if self.statuses.unauthorized in before:
            return Evidence(("unauthorized_leaves_nothing",), held=False, expected=expected, observed=shown)
        if before:
            return Evidence(("refusal_leaves_nothing",), held=False, expected=expected, observed=shown)
        return Evidence(("only_duplicates",), held=False, expected=expected, observed=shown)

    def _valid(self, reply: Reply, seen: Classification, memory: Memory, relation: Relation) -> Judgement:
        """Judge the answer to a valid order with a free key."""
        expected = f"{self.statuses.created}"
        shown = describe(reply)
        names = self._accepted_names(seen, memory, relation)
        if reply.status == self.statuses.created:
            held = [Evidence(name, held=True) for name in (("accepted",), ("only_duplicates",), *names)]
            return Judgement(tuple(held))
        if reply.status in _SUCCESS:
            return Judgement((Evidence(("accepted",), held=False, expected=expected, observed=shown),))
        if seen.media == "parameter":
            return Judgement((Evidence(("media_type_parameter",), held=False, expected=expected, observed=shown),))
        if relation is Relation.RECYCLED:
            return Judgement((Evidence(("recycled",), held=False, expected=expected, observed=shown),))
        return Judgement((), suspicion=Suspicion("features", seen.features, ("accepted",), expected, shown))

    def _accepted_names(self, seen: Classification, memory: Memory, relation: Relation) -> list[Name]:
        names: list[Name] = list(seen.features)
        before = memory.refused.get(seen.key, set()) if seen.key else set()
        names += [("combinations",)] if memory.accepted else []
        names += [("unauthorized_leaves_nothing",)] if self.statuses.unauthorized in before else []
        names += [("refusal_leaves_nothing",)] if before - {self.statuses.unauthorized} else []
        names += [("media_type_parameter",)] if seen.media == "parameter" else []
        names += [("recycled",)] if relation is Relation.RECYCLED else []
        names += [("letters",)] if relation is Relation.LETTERS else []
        return names

    def _messages(
        self, reply: Reply, body: Mapping[str, object] | None, seen: Classification, memory: Memory
    ) -> list[Evidence]:
        """Judge whether a message names what it is about, where that is one thing."""
        if (
            body is None
            or seen.credentials not in self.contract.extension["credentials"]["right"]
            or seen.media == "other"
        ):
            return []
        texts = [
            str(body[name]) for name in self.contract.extension["message_fields"] if isinstance(body.get(name), str)
        ]
        if (
            reply.status == self.statuses.refused
            and len({name[1] for name in seen.violations}) == 1
            and not seen.unusual
        ):
            return [_named("message_names_field", seen.violations[0][1], texts)]
        if reply.status == self.statuses.conflict and seen.key and memory.relation(seen.key)[0] is Relation.REPEAT:
            return [_named("message_names_reference", seen.key.reference, texts)]
        return []

    def learn(self, exchange: Exchange, seen: Classification, memory: Memory) -> None:
        """Add an exchange that was judged to the memory."""
        reply, key = exchange.reply, seen.key
        status = reply.status if reply else None
        authorized = seen.credentials in self.contract.extension["credentials"]["right"]
        created = status is not None and status in _SUCCESS
        if reply is None or status is None or status >= _SERVER_ERROR or (exchange.uncertain and not created):
            if key and authorized and not seen.violations and seen.media != "other" and not memory.exists(key):
                memory.remember(_created(exchange, key, seen, memory, certain=False))
            return
        if created and key:
            self._remember_created(exchange, reply, key, seen, memory)
            return
        if key and status == self.statuses.conflict:
            relation, known = memory.relation(key)
            if known and relation in {Relation.REPEAT, Relation.SAME_INSTANT}:
                clear(Repeat.of(exchange, seen, memory, known, self.contract), memory)
                memory.conflicts.add(known.key)
            return
        memory.refusals += 1
        if key:
            memory.refused.setdefault(key, set()).add(status)

    def _remember_created(
        self, exchange: Exchange, reply: Reply, key: Key, seen: Classification, memory: Memory
    ) -> None:
        body = read_object(reply.body) or {}
        memory.remember(_created(exchange, key, seen, memory, certain=True))
        self._created.learn(exchange.id, body, seen, memory)
        if reply.status == self.statuses.created:
            for name in seen.features:
                memory.accepted.setdefault(name, exchange.id)
            if not seen.violations and not seen.unusual and seen.document is not None:
                memory.plain.append(seen.document)


def _created(exchange: Exchange, key: Key, seen: Classification, memory: Memory, *, certain: bool) -> Created:
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


def _joined(first: Evidence, rest: Judgement) -> Judgement:
    return Judgement((first, *rest.evidence), rest.observed, rest.suspicion)


def _named(rule: str, name: str, texts: list[str]) -> Evidence:
    held = any(name.casefold() in text.casefold() for text in texts)
    return Evidence(
        (rule,), held=held, expected=f"a message with {name}", observed="; ".join(map(excerpt, texts)) or "no message"
    )


def describe(reply: Reply) -> str:
    """Show a reply in a few words: its status and its body's beginning."""
    return f"{reply.status} with {excerpt(reply.body)}"
