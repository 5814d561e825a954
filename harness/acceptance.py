"""Judging the status of an answer to right credentials: what should have become of the request, and what did."""

from __future__ import annotations

from dataclasses import dataclass

from harness.classification import Classification, Name
from harness.evidence import Evidence, Judgement, Suspicion, describe, excerpt, kept
from harness.exchange import SERVER_ERROR, SUCCESS, Exchange, Reply
from harness.memory import Created, Memory, Relation
from harness.repeats import Repeat, judge_repeat
from spec.contract import Contract, Statuses

# Sizes that HTTP lets any server refuse: the content, the header fields.
_TOO_LARGE = {413, 431}
_KNOWN = {Relation.NEAR, Relation.SAME_INSTANT, Relation.REPEAT}


@dataclass(frozen=True)
class AcceptanceJudge:
    """Judges by the request's classification and by what the run has created."""

    contract: Contract
    statuses: Statuses

    def judge(self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory) -> Judgement:
        """Judge a reply to a request whose credentials were let in."""
        if seen.media == "other":
            return self._other_media_type(reply)
        if seen.body_fault:
            return self._refusal(reply, seen, (("body", seen.body_fault),), may_conflict=False)
        if seen.document is None:
            return self._either(reply, seen, Relation.FREE, may_conflict=False)
        relation, known = memory.relation(seen.key) if seen.key else (Relation.FREE, None)
        exists = known is not None and known.certain
        uncertain = exchange.uncertain or (not exists and bool(seen.key and memory.may_exist(seen.key)))
        if seen.violations:
            return self._refusal(reply, seen, seen.violations, may_conflict=uncertain or relation in _KNOWN)
        if relation in {Relation.REPEAT, Relation.SAME_INSTANT} and known and known.certain:
            return self._repeat(exchange, reply, seen, memory, known)
        if relation is Relation.NEAR and not uncertain:
            return self._near(reply, seen)
        if reply.status == self.statuses.conflict:
            return Judgement(()) if uncertain else self._needless_conflict(reply, seen, memory, relation)
        if seen.unusual or seen.media in {"missing", "unusual"}:
            return self._either(reply, seen, relation, may_conflict=uncertain or relation in _KNOWN)
        return self._valid(reply, seen, memory, relation)

    def _other_media_type(self, reply: Reply) -> Judgement:
        allowed = {self.statuses.media_type, self.statuses.refused}
        held = reply.status in allowed or reply.status >= SERVER_ERROR
        expected = f"{self.statuses.media_type} or {self.statuses.refused}"
        return Judgement((Evidence(("other_media_type",), held=held, expected=expected, observed=describe(reply)),))

    def _refusal(
        self, reply: Reply, seen: Classification, violations: tuple[Name, ...], *, may_conflict: bool
    ) -> Judgement:
        expected = f"{self.statuses.refused}"
        shown = describe(reply)
        taken = reply.status in SUCCESS
        if reply.status >= SERVER_ERROR or (may_conflict and reply.status == self.statuses.conflict):
            return Judgement(())
        if seen.body_fault and reply.status == self.statuses.conflict:
            return Judgement((), suspicion=Suspicion("body", violations, ("refused",), expected, shown))
        if taken and len(violations) > 1:
            return Judgement((), suspicion=Suspicion("faults", violations, violations[0], expected, shown))
        evidence = [Evidence(name, held=not taken, expected=expected, observed=shown) for name in violations]
        if not taken and not self._is_for_media_type(reply, seen):
            right = reply.status == self.statuses.refused
            evidence.append(Evidence(("refused",), held=right, expected=expected, observed=shown))
        return Judgement(tuple(evidence))

    def _either(self, reply: Reply, seen: Classification, relation: Relation, *, may_conflict: bool) -> Judgement:
        names = [*seen.unusual, *([("missing_media_type",)] if seen.media == "missing" else [])]
        # Of several unusual things in a refused order, any may be the reason.
        telling = names if reply.status in SUCCESS or len(names) == 1 else []
        observed = tuple((name, f"{reply.status} to {_unusual(name, seen)}") for name in telling)
        if reply.status >= SERVER_ERROR or reply.status in _TOO_LARGE:
            return Judgement((), observed)
        if reply.status in SUCCESS:
            # What is plain in the order is shown to be accepted all the same.
            held = [*seen.features, *([("letters",)] if relation is Relation.LETTERS else [])]
            return Judgement((self._created(reply), *(kept(name) for name in held)), observed)
        if self._is_for_media_type(reply, seen):
            return Judgement((), observed)
        allowed = {self.statuses.refused} | ({self.statuses.conflict} if may_conflict else set())
        expected = f"{self.statuses.created} or {self.statuses.refused}"
        refused = Evidence(("refused",), held=reply.status in allowed, expected=expected, observed=describe(reply))
        return Judgement((refused,), observed)

    def _is_for_media_type(self, reply: Reply, seen: Classification) -> bool:
        """Whether a refusal may be for a media type that is not plain, where nothing says how that is refused."""
        parameter = seen.media == "parameter" and reply.status == self.statuses.media_type
        return parameter or seen.media in {"missing", "unusual"}

    def _near(self, reply: Reply, seen: Classification) -> Judgement:
        observed = ((("near",), f"{reply.status} to {seen.key.written if seen.key else ''}"),)
        if reply.status in SUCCESS:
            return Judgement((self._created(reply),), observed)
        if reply.status == self.statuses.conflict or reply.status >= SERVER_ERROR:
            return Judgement((), observed)
        if seen.unusual and reply.status == self.statuses.refused:
            return Judgement((), observed)
        expected = f"{self.statuses.created} or {self.statuses.conflict}"
        return Judgement((), observed, Suspicion("features", seen.features, ("accepted",), expected, describe(reply)))

    def _repeat(
        self, exchange: Exchange, reply: Reply, seen: Classification, memory: Memory, known: Created
    ) -> Judgement:
        repeat = Repeat.of(exchange, seen, memory, known, self.contract)
        expected = f"{self.statuses.conflict} (created by {known.exchange})"
        if reply.status == self.statuses.conflict:
            names = repeat.names or (("duplicate",),)
            return Judgement(tuple(kept(name) for name in (*names, ("conflict",))))
        if reply.status in SUCCESS:
            return judge_repeat(repeat, memory, expected, describe(reply))
        if reply.status >= SERVER_ERROR or (seen.unusual and reply.status == self.statuses.refused):
            return Judgement(())
        # A server that validates first may wrongly refuse a value; with a fresh key it shows which of both it is.
        return Judgement((), suspicion=Suspicion("features", seen.features, ("conflict",), expected, describe(reply)))

    def _needless_conflict(self, reply: Reply, seen: Classification, memory: Memory, relation: Relation) -> Judgement:
        before = memory.refused.get(seen.key, set()) if seen.key else set()
        shown = describe(reply)
        expected = f"{self.statuses.created}"
        only: Name = ("only_duplicates",)
        candidates = _left_behind(before, self.statuses)
        if relation in {Relation.RECYCLED, Relation.LETTERS}:
            candidates.append(("recycled",) if relation is Relation.RECYCLED else ("letters",))
        if not candidates:
            return Judgement((Evidence(only, held=False, expected=expected, observed=shown),))
        return Judgement((), suspicion=Suspicion("conflict", tuple(candidates), only, expected, shown))

    def _valid(self, reply: Reply, seen: Classification, memory: Memory, relation: Relation) -> Judgement:
        """Judge the answer to a valid order with a free key."""
        if reply.status == self.statuses.created:
            names = [("accepted",), ("only_duplicates",), *self._accepted_names(seen, memory, relation)]
            return Judgement(tuple(kept(name) for name in names))
        if reply.status in SUCCESS:
            return Judgement((self._created(reply),))
        # An order that is taken without its peculiar manner was refused for that.
        fallback: Name = ("accepted",)
        if seen.media == "parameter":
            fallback = ("media_type_parameter",)
        elif relation is Relation.RECYCLED:
            fallback = ("recycled",)
        expected = f"{self.statuses.created}"
        return Judgement((), suspicion=Suspicion("features", seen.features, fallback, expected, describe(reply)))

    def _accepted_names(self, seen: Classification, memory: Memory, relation: Relation) -> list[Name]:
        names: list[Name] = list(seen.features)
        names += [("combinations",)] if memory.accepted else []
        names += _left_behind(memory.refused.get(seen.key, set()) if seen.key else set(), self.statuses)
        names += [("media_type_parameter",)] if seen.media == "parameter" else []
        names += [("recycled",)] if relation is Relation.RECYCLED else []
        names += [("letters",)] if relation is Relation.LETTERS else []
        return names

    def _created(self, reply: Reply) -> Evidence:
        held = reply.status == self.statuses.created
        return Evidence(("accepted",), held=held, expected=f"{self.statuses.created}", observed=describe(reply))


def _left_behind(before: set[int], statuses: Statuses) -> list[Name]:
    """Name the requirements about what refusals of the same key left behind."""
    names: list[Name] = [("unauthorized_leaves_nothing",)] if statuses.unauthorized in before else []
    return names + ([("refusal_leaves_nothing",)] if before - {statuses.unauthorized} else [])


def _unusual(name: Name, seen: Classification) -> str:
    if name[0] in {"beyond", "null_optional"} and seen.document is not None:
        return f"{name[1]}: {excerpt(seen.document[name[1]])}" if name[1] in seen.document else f"no {name[1]}"
    return "such a request"
