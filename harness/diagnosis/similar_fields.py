"""Seeing how far a fault goes: what showed in one field is looked for in the fields that are like it.

Where a fault shows first is a matter of what was sent; how far it goes is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.invalid import fields
from orders_conformance.strategies.orders.variants import with_fault
from orders_conformance.strategies.probe import Probe, Script, Send

# How often a fault is followed up, for each rule.
_OFTEN = 3
# Tries until wrong credentials that are let in now and then are let in.
_TRIES = 3


class SimilarFields:
    """Follows up the faults of one run."""

    def __init__(self) -> None:
        """Begin with nothing followed up."""
        self._times: Counter[str] = Counter()

    def __call__(self, engine: Engine, judged: JudgedExchange) -> None:
        """Send what shows whether that which is like what is broken is broken as well."""
        broken = [item.requirement for item in judged.judgement.broken if item.requirement[0] in _SCRIPTS]
        for name in {name[0]: name for name in reversed(broken)}.values():
            if self._times[name[0]] < _OFTEN:
                before = len(engine.evaluation.exchanges)
                engine.perform(_SCRIPTS[name[0]](engine, judged, name))
                self._times[name[0]] += len(engine.evaluation.exchanges) > before


def _texts(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send the text that was not answered as it was sent in every other field that may hold any text."""
    fields = engine.evaluation.oracle.contract.fields
    text = (judged.classification.document or {}).get(broken[2])
    free = [name for name, field in fields.items() if field.is_free_text and name != engine.orders.reference]
    others = [name for name in free if _is_open(engine, (*broken[:2], name))]
    if isinstance(text, str) and fields[broken[2]].is_free_text and others:
        yield Send(Probe("spread/text", {**engine.orders.minimal(), **dict.fromkeys(others, text)}))


def _absent(engine: Engine, _judged: JudgedExchange, broken: Name) -> Script:
    """Send an order without optional fields after others that had them: such as were refused, and such as were not.

    The first value that is answered in place of none may be a default; the second is not.
    """
    orders = engine.orders
    filled = list(orders.covering(1))
    for before in (*(with_fault(orders, order) for order in filled), *filled):
        if any(_is_open(engine, (*broken[:2], name)) for name in before if not orders.contract.fields[name].required):
            yield Send(Probe("spread/all-fields", before))
            yield Send(Probe("spread/no-optional-fields", orders.minimal()))


def _dates(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send the text that is no date in every other field that holds one."""
    fields = engine.evaluation.oracle.contract.fields
    dates = [name for name, field in fields.items() if field.format == fields[broken[1]].format]
    value = sendable(judged.classification.document or {}).get(broken[1])
    for name in (one for one in dates if _is_open(engine, (Rule.FORMAT, one))):
        yield Send(Probe("spread/format", {**engine.orders.minimal(), name: value}))


def _types(engine: Engine, judged: JudgedExchange, broken: Name) -> Script:
    """Send values of the JSON type that was taken in every other field that must not have it."""
    contract = engine.evaluation.oracle.contract
    kind = type(sendable(judged.classification.document or {}).get(broken[1]))
    for fault in fields.single(contract, engine.orders.full()):
        if type(fault.value) is kind and "/type/" in fault.name and _is_open(engine, (Rule.TYPE, fault.field)):
            yield Send(Probe("spread/type", fault.applied(engine.orders.minimal())))


def _strangers(engine: Engine, _judged: JudgedExchange, _broken: Name) -> Script:
    """Where wrong credentials were let in, see which others are, be it now and then."""
    known = engine.sender.credentials.variants()
    wrong = engine.evaluation.oracle.contract.extension.credentials.wrong
    tries = [one for one in wrong if one in known for _ in range(_TRIES)]
    for variant in (one for one in tries if _is_open(engine, (Rule.CREDENTIALS, one))):
        yield Send(Probe("spread/credentials", engine.orders.minimal(), variant))


_SCRIPTS: Mapping[str, Callable[[Engine, JudgedExchange, Name], Script]] = {
    Rule.ECHO: _texts,
    Rule.NOT_FROM_ANOTHER_ORDER: _absent,
    Rule.FORMAT: _dates,
    Rule.TYPE: _types,
    Rule.CREDENTIALS: _strangers,
}


def _is_open(engine: Engine, requirement: Name) -> bool:
    """Whether the contract has a requirement and it is not known to be broken."""
    evaluation = engine.evaluation
    return evaluation.oracle.contract.find(*requirement) is not None and not evaluation.tally.is_broken(requirement)
