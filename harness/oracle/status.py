"""Judging the status of an answer to right credentials: what should have become of the request, and what did."""

from __future__ import annotations

from dataclasses import dataclass

from orders_conformance.harness.exchange import SERVER_ERROR, SUCCESS, Exchange, Response
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.duplicates import Repeat, judge_repeat
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion, describe, excerpt, kept
from orders_conformance.harness.oracle.history import CreatedOrder, History, Relation
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.extension import Statuses
from orders_conformance.spec.rules import Rule

# Sizes that HTTP lets any server refuse: the content, the header fields.
_TOO_LARGE = {413, 431}
_KNOWN = {Relation.NEAR, Relation.SAME_INSTANT, Relation.REPEAT}


@dataclass(frozen=True)
class StatusJudge:
    """Judges by the request's classification and by what the run has created."""

    contract: Contract
    statuses: Statuses

    def judge(self, exchange: Exchange, response: Response, seen: Classification, history: History) -> Judgement:
        """Judge a reply to a request whose credentials were let in."""
        if seen.media == "other":
            return self._other_media_type(response)
        if seen.body_fault:
            return self._refusal(response, seen, ((Rule.BODY, seen.body_fault),), may_conflict=False)
        if seen.document is None:
            return self._either(response, seen, Relation.FREE, may_conflict=False)
        relation, known = history.relation(seen.key) if seen.key else (Relation.FREE, None)
        exists = known is not None and known.certain
        uncertain = exchange.uncertain or (not exists and bool(seen.key and history.may_exist(seen.key)))
        if seen.violations:
            return self._refusal(response, seen, seen.violations, may_conflict=uncertain or relation in _KNOWN)
        if relation in {Relation.REPEAT, Relation.SAME_INSTANT} and known and known.certain:
            return self._repeat(exchange, response, seen, history, known)
        if relation is Relation.NEAR and not uncertain:
            return self._near(response, seen)
        if response.status == self.statuses.conflict:
            return Judgement(()) if uncertain else self._needless_conflict(response, seen, history, relation)
        if seen.unusual or seen.media in {"missing", "unusual"}:
            return self._either(response, seen, relation, may_conflict=uncertain or relation in _KNOWN)
        return self._valid(response, seen, history, relation)

    def _other_media_type(self, response: Response) -> Judgement:
        allowed = {self.statuses.media_type, self.statuses.rejected}
        held = response.status in allowed or response.status >= SERVER_ERROR
        expected = f"{self.statuses.media_type} or {self.statuses.rejected}"
        return Judgement(
            (Evidence((Rule.OTHER_MEDIA_TYPE,), held=held, expected=expected, observed=describe(response)),)
        )

    def _refusal(
        self, response: Response, seen: Classification, violations: tuple[Name, ...], *, may_conflict: bool
    ) -> Judgement:
        expected = f"{self.statuses.rejected}"
        shown = describe(response)
        taken = response.status in SUCCESS
        if response.status >= SERVER_ERROR or (may_conflict and response.status == self.statuses.conflict):
            return Judgement(())
        if seen.body_fault and response.status == self.statuses.conflict:
            return Judgement((), suspicion=Suspicion("body", violations, (Rule.REJECTED,), expected, shown))
        if taken and len(violations) > 1:
            return Judgement((), suspicion=Suspicion("faults", violations, violations[0], expected, shown))
        evidence = [Evidence(name, held=not taken, expected=expected, observed=shown) for name in violations]
        if not taken and not self._is_for_media_type(response, seen):
            right = response.status == self.statuses.rejected
            evidence.append(Evidence((Rule.REJECTED,), held=right, expected=expected, observed=shown))
        return Judgement(tuple(evidence))

    def _either(self, response: Response, seen: Classification, relation: Relation, *, may_conflict: bool) -> Judgement:
        names = [*seen.unusual, *([(Rule.MISSING_MEDIA_TYPE,)] if seen.media == "missing" else [])]
        # Of several unusual things in a refused order, any may be the reason.
        telling = names if response.status in SUCCESS or len(names) == 1 else []
        observed = tuple((name, f"{response.status} to {_unusual(name, seen)}") for name in telling)
        if response.status >= SERVER_ERROR or response.status in _TOO_LARGE:
            return Judgement((), observed)
        if response.status in SUCCESS:
            # What is plain in the order is shown to be accepted all the same.
            held = [*seen.features, *([(Rule.REFERENCE_CASE_AND_SPACES,)] if relation is Relation.LETTERS else [])]
            return Judgement((self._created(response), *(kept(name) for name in held)), observed)
        if self._is_for_media_type(response, seen):
            return Judgement((), observed)
        allowed = {self.statuses.rejected} | ({self.statuses.conflict} if may_conflict else set())
        expected = f"{self.statuses.created} or {self.statuses.rejected}"
        refused = Evidence(
            (Rule.REJECTED,), held=response.status in allowed, expected=expected, observed=describe(response)
        )
        return Judgement((refused,), observed)

    def _is_for_media_type(self, response: Response, seen: Classification) -> bool:
        """Whether a refusal may be for a media type that is not plain, where nothing says how that is refused."""
        parameter = seen.media == "parameter" and response.status == self.statuses.media_type
        return parameter or seen.media in {"missing", "unusual"}

    def _near(self, response: Response, seen: Classification) -> Judgement:
        observed = (((Rule.NEAR_INSTANT,), f"{response.status} to {seen.key.written if seen.key else ''}"),)
        if response.status in SUCCESS:
            return Judgement((self._created(response),), observed)
        if response.status == self.statuses.conflict or response.status >= SERVER_ERROR:
            return Judgement((), observed)
        if seen.unusual and response.status == self.statuses.rejected:
            return Judgement((), observed)
        expected = f"{self.statuses.created} or {self.statuses.conflict}"
        return Judgement(
            (), observed, Suspicion("features", seen.features, (Rule.ACCEPTED,), expected, describe(response))
        )

    def _repeat(
        self, exchange: Exchange, response: Response, seen: Classification, history: History, known: CreatedOrder
    ) -> Judgement:
        repeat = Repeat.of(exchange, seen, history, known, self.contract)
        expected = f"{self.statuses.conflict} (created by {known.exchange})"
        if response.status == self.statuses.conflict:
            names = repeat.names or ((Rule.DUPLICATE,),)
            return Judgement(tuple(kept(name) for name in (*names, (Rule.CONFLICT,))))
        if response.status in SUCCESS:
            return judge_repeat(repeat, history, expected, describe(response))
        if response.status >= SERVER_ERROR or (seen.unusual and response.status == self.statuses.rejected):
            return Judgement(())
        # A server that validates first may wrongly refuse a value; with a fresh key it shows which of both it is.
        return Judgement(
            (), suspicion=Suspicion("features", seen.features, (Rule.CONFLICT,), expected, describe(response))
        )

    def _needless_conflict(
        self, response: Response, seen: Classification, history: History, relation: Relation
    ) -> Judgement:
        before = history.refused.get(seen.key, set()) if seen.key else set()
        shown = describe(response)
        expected = f"{self.statuses.created}"
        only: Name = (Rule.ONLY_DUPLICATES,)
        candidates = _left_behind(before, self.statuses)
        if relation in {Relation.RECYCLED, Relation.LETTERS}:
            candidates.append(
                (Rule.RECYCLED_REFERENCE,) if relation is Relation.RECYCLED else (Rule.REFERENCE_CASE_AND_SPACES,)
            )
        if not candidates:
            return Judgement((Evidence(only, held=False, expected=expected, observed=shown),))
        return Judgement((), suspicion=Suspicion("conflict", tuple(candidates), only, expected, shown))

    def _valid(self, response: Response, seen: Classification, history: History, relation: Relation) -> Judgement:
        """Judge the answer to a valid order with a free key."""
        if response.status == self.statuses.created:
            names = [(Rule.ACCEPTED,), (Rule.ONLY_DUPLICATES,), *self._accepted_names(seen, history, relation)]
            return Judgement(tuple(kept(name) for name in names))
        if response.status in SUCCESS:
            return Judgement((self._created(response),))
        # An order that is taken without its peculiar manner was refused for that.
        fallback: Name = (Rule.ACCEPTED,)
        if seen.media == "parameter":
            fallback = (Rule.MEDIA_TYPE_PARAMETER,)
        elif relation is Relation.RECYCLED:
            fallback = (Rule.RECYCLED_REFERENCE,)
        expected = f"{self.statuses.created}"
        return Judgement((), suspicion=Suspicion("features", seen.features, fallback, expected, describe(response)))

    def _accepted_names(self, seen: Classification, history: History, relation: Relation) -> list[Name]:
        names: list[Name] = list(seen.features)
        names += [(Rule.COMBINATIONS,)] if history.accepted else []
        names += _left_behind(history.refused.get(seen.key, set()) if seen.key else set(), self.statuses)
        names += [(Rule.MEDIA_TYPE_PARAMETER,)] if seen.media == "parameter" else []
        names += [(Rule.RECYCLED_REFERENCE,)] if relation is Relation.RECYCLED else []
        names += [(Rule.REFERENCE_CASE_AND_SPACES,)] if relation is Relation.LETTERS else []
        return names

    def _created(self, response: Response) -> Evidence:
        held = response.status == self.statuses.created
        return Evidence((Rule.ACCEPTED,), held=held, expected=f"{self.statuses.created}", observed=describe(response))


def _left_behind(before: set[int], statuses: Statuses) -> list[Name]:
    """Name the requirements about what refusals of the same key left behind."""
    names: list[Name] = [(Rule.UNAUTHORIZED_STORES_NOTHING,)] if statuses.unauthorized in before else []
    return names + ([(Rule.REJECTION_STORES_NOTHING,)] if before - {statuses.unauthorized} else [])


def _unusual(name: Name, seen: Classification) -> str:
    if name[0] in {Rule.UNUSUAL_VALUES, Rule.NULL_OPTIONAL} and seen.document is not None:
        return f"{name[1]}: {excerpt(seen.document[name[1]])}" if name[1] in seen.document else f"no {name[1]}"
    return "such a request"
