"""Faults that any server of a behaviour may have besides, and the class of a server with such a fault or without.

They are servers of `mock/faulty/`, which override steps of the embedded service: put before a server of a behaviour,
they override its steps. Chosen are those that show whatever else the server does, some of each family.
"""

from __future__ import annotations

from collections.abc import Mapping

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.server import DrawnServer
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service

FAULTS = (
    # Authentication.
    "lets-anybody-in",
    "lets-nameless-in",
    "takes-any-user",
    "takes-any-password",
    "takes-empty-pair",
    "takes-swapped",
    "forbids",
    "stumbles-over-undecodable",
    # Validation.
    "fills-price",
    "fills-reference-id",
    "fills-null-currency-code",
    "price-takes-string",
    "price-takes-boolean",
    "currency-code-takes-number",
    "payment-type-takes-boolean",
    "channel-takes-array",
    "takes-unknown-values",
    "ignores-case",
    "channel-without-kiosk",
    "status-without-refunded",
    "takes-no-offset",
    "rolls-over",
    "demands-channel",
    "refuses-zero",
    "refuses-leap-days",
    # Echo.
    "channel-answers-other-for-ota",
    "whole-numbers",
    "constant-price",
    "all-small",
    "hour-late",
    "day-early",
    "leaves-out-payment-type",
    "leaves-out-status",
    "leaves-out-contacts",
    "contacts-is-null",
    "price-as-text",
    # Identity.
    "constant-ref",
    "link-to-list",
    "ref-is-null",
    # Duplicates, and what a rejected order leaves behind.
    "no-duplicates",
    "key-with-price",
    "key-with-connection",
    "forgets-after-refusal",
    "forgets-after-conflict",
    "reserves-refused",
    "stores-for-strangers",
    "conflict-as404",
    "existing-with200",
    # Error bodies, and HTTP.
    "without400-code",
    "wrong401-status",
    "odd409-message",
    "400-as-html",
    "409-empty",
    "refused-with422",
    "java-in400",
    "token-in401",
    "created-with200",
    "created-as-text",
    "takes-text-plain",
    "makes-up-empty",
    "reads-first-document",
    # Server errors.
    "stumbles-over-negative",
    "stumbles-over-null",
    "stumbles-over-emoji",
    "stumbles-over-missing-key",
    "conflict-as500",
)


# The choices that hide a fault: the server rejects what would show it before it comes to it.
HIDDEN_BY: Mapping[str, tuple[str, ...]] = {
    "stumbles-over-negative": ("negative_accepted",),
    "stumbles-over-null": ("credentials_checked",),
    "stumbles-over-emoji": ("credentials_checked",),
    "stumbles-over-missing-key": ("credentials_checked",),
}


def server(behaviour: Behaviour, fault: str | None = None) -> type[Service]:
    """Return the class of a server with a behaviour, and with a fault of the catalogue or without one.

    Raises:
        KeyError: the catalogue has no fault of that name.

    """
    if fault is None:
        return type("Drawn", (DrawnServer,), {"behaviour": behaviour, "breaks": behaviour.declared})
    kind = CATALOGUE[fault]
    return type(
        f"Drawn{kind.__name__}",
        (kind, DrawnServer),
        {"behaviour": behaviour, "breaks": (*kind.breaks, *behaviour.declared)},
    )
