"""How plain an exchange is: the plainest one that shows a failure is what a report shows first."""

from __future__ import annotations

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.spec.contract import Contract

# How many things are special, and the size of those in the order, in characters. The least is the plainest.
Plainness = tuple[int, int]

# An unusual value is more special than plain values for most fields: an order without one shows a failure beyond doubt.
_UNUSUAL = 10


def plainness(
    exchange: Exchange, classification: Classification, contract: Contract, before: tuple[Exchange, ...] = ()
) -> Plainness:
    """Return how far an exchange is from a plain order with the required fields only, sent plainly.

    Args:
        exchange: the exchange.
        classification: of its request.
        contract: the contract; the first examples of its required fields are the plain order.
        before: the exchanges that have to be sent first. The plainest repeat is the same request.

    """
    manner = (
        not classification.has_right_credentials,
        classification.media != "json",
        exchange.connection != "main",
        *(True for _ in before),
        exchange.group is not None,
        bool(exchange.attempts),
    )
    unusual = _UNUSUAL * len(classification.unusual)
    required = {one.name: one.examples[0] for one in contract.fields.values() if one.required}
    if classification.document is None:
        # More special than an order with every field.
        return sum(manner) + unusual + len(contract.fields) + 1, len(exchange.request.body)
    document, reference = classification.document, contract.extension.duplicate.reference
    # A reference differs in every order; only one that is not a text is special.
    if isinstance(document.get(reference), str):
        required[reference] = document[reference]
    differing = [
        name
        for name in required.keys() | document.keys()
        if name not in required or name not in document or document[name] != required[name]
    ]
    earlier = (read_body(before[0].request.body)[1] if before else None) or {}
    if earlier.get(reference) == document.get(reference):
        differing += [name for name in earlier.keys() | document.keys() if earlier.get(name) != document.get(name)]
    # Letters outside ASCII and control characters count as their escapes.
    return sum(manner) + unusual + len(differing), sum(len(ascii(document.get(name))) for name in differing)
