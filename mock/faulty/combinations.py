"""Faults that show only for a combination of values; each value alone is handled correctly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import Altered, RejectsValid, add_server
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

Order = Mapping[str, Any]


class _RejectsTogether(RejectsValid):
    """Rejects a combination of valid values."""

    together: ClassVar[Callable[[Order], bool]]

    def field_to_reject(self, order: Order) -> str | None:
        return self.reference_field if type(self).together(order) else None


def _has(**values: Any) -> Callable[[Order], bool]:
    return lambda order: all(order.get(name) == value for name, value in values.items())


_TOGETHER: Mapping[str, tuple[Callable[[Order], bool], str]] = {
    "NoSearchesByGds": (_has(channel="GDS", status="SEARCHED"), "Rejects status SEARCHED with channel GDS."),
    "NoRefundsAtKiosk": (_has(channel="KIOSK", status="REFUNDED"), "Rejects status REFUNDED with channel KIOSK."),
    "NoPendingOffline": (_has(channel="OFFLINE", status="PENDING"), "Rejects status PENDING with channel OFFLINE."),
    "NoUnknownOther": (_has(channel="OTHER", status="UNKNOWN"), "Rejects status UNKNOWN with channel OTHER."),
    "NoPartsByOta": (
        _has(channel="OTA", status="PARTIALY_REFUNDED"),
        "Rejects status PARTIALY_REFUNDED with channel OTA.",
    ),
    "NoFreeCards": (
        lambda o: o.get("paymentType") == "Card" and not o["price"],
        "Rejects a price of zero with payment by card.",
    ),
    "NoFreeVouchers": (
        lambda o: o.get("paymentType") == "Voucher" and not o["price"],
        "Rejects a price of zero with payment by voucher.",
    ),
    "NoCashOnline": (_has(paymentType="Cash", channel="WEB"), "Rejects payment in cash with channel WEB."),
    "NoCashInApps": (
        _has(paymentType="Cash", channel="MOBILE_APP"),
        "Rejects payment in cash with channel MOBILE_APP.",
    ),
    "NoCentsByPhone": (
        lambda o: o.get("channel") == "CALL_CENTER" and o["price"] % 1 != 0,
        "Rejects a price with decimals with channel CALL_CENTER.",
    ),
    "NoOffsetWithFraction": (
        lambda o: "." in o["orderedAt"] and not o["orderedAt"].endswith("Z"),
        "Rejects an orderedAt that has both a fraction and an offset.",
    ),
    "NoCreationByWestern": (
        lambda o: "createdAt" in o and "-" in o["orderedAt"][19:],
        "Rejects createdAt where orderedAt has a negative offset.",
    ),
    "NoMastercardForMuch": (
        lambda o: o.get("cardType") == "Mastercard" and o["price"] >= 1000,
        "Rejects a price of 1,000 and more with one card type.",
    ),
    "NoModificationWithoutCreation": (
        lambda o: "modifiedAt" in o and "createdAt" not in o,
        "Rejects modifiedAt without createdAt.",
    ),
    "NoCreationWithoutModification": (
        lambda o: "createdAt" in o and "modifiedAt" not in o,
        "Rejects createdAt without modifiedAt.",
    ),
    "NoModificationAfterCreation": (
        lambda o: o.get("createdAt", o.get("modifiedAt")) != o.get("modifiedAt", o.get("createdAt")),
        "Rejects createdAt beside another modifiedAt.",
    ),
    "NoStatusWithoutChannel": (lambda o: "status" in o and "channel" not in o, "Rejects status without channel."),
    "NoPaymentWithoutPlace": (
        lambda o: "paymentType" in o and "pointOfSale" not in o,
        "Rejects paymentType without pointOfSale.",
    ),
    "NoPurchaseWithoutPayment": (
        lambda o: o.get("status") == "PURCHASED" and "paymentType" not in o,
        "Rejects status PURCHASED without paymentType.",
    ),
    "NoCreationWithOffsetAndStatus": (
        lambda o: o.get("status") == "CONFIRMED" and not o.get("createdAt", "Z").endswith("Z"),
        "Rejects createdAt with an offset and status CONFIRMED.",
    ),
}
for _name, (_together, _doc) in _TOGETHER.items():
    add_server(SERVERS, _RejectsTogether, _name, _doc, ("create/request/*",), together=staticmethod(_together))


class _FailsOn(Service):
    """Responds with 500 to a combination of valid values."""

    together: ClassVar[Callable[[Order], bool]]

    def respond(self, outcome: Any, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created" and type(self).together(body):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().respond(outcome, body, request)


for _name, (_together, _doc) in {
    "StumblesOverBranchRefunds": (
        _has(channel="BRANCH", status="PARTIALY_REFUNDED"),
        "Responds with 500 to status PARTIALY_REFUNDED with channel BRANCH.",
    ),
    "StumblesOverFreeCash": (
        lambda o: o.get("paymentType") == "Cash" and not o["price"],
        "Responds with 500 to a price of zero with payment in cash.",
    ),
}.items():
    _breaks = ("create/any/no-5xx",)
    add_server(SERVERS, _FailsOn, _name, _doc, _breaks, together=staticmethod(_together))


class _ChangesValue(Altered):
    """Returns a wrong value for a combination of values."""

    together: ClassVar[Callable[[Order], bool]]
    change: ClassVar[Callable[[Order], Mapping[str, Any]]]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, **type(self).change(body)} if type(self).together(body) else body


_CHANGED_VALUES: Mapping[str, tuple[Callable[[Order], bool], Callable[[Order], Mapping[str, Any]], str, str]] = {
    "WebPurchasesAreConfirmed": (
        _has(channel="WEB", status="PURCHASED"),
        lambda _order: {"status": "CONFIRMED"},
        "Returns status CONFIRMED for PURCHASED with channel WEB.",
        "create/201/status/echo",
    ),
    "KioskReservationsAreBranch": (
        _has(channel="AIRPORT_KIOSK", status="RESERVED"),
        lambda _order: {"channel": "BRANCH"},
        "Returns channel BRANCH for AIRPORT_KIOSK with status RESERVED.",
        "create/201/channel/echo",
    ),
    "CashIsWhole": (
        _has(paymentType="Cash"),
        lambda order: {"price": int(order["price"])},
        "Cuts off the decimals of price with payment in cash.",
        "create/201/price/echo",
    ),
    "RefundsAreNegative": (
        _has(status="REFUNDED"),
        lambda order: {"price": -Decimal(order["price"])},
        "Returns a negative price with status REFUNDED.",
        "create/201/price/echo",
    ),
    "VisaPaysInDollars": (
        _has(cardType="Visa", channel="MOBILE_WEB"),
        lambda _order: {"currencyCode": "USD"},
        "Returns currency USD for Visa with channel MOBILE_WEB.",
        "create/201/currencyCode/echo",
    ),
    "OtaHasItsOwnPlace": (
        _has(channel="OTA"),
        lambda order: {"pointOfSale": "ota"} if "pointOfSale" in order else {},
        "Returns a pointOfSale of its own with channel OTA.",
        "create/201/pointOfSale/echo",
    ),
    "CancelledHasNoCard": (
        _has(status="CANCELLED"),
        lambda order: {"paymentType": "None"} if "paymentType" in order else {},
        "Returns another paymentType with status CANCELLED.",
        "create/201/paymentType/echo",
    ),
}
for _name, (_together, _change, _doc, _broken) in _CHANGED_VALUES.items():
    add_server(
        SERVERS, _ChangesValue, _name, _doc, (_broken,), together=staticmethod(_together), change=staticmethod(_change)
    )
