"""Judge the status of a response to a request with right credentials: accept, reject or conflict."""

from __future__ import annotations

from dataclasses import dataclass

from orders_conformance.harness.messages.exchange import SERVER_ERROR, SUCCESS, Exchange, Response
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.duplicates import Repeat, describe_key, describe_repeat, judge_repeat
from orders_conformance.harness.oracle.evidence import Dependent, Evidence, Judgement, Suspicion, excerpt, kept
from orders_conformance.harness.oracle.history import CreatedOrder, History, Relation
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.extension import Statuses
from orders_conformance.spec.rules import Rule

# With these a firewall or a gateway rejects what the server would accept or reject itself; and HTTP lets any server
# reject large content and large header fields (RFC 9110, 15.5.4, 15.5.7 and 15.5.14; RFC 6585, 5).
_OF_INTERMEDIARIES = {403, 406, 413, 431}
_KNOWN = {Relation.NEAR, Relation.SAME_INSTANT, Relation.REPEAT}


@dataclass(frozen=True)
class StatusJudge:
    """Judges a status by the classification of the request and by the orders that the run has created."""

    contract: Contract
    statuses: Statuses

    def judge(
        self, exchange: Exchange, response: Response, classification: Classification, history: History
    ) -> Judgement:
        """Judge the response to a request that was authenticated."""
        if classification.media == "other":
            return self._judge_other_media_type(response)
        if classification.body_fault:
            fault: Name = (Rule.BODY, classification.body_fault)
            return self._judge_invalid(response, classification, (fault,), history, may_conflict=False)
        if classification.document is None:
            return self._judge_unusual(response, classification, Relation.FREE, may_conflict=False)
        relation, known = history.relation(classification.key) if classification.key else (Relation.FREE, None)
        exists = known is not None and known.certain
        uncertain = exchange.uncertain or (
            not exists and bool(classification.key and history.may_exist(classification.key))
        )
        if classification.violations:
            may_conflict = uncertain or relation in _KNOWN or self._may_be_stored(classification, history)
            violations = classification.violations
            return self._judge_invalid(response, classification, violations, history, may_conflict=may_conflict)
        if relation in {Relation.REPEAT, Relation.SAME_INSTANT} and known and known.certain:
            return self._judge_repeat(exchange, response, classification, history, known)
        if exchange.uncertain and response.status not in self._expected():
            # An earlier try may have created the order: this may be the response to a repeat.
            return Judgement(())
        if relation is Relation.NEAR and not uncertain:
            return self._judge_near(response, classification)
        if response.status == self.statuses.conflict:
            # A server that takes its own ref from the request may find it used.
            identity = self.contract.extension.identity
            uncertain = uncertain or not {identity.reference, identity.link}.isdisjoint(classification.document)
            return Judgement(()) if uncertain else self._judge_conflict(classification, history, relation)
        if classification.unusual or classification.media in {"missing", "unusual"}:
            return self._judge_unusual(response, classification, relation, may_conflict=uncertain or relation in _KNOWN)
        return self._judge_valid(response, classification, history, relation)

    def _expected(self) -> set[int]:
        """Return the statuses of responses to orders that a server may accept."""
        statuses = self.statuses
        return {statuses.created, statuses.rejected, statuses.conflict, statuses.media_type}

    def _may_be_stored(self, classification: Classification, history: History) -> bool:
        """Whether the server may have stored an order with the wrong key of this one, read as another value.

        That is so if it accepted an order that violates the same requirement of a field of the key.
        """
        rule = self.contract.extension.duplicate
        return any(
            name in history.accepted_faults
            for name in classification.violations
            if name[1] in {rule.reference, rule.instant}
        )

    def _judge_other_media_type(self, response: Response) -> Judgement:
        allowed = {self.statuses.media_type, self.statuses.rejected}
        held = response.status in allowed or response.status >= SERVER_ERROR
        expected = f"{self.statuses.media_type} or {self.statuses.rejected}"
        return Judgement((Evidence((Rule.OTHER_MEDIA_TYPE,), held=held, expected=expected),))

    def _judge_invalid(
        self,
        response: Response,
        classification: Classification,
        violations: tuple[Name, ...],
        history: History,
        *,
        may_conflict: bool,
    ) -> Judgement:
        expected = f"{self.statuses.rejected}"
        accepted = response.status in SUCCESS
        if response.status >= SERVER_ERROR or (may_conflict and response.status == self.statuses.conflict):
            return Judgement(())
        if may_conflict and response.status in history.repeat_statuses - {self.statuses.rejected}:
            # The server looks for duplicates first, and its conflicts have a wrong status.
            return Judgement((), dependent=(Dependent((Rule.REJECTED,), (Rule.CONFLICT,)),))
        if classification.body_fault and response.status == self.statuses.conflict:
            return Judgement((), suspicion=Suspicion("body", violations, (Rule.REJECTED,), expected))
        if accepted and len(violations) > 1:
            return Judgement((), suspicion=Suspicion("faults", violations, violations[0], expected))
        evidence = [Evidence(name, held=not accepted, expected=expected) for name in violations]
        if not accepted and not self._is_for_media_type(response, classification):
            right = response.status == self.statuses.rejected
            evidence.append(Evidence((Rule.REJECTED,), held=right, expected=expected))
        return Judgement(tuple(evidence))

    def _judge_unusual(
        self, response: Response, classification: Classification, relation: Relation, *, may_conflict: bool
    ) -> Judgement:
        names = [*classification.unusual, *([(Rule.MISSING_MEDIA_TYPE,)] if classification.media == "missing" else [])]
        # If an order with several unusual values is rejected, any of them may be the reason: nothing is observed.
        attributable = names if response.status in SUCCESS or len(names) == 1 else []
        observed = tuple((name, f"{response.status} to {_excerpt(name, classification)}") for name in attributable)
        if response.status >= SERVER_ERROR or response.status in _OF_INTERMEDIARIES:
            return Judgement((), observed)
        if response.status in SUCCESS:
            # The plain values of the order count as accepted.
            held = [
                *classification.features,
                *([(Rule.REFERENCE_CASE_AND_SPACES,)] if relation is Relation.CASE_OR_SPACES else []),
            ]
            return Judgement((self._created(response), *(kept(name) for name in held)), observed)
        if self._is_for_media_type(response, classification):
            return Judgement((), observed)
        allowed = {self.statuses.rejected} | ({self.statuses.conflict} if may_conflict else set())
        expected = f"{self.statuses.created} or {self.statuses.rejected}"
        rejected = Evidence((Rule.REJECTED,), held=response.status in allowed, expected=expected)
        return Judgement((rejected,), observed)

    def _is_for_media_type(self, response: Response, classification: Classification) -> bool:
        """Whether the reason of a rejection may be the media type, in cases where no status is specified for that."""
        parameter = classification.media == "parameter" and response.status == self.statuses.media_type
        return parameter or classification.media in {"missing", "unusual"}

    def _judge_near(self, response: Response, classification: Classification) -> Judgement:
        observed = (
            ((Rule.NEAR_INSTANT,), f"{response.status} to {classification.key.written if classification.key else ''}"),
        )
        if response.status in SUCCESS:
            return Judgement((self._created(response),), observed)
        if response.status == self.statuses.conflict or response.status >= SERVER_ERROR:
            return Judgement((), observed)
        if classification.unusual and response.status == self.statuses.rejected:
            return Judgement((), observed)
        expected = f"{self.statuses.created} or {self.statuses.conflict}"
        return Judgement((), observed, Suspicion("features", classification.features, (Rule.ACCEPTED,), expected))

    def _judge_repeat(
        self,
        exchange: Exchange,
        response: Response,
        classification: Classification,
        history: History,
        known: CreatedOrder,
    ) -> Judgement:
        repeat = Repeat.of(exchange, classification, history, known, self.contract)
        expected = f"{self.statuses.conflict}: {describe_key(known, self.contract)}"
        if response.status == self.statuses.conflict:
            names = repeat.requirements or ((Rule.DUPLICATE,),)
            return Judgement(tuple(kept(name) for name in (*names, (Rule.CONFLICT,))))
        if response.status in SUCCESS:
            return judge_repeat(
                repeat, history, expected, describe_repeat(response.status, repeat, classification, known)
            )
        if response.status >= SERVER_ERROR or (classification.unusual and response.status == self.statuses.rejected):
            return Judgement(())
        wrong = history.invalid_statuses - {self.statuses.rejected}
        if Rule.DUPLICATE_OTHER_FIELDS in repeat.circumstances and response.status in wrong:
            # The server validates first and may reject the other values; its rejections have a wrong status.
            return Judgement((), dependent=(Dependent((Rule.CONFLICT,), (Rule.REJECTED,)),))
        # A server that validates first may wrongly reject a value; a follow-up request with a fresh key shows whether
        # the value or the missing conflict is the fault.
        return Judgement((), suspicion=Suspicion("features", classification.features, (Rule.CONFLICT,), expected))

    def _judge_conflict(self, classification: Classification, history: History, relation: Relation) -> Judgement:
        before = history.rejected.get(classification.key, set()) if classification.key else set()
        earlier = " and ".join(map(str, sorted(before)))
        because = f", as earlier requests with this key were rejected ({earlier})" if before else ""
        expected = f"{self.statuses.created}{because}"
        only: Name = (Rule.ONLY_DUPLICATES,)
        candidates = _stores_nothing(before, self.statuses)
        if relation in {Relation.RECYCLED, Relation.CASE_OR_SPACES}:
            candidates.append(
                (Rule.RECYCLED_REFERENCE,) if relation is Relation.RECYCLED else (Rule.REFERENCE_CASE_AND_SPACES,)
            )
        if not candidates:
            return Judgement((Evidence(only, held=False, expected=expected),))
        return Judgement((), suspicion=Suspicion("conflict", tuple(candidates), only, expected))

    def _judge_valid(
        self, response: Response, classification: Classification, history: History, relation: Relation
    ) -> Judgement:
        """Judge the response to a valid order whose key is free."""
        if response.status == self.statuses.created:
            names = [
                (Rule.ACCEPTED,),
                (Rule.ONLY_DUPLICATES,),
                *self._accepted_names(classification, history, relation),
            ]
            return Judgement(tuple(kept(name) for name in names))
        if response.status in SUCCESS:
            return Judgement((self._created(response),))
        if response.status >= SERVER_ERROR:
            # A server error is one fault: it is not a wrong status as well.
            cause: Name = (Rule.NO_SERVER_ERROR,)
            return Judgement((), dependent=tuple(Dependent(name, cause) for name in classification.features))
        # If the same order is accepted with a plain media type and reference, one of these was the reason.
        fallback: Name = (Rule.ACCEPTED,)
        if classification.media == "parameter":
            fallback = (Rule.MEDIA_TYPE_PARAMETER,)
        elif relation is Relation.RECYCLED:
            fallback = (Rule.RECYCLED_REFERENCE,)
        expected = f"{self.statuses.created}"
        return Judgement((), suspicion=Suspicion("features", classification.features, fallback, expected))

    def _accepted_names(self, classification: Classification, history: History, relation: Relation) -> list[Name]:
        names: list[Name] = list(classification.features)
        names += [(Rule.COMBINATIONS,)] if history.accepted else []
        names += _stores_nothing(
            history.rejected.get(classification.key, set()) if classification.key else set(), self.statuses
        )
        names += [(Rule.MEDIA_TYPE_PARAMETER,)] if classification.media == "parameter" else []
        names += [(Rule.RECYCLED_REFERENCE,)] if relation is Relation.RECYCLED else []
        names += [(Rule.REFERENCE_CASE_AND_SPACES,)] if relation is Relation.CASE_OR_SPACES else []
        return names

    def _created(self, response: Response) -> Evidence:
        held = response.status == self.statuses.created
        return Evidence((Rule.ACCEPTED,), held=held, expected=f"{self.statuses.created}")


def _stores_nothing(before: set[int], statuses: Statuses) -> list[Name]:
    """Return the requirements that rejections store nothing, by the statuses of earlier rejections of the key."""
    names: list[Name] = [(Rule.UNAUTHORIZED_STORES_NOTHING,)] if statuses.unauthorized in before else []
    return names + ([(Rule.REJECTION_STORES_NOTHING,)] if before - {statuses.unauthorized} else [])


def _excerpt(name: Name, classification: Classification) -> str:
    if name[0] in {Rule.UNUSUAL_VALUES, Rule.NULL_OPTIONAL} and classification.document is not None:
        return (
            f"{name[1]}: {excerpt(classification.document[name[1]])}"
            if name[1] in classification.document
            else f"no {name[1]}"
        )
    return "such a request"
