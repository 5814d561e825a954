"""What is not sent, or sent later or in a plainer form, because of what the run has shown already.

A request that must be rejected costs no order, unless the target accepts it or responds with a server error, after
which an order may be stored. Where the number of orders is limited, a
requirement that is proven broken gets no more of them, and requirements of a family with several broken ones wait until
everything else was tested. A form of date-times that the target rejects, although it only *should* accept it, is left
out of further orders, which test other requirements. No wrong credentials are sent to a target that locks the account.
What a target was declared to lack is tried a few times only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from orders_conformance.harness.client.blocking import Blocking
from orders_conformance.harness.client.limits.budget import Budget
from orders_conformance.harness.engine.evaluation import ClassifiedRequest, Evaluation, JudgedExchange
from orders_conformance.harness.messages.exchange import Effect, effect
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.spec import date_time
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_plain_instants
from orders_conformance.strategies.probe import Probe

# So many exchanges prove that a requirement is broken; each further one would cost an order and show nothing new.
_PROOFS = 2
# The same for the duplicate rule: a conflict in between tests the requirements about conflicts.
_PROOFS_OF_REPEATS = 4
_MAIN = "main"
# The forms of date-times that a server only should accept.
_FORMS = (Rule.OFFSET, Rule.FRACTION)
# So many requests for a requirement, and for all of its family, show whether a target has what it is declared to lack.
_TRIES, _TRIES_OF_FAMILY = 2, 4
# So many broken requirements of one family show that the target breaks most of the family; the others can wait.
_BROKEN_OF_FAMILY = 3


@dataclass
class Economy:
    """Decides what is not sent, or sent later or in a plainer form.

    Attributes:
        evaluation: knows what is broken.
        budget: the limit of orders.
        blocking: knows whether the account is locked.
        orders: makes fresh references.

    """

    evaluation: Evaluation
    budget: Budget
    blocking: Blocking
    orders: OrderFactory
    _later: list[tuple[Probe, bool]] = field(default_factory=list, init=False)
    _diagnosed: int = field(default=0, init=False)
    # How often a request that must be rejected for a requirement had an unknown outcome: it may have been stored.
    _unknown: Counter[Name] = field(default_factory=Counter, init=False)
    # How often a request was tried for requirements that need a feature that the target was declared to lack.
    _tried: Counter[Name] = field(default_factory=Counter, init=False)

    @property
    def spent(self) -> int:
        """The orders that were created or may have been."""
        return self.budget.orders + self.budget.possible

    def note_diagnosed(self, before: int) -> None:
        """Note that follow-up requests were sent; `before` is what was spent until then."""
        self._diagnosed += self.spent - before

    def note(self, judged: JudgedExchange) -> None:
        """Note the outcome of a request."""
        classification, exchange = judged.classification, judged.exchange
        kind = exchange.failure.kind if exchange.failure else None
        if not classification.may_create and effect(judged.status, kind) is Effect.UNKNOWN:
            self._unknown.update(_reasons(classification))

    def may_diagnose(self) -> bool:
        """Whether follow-up requests may be sent now: they may use half of the orders; the others are for the plan."""
        limit = self.budget.limits.orders
        return limit is None or self._diagnosed < limit // 2

    def is_needless(self, classified: ClassifiedRequest) -> bool:
        """Whether a request is not to be sent any more."""
        classification = classified.classification
        if not classification.has_right_credentials and self.blocking.locked:
            return True
        if not self.budget.wrong_logins.allows(classified.request) or self._is_tried_enough(classification):
            return True
        if self.budget.limits.orders is None:
            return False
        tally, history = self.evaluation.tally, self.evaluation.history
        if classification.may_create:
            return history.is_used(classification.key) and tally.times_broken((Rule.DUPLICATE,)) >= _PROOFS_OF_REPEATS
        return all(tally.times_broken(name) + self._unknown[name] >= _PROOFS for name in _reasons(classification))

    def _is_tried_enough(self, classification: Classification) -> bool:
        """Whether a request only tests what the target was declared to lack, and was tried often enough; counts it."""
        if classification.may_create:
            repeats = self.evaluation.history.is_used(classification.key)
            names: tuple[Name, ...] = ((Rule.DUPLICATE,),) if repeats else ()
        else:
            names = _reasons(classification)
        if not names or not all(map(self.evaluation.tally.is_lacking, names)):
            return False
        families: set[Name] = {(name[0],) for name in names}
        if any(self._tried[name] < _TRIES for name in names) and any(
            self._tried[family] < _TRIES_OF_FAMILY for family in families
        ):
            self._tried.update({*names, *families})
            return False
        return True

    def is_for_later(self, classified: ClassifiedRequest) -> bool:
        """Whether a request is to be sent at the end of the run; keeps its probe for then."""
        classification, history = classified.classification, self.evaluation.history
        # What is sent on a connection of its own shows something only while the connection is new.
        if self.budget.limits.orders is None or classified.probe.connection != _MAIN:
            return False
        if classification.may_create:
            proven = self.evaluation.tally.times_broken((Rule.DUPLICATE,)) >= _PROOFS
            late = proven and history.is_used(classification.key) and not history.conflicts
        else:
            families = {name[0] for name in _reasons(classification)}
            late = all(self._number_broken(family) >= _BROKEN_OF_FAMILY for family in families)
        if late:
            self._later.append((classified.probe, classification.may_create))
        return late

    def _number_broken(self, family: str) -> int:
        return self.evaluation.tally.number_broken(family) + sum(name[0] == family for name in self._unknown)

    def later(self) -> Iterator[Probe]:
        """Yield the probes that were kept for the end of the run; those that are no repeats get fresh references."""
        while self._later:
            probe, is_repeat = self._later.pop(0)
            if not isinstance(probe.body, bytes):
                fresh = not is_repeat and isinstance(probe.body.get(self.orders.reference), str)
                yield probe.with_body(self.orders.rekeyed(probe.body)) if fresh else probe
            elif not any(reference.encode() in probe.body for reference in self.evaluation.history.created):
                yield probe

    def plainer(self, probe: Probe) -> Probe:
        """Return a probe without the forms of date-times that the target rejects; a repeat keeps its instant."""
        if isinstance(probe.body, bytes):
            return probe
        offsets, fractions = (self._rejecting(rule) for rule in _FORMS)
        if not (offsets or fractions):
            return probe
        plain = with_plain_instants(probe.body, offsets, fractions)
        reference, instant = self.orders.reference, self.orders.instant
        repeated = self.evaluation.history.created.get(str(probe.body.get(reference)))
        moved = date_time.parse(plain.get(instant)) != date_time.parse(probe.body.get(instant))
        return probe if plain == probe.body or (repeated and moved) else probe.with_body(plain)

    def _rejecting(self, rule: Rule) -> set[str]:
        """Return the fields in which the target rejects a form of date-times.

        Where the number of orders is limited, also the fields in which it has not accepted the form so far: to find the
        reason for each of them would cost orders that test other requirements.
        """
        fields = self.evaluation.oracle.contract.fields
        rejecting = {name for name in fields if self._is_rejected((rule, name))}
        if not rejecting or self.budget.limits.orders is None:
            return rejecting
        accepted = self.evaluation.history.accepted
        return {name for name, one in fields.items() if one.format and (rule, name) not in accepted}

    def without_rejected(self, classified: ClassifiedRequest) -> Probe | None:
        """Return the probe of a plain order that was rejected, without what is known to be rejected.

        The other values of the order are tested then. None where nothing is known, or the order is not plain.
        """
        if not classified.is_plain:
            return None
        probe = self.plainer(classified.probe)
        probe = self._with_accepted_values(probe, classified.classification)
        return None if probe.body == classified.probe.body else probe

    def _with_accepted_values(self, probe: Probe, classification: Classification) -> Probe:
        """Return a probe with accepted values in place of those that are known to be rejected.

        Without a limit of orders it stays as it is: many orders have each value then.
        """
        accepted = self.evaluation.history.plain
        if self.budget.limits.orders is None or not accepted or isinstance(probe.body, bytes):
            return probe
        order, last = probe.body, sendable(accepted[-1])
        features = (name for name in classification.features if name[0] not in _FORMS)
        broken = {name[1] for name in features if self.evaluation.tally.is_broken(name)} - {self.orders.reference}
        rejected = {name for name in broken if all(sendable(one).get(name) != order.get(name) for one in accepted)}
        groups = self.evaluation.oracle.contract.extension.core.together
        names = rejected | {name for group in groups if rejected & set(group) for name in group}
        kept = {name: value for name, value in order.items() if name not in names}
        return probe.with_body({**kept, **{name: last[name] for name in names if name in last}})

    def _is_rejected(self, feature: Name) -> bool:
        """Whether a target rejects a feature that it only should accept, whatever its value is."""
        requirement = self.evaluation.oracle.contract.find(*feature)
        if requirement is None or requirement.level != "should" or feature in self.evaluation.history.accepted:
            return False
        return self.evaluation.tally.is_broken(feature)


def _reasons(classification: Classification) -> tuple[Name, ...]:
    """Return the requirements by which a request must be rejected; the first reason that a server checks."""
    if not classification.has_right_credentials:
        return ((Rule.CREDENTIALS, classification.credentials),)
    if classification.media == "other":
        return ((Rule.OTHER_MEDIA_TYPE,),)
    if classification.body_fault:
        return ((Rule.BODY, classification.body_fault),)
    return classification.violations
