"""Look for a fault of one field in similar fields.

Which field shows a fault first depends on the requests; so the same value is sent in the similar fields, and the report
names all fields with the fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.invalid import fields
from orders_conformance.strategies.orders.variants import with_fault
from orders_conformance.strategies.probe import Probe, Script, Send

# At most so many faults of one rule are followed up.
_FOLLOW_UPS = 3
# Requests with each variant of wrong credentials, for servers that accept them intermittently.
_TRIES = 3


class SimilarFields:
    """Sends follow-up requests for the faults of one run."""

    def __init__(self) -> None:
        """Start with no follow-ups."""
        self._times: Counter[str] = Counter()

    def __call__(self, engine: Engine, judged: JudgedExchange) -> None:
        """Send the requests that show whether similar fields have the faults of an exchange as well."""
        broken = [item.requirement for item in judged.judgement.broken if item.requirement[0] in _SCRIPTS]
        for name in {name[0]: name for name in reversed(broken)}.values():
            if self._times[name[0]] < _FOLLOW_UPS:
                before = len(engine.evaluation.exchanges)
                engine.perform(_SCRIPTS[name[0]](engine, judged, name))
                self._times[name[0]] += len(engine.evaluation.exchanges) > before


def _free_texts(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send the text that was not returned as it was sent in every other field for free text."""
    fields = engine.evaluation.oracle.contract.fields
    text = (judged.classification.document or {}).get(broken[2])
    free = [name for name, field in fields.items() if field.is_free_text and name != engine.orders.reference]
    others = [name for name in free if _may_be_kept(engine, (*broken[:2], name))]
    if isinstance(text, str) and fields[broken[2]].is_free_text and others:
        yield Send(Probe("spread/text", {**engine.orders.minimal(), **dict.fromkeys(others, text)}))


def _absent_fields(engine: Engine, _judged: JudgedExchange, broken: Name) -> Script:
    """Send an order without optional fields after orders that have them: after rejected ones, and after created ones.

    The first value that is returned for a field that was not sent may be a default; a second, other value is not.
    """
    orders = engine.orders
    filled = list(orders.covering(1))
    for before in (*(with_fault(orders, order) for order in filled), *filled):
        if any(
            _may_be_kept(engine, (*broken[:2], name)) for name in before if not orders.contract.fields[name].required
        ):
            yield Send(Probe("spread/all-fields", before))
            yield Send(Probe("spread/no-optional-fields", orders.minimal()))


def _dates(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send the text that is not a date-time in every other date-time field."""
    fields = engine.evaluation.oracle.contract.fields
    dates = [name for name, field in fields.items() if field.format == fields[broken[1]].format]
    value = sendable(judged.classification.document or {}).get(broken[1])
    for name in (one for one in dates if _may_be_kept(engine, (Rule.FORMAT, one))):
        yield Send(Probe("spread/format", {**engine.orders.minimal(), name: value}))


def _types(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send values of the JSON type that was accepted in every other field that must not have this type."""
    contract = engine.evaluation.oracle.contract
    kind = type(sendable(judged.classification.document or {}).get(broken[1]))
    for fault in fields.single(contract, engine.orders.full()):
        if type(fault.value) is kind and "/type/" in fault.name and _may_be_kept(engine, (Rule.TYPE, fault.field)):
            yield Send(Probe("spread/type", fault.applied(engine.orders.minimal())))


def _wrong_credentials(engine: Engine, _judged: JudgedExchange, _broken: Name) -> Script:
    """Send every variant of wrong credentials several times."""
    known = engine.sender.credentials.variants()
    wrong = engine.evaluation.oracle.contract.extension.credentials.wrong
    tries = [one for one in wrong if one in known for _ in range(_TRIES)]
    for variant in (one for one in tries if _may_be_kept(engine, (Rule.CREDENTIALS, one))):
        yield Send(Probe("spread/credentials", engine.orders.minimal(), variant))


_SCRIPTS: Mapping[str, Callable[[Engine, JudgedExchange, Name], Script]] = {
    Rule.ECHO: _free_texts,
    Rule.NOT_FROM_ANOTHER_ORDER: _absent_fields,
    Rule.FORMAT: _dates,
    Rule.TYPE: _types,
    Rule.CREDENTIALS: _wrong_credentials,
}


def _may_be_kept(engine: Engine, requirement: Name) -> bool:
    """Whether the contract has this requirement and no exchange has broken it so far."""
    evaluation = engine.evaluation
    return evaluation.oracle.contract.find(*requirement) is not None and not evaluation.tally.is_broken(requirement)
