"""Recognise a response that belongs to another request: its body has the values of another order of the run.

A server or a proxy that loses the sequence of its responses, or caches one, sends such responses. They say nothing
about the request that they were received for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orders_conformance.harness.messages.exchange import SUCCESS, Exchange, Request, Response
from orders_conformance.harness.messages.json_body import read_object
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.history import History, remembered
from orders_conformance.harness.oracle.response.equivalence import Sent, equivalence
from orders_conformance.spec.contract import Contract

# A text that may be a reference: long, and with a hyphen or a digit, so that no plain word of a message is one. The
# references of a run have a hyphen; one prefix in seven has no digit.
_WORD, _MARK = re.compile(r"[\w-]{6,}", re.ASCII), re.compile(r"[\d-]", re.ASCII)


def is_of_another_request(
    exchange: Exchange, classification: Classification, history: History, contract: Contract
) -> bool:
    """Return whether a response has the reference of another order of the run, and more of it than the reference.

    That is: either its `ref` was returned before, or every value in it is that of the other order, and some value
    besides the reference is not that of the order that was sent. A reference alone may be a fault of that field, if
    no response belonged to another request so far. The message of a rejection need only name the reference.

    Args:
        exchange: the request and its response, if there is one.
        classification: of the request.
        history: the history of the run.
        contract: the contract, which says what a response repeats.

    """
    response = exchange.response
    if response is None:
        return False
    if response.status not in SUCCESS:
        return _names_another_order(response, exchange.request, classification, history, contract)
    body, reference = read_object(response.body), contract.extension.duplicate.reference
    returned = body.get(reference) if body is not None else None
    own = classification.document or {}
    if body is None or not isinstance(returned, str) or returned == own.get(reference):
        return False
    others = history.sent_orders.get(returned)
    if not others:
        return False
    ref = body.get(contract.extension.identity.reference)
    if history.saw_other_response or (isinstance(ref, str) and remembered(ref) in history.refs):
        return True
    return any(_repeats(body, other, contract) for other in others) and not _repeats(
        {**body, reference: own.get(reference)}, own, contract
    )


def _names_another_order(
    response: Response, request: Request, classification: Classification, history: History, contract: Contract
) -> bool:
    """Whether the message of a rejection names the reference of another order, and not that of the order that was sent.

    Only for orders that had to be rejected: an order may conflict with another one by a wrong comparison of references.
    """
    if classification.may_create or response.status not in {contract.statuses.rejected, contract.statuses.conflict}:
        return False
    body, sent = read_object(response.body) or {}, request.body.decode(errors="replace").casefold()
    texts = [text for name in contract.extension.message_fields if isinstance(text := body.get(name), str)]
    own = str((classification.document or {}).get(contract.extension.duplicate.reference) or "").casefold()
    if own and any(own in text.casefold() for text in texts):
        return False
    words = {word for text in texts for word in _WORD.findall(text) if _MARK.search(word)}
    return any(word in history.sent_orders and word.casefold() not in sent for word in words)


def _repeats(body: Mapping[str, Any], order: Mapping[str, Any], contract: Contract) -> bool:
    """Whether a body repeats each field of an order that a response must repeat and that the body has."""
    decimals = contract.extension.core.decimals
    return all(
        equivalence(field.echo, Sent(order[field.name], decimals), body[field.name]) is not None
        for field in contract.responses[contract.statuses.created].fields
        if field.echo is not None
        and field.echo != "instant-or-now"
        and order.get(field.name) is not None
        and body.get(field.name) is not None
    )
