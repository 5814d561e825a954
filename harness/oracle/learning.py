"""Write the history of a run: add what each judged exchange shows. Nothing else writes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from orders_conformance.harness.messages.exchange import SERVER_ERROR, SUCCESS, Exchange, Response
from orders_conformance.harness.messages.json_body import is_utf_8, read_object
from orders_conformance.harness.oracle.classification import Classification, Key, Name
from orders_conformance.harness.oracle.duplicates import Repeat, is_about_repeats
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.oracle.history import (
    CREATED,
    READ,
    REJECTED,
    CreatedOrder,
    History,
    Relation,
    Unsent,
    remembered,
)
from orders_conformance.harness.oracle.other_request import is_of_another_request
from orders_conformance.spec.contract import Contract

# With one reference a run sends an order, its repeats and some invalid forms of it.
_ORDERS_OF_A_REFERENCE = 8


@dataclass(frozen=True)
class HistoryWriter:
    """Writes the history of one run.

    Attributes:
        contract: the contract; says which fields identify an order, and the statuses.
        history: the history to write.

    """

    contract: Contract
    history: History

    def learn(self, exchange: Exchange, classification: Classification) -> None:
        """Add a judged exchange."""
        self._add_sent(classification)
        history, statuses = self.history, self.contract.statuses
        response, key = exchange.response, classification.key
        if is_of_another_request(exchange, classification, history, self.contract):
            # The response says nothing about this request, so its outcome is not known.
            response, history.saw_other_response = None, True
        created = response is not None and response.status in SUCCESS
        if created:
            history.accepted_faults.update(classification.violations)
            history.first_order_at = exchange.at if history.first_order_at is None else history.first_order_at
        lost = response is None or response.status >= SERVER_ERROR or (exchange.uncertain and not created)
        # If a try with wrong credentials is lost and the next one conflicts, the first may have created the order.
        conflicts = response is not None and response.status == statuses.conflict and exchange.uncertain
        may_create = classification.may_create or conflicts
        if lost and key and may_create and not history.exists(key):
            self._add_order(exchange, key, classification, certain=False)
        if response is None or response.status >= SERVER_ERROR:
            return
        if created and key and response.status != statuses.created and not classification.may_create:
            # The request had to be rejected. A success other than 201 does not say that an order was created.
            self._add_order(exchange, key, classification, certain=False)
        elif created and key:
            self._add_accepted_repeat(exchange, key, classification)
            self._add_response(exchange, response, classification)
            self._add_order(exchange, key, classification, certain=True)
        elif key and response.status == statuses.conflict:
            self._add_conflict(exchange, key, classification)
        elif not created:
            self._add_rejection(response, key, classification)

    def _add_sent(self, classification: Classification) -> None:
        """Add the fields of an order that was sent, whatever its outcome."""
        document = classification.document or {}
        for name in self.contract.fields:
            if isinstance(document.get(name), str):
                self.history.sent_values.setdefault(name, set()).add(document[name])
                self.history.newest.setdefault(name, {})[READ] = document[name]
        reference = document.get(self.contract.extension.duplicate.reference)
        if isinstance(reference, str):
            self.history.sent_orders.setdefault(reference, deque(maxlen=_ORDERS_OF_A_REFERENCE)).append(document)

    def note_broken(self, broken: Iterable[Evidence]) -> None:
        """Add the rules about duplicates that were broken, in the order of their discovery."""
        known = self.history.broken_duplicate_rules
        rules = (item.requirement[0] for item in broken)
        known += [rule for rule in rules if is_about_repeats(rule) and rule not in known]

    def note_overlooked(self, faults: tuple[Name, ...]) -> None:
        """Set the faults that the server accepted only together; later calls change nothing."""
        self.history.overlooked = self.history.overlooked or faults

    def note_rejected_repeat(self, repeat: Repeat) -> None:
        """Clear the circumstances of a repeat that was rejected with 409, up to the greatest extent so far."""
        for name, extent in repeat.circumstances.items():
            self.history.cleared[name] = max(extent, self.history.cleared.get(name, 0.0))

    def _add_order(self, exchange: Exchange, key: Key, classification: Classification, *, certain: bool) -> None:
        self.history.add(
            CreatedOrder(
                key=key,
                order=classification.document or {},
                exchange=exchange.id,
                at=exchange.at + exchange.elapsed,
                connection=exchange.connection,
                group=exchange.group,
                certain=certain,
                orders_before=self.history.orders + 1,
                rejections_before=self.history.rejections,
            )
        )

    def _add_response(self, exchange: Exchange, response: Response, classification: Classification) -> None:
        """Add what the response to a created order shows; called before the order itself is added."""
        history = self.history
        history.saw_broken_utf8 = history.saw_broken_utf8 or not is_utf_8(response.body)
        body, identity = read_object(response.body) or {}, self.contract.extension.identity
        for name, known in ((identity.reference, history.refs), (identity.link, history.hrefs)):
            if isinstance(body.get(name), str):
                known.setdefault(remembered(body[name]), exchange.id)
        sent, repeated = classification.document or {}, history.is_used(classification.key)
        for field in self.contract.responses[self.contract.statuses.created].fields:
            value = body.get(field.name)
            if field.only_repeats and sent.get(field.name) is None and isinstance(value, str) and not repeated:
                is_sent, is_first = value in history.sent_values.get(field.name, ()), field.name not in history.unsent
                unsent = history.unsent.setdefault(field.name, Unsent(value))
                unsent.count(value, history.newest.get(field.name, {}), is_sent=is_sent, is_first=is_first)
        for name, value in sent.items():
            history.newest.setdefault(name, {})[CREATED] = value
        if response.status != self.contract.statuses.created:
            return
        for feature in classification.features:
            history.accepted.setdefault(feature, exchange.id)
        if not classification.violations and classification.document is not None:
            (history.unusual if classification.unusual else history.plain).append(classification.document)

    def _add_accepted_repeat(self, exchange: Exchange, key: Key, classification: Classification) -> None:
        relation, known = self.history.relation(key)
        if relation is Relation.REPEAT and known and known.certain and classification.document is not None:
            repeat = Repeat.of(exchange, classification, self.history, known, self.contract)
            plain = not repeat.circumstances and not classification.violations
            self.history.plain_repeat_created = self.history.plain_repeat_created or plain
            self.history.repeat_created = self.history.repeat_created or repeat.is_on_same_connection

    def _add_rejection(self, response: Response, key: Key | None, classification: Classification) -> None:
        self.history.rejections += 1
        if classification.has_right_credentials and not classification.may_create:
            self.history.invalid_statuses.add(response.status)
        if key:
            _, known = self.history.relation(key)
            if known and known.certain and known.order == classification.document:
                self.history.repeat_statuses.add(response.status)
            self.history.rejected.setdefault(key, set()).add(response.status)
        if response.status == self.contract.statuses.rejected:
            for name, value in classification.plainly_sent().items():
                self.history.newest.setdefault(name, {})[REJECTED] = value

    def _add_conflict(self, exchange: Exchange, key: Key, classification: Classification) -> None:
        relation, known = self.history.relation(key)
        if known and relation in {Relation.REPEAT, Relation.SAME_INSTANT}:
            self.note_rejected_repeat(Repeat.of(exchange, classification, self.history, known, self.contract))
            self.history.conflicts.add(known.key)
