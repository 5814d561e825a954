"""Faults that only values together show, each of which is handled well alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import Altered, Picky, of_row
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

Order = Mapping[str, Any]


class _Refuses(Picky):
    """Refuses some values only together."""

    together: ClassVar[Callable[[Order], bool]]

    def dislikes(self, order: Order) -> str | None:
        return self.reference_field if type(self).together(order) else None


def _has(**values: Any) -> Callable[[Order], bool]:
    return lambda order: all(order.get(name) == value for name, value in values.items())


_TOGETHER: Mapping[str, tuple[Callable[[Order], bool], str]] = {
    "NoSearchesByGds": (_has(channel="GDS", status="SEARCHED"), "Refuses searches by GDS."),
    "NoRefundsAtKiosk": (_has(channel="KIOSK", status="REFUNDED"), "Refuses refunds at a kiosk."),
    "NoPendingOffline": (_has(channel="OFFLINE", status="PENDING"), "Refuses pending orders that were made offline."),
    "NoUnknownOther": (_has(channel="OTHER", status="UNKNOWN"), "Refuses unknown orders by other channels."),
    "NoPartsByOta": (_has(channel="OTA", status="PARTIALY_REFUNDED"), "Refuses partial refunds by OTA."),
    "NoFreeCards": (lambda o: o.get("paymentType") == "Card" and not o["price"], "Refuses payment of nought by card."),
    "NoFreeVouchers": (lambda o: o.get("paymentType") == "Voucher" and not o["price"], "Refuses vouchers of nought."),
    "NoCashOnline": (_has(paymentType="Cash", channel="WEB"), "Refuses cash in the web."),
    "NoCashInApps": (_has(paymentType="Cash", channel="MOBILE_APP"), "Refuses cash in apps."),
    "NoCentsByPhone": (
        lambda o: o.get("channel") == "CALL_CENTER" and o["price"] % 1 != 0,
        "Refuses numbers with decimals by phone.",
    ),
    "NoOffsetWithFraction": (
        lambda o: "." in o["orderedAt"] and not o["orderedAt"].endswith("Z"),
        "Refuses an instant that has both a fraction and an offset.",
    ),
    "NoCreationByWestern": (
        lambda o: "createdAt" in o and "-" in o["orderedAt"][19:],
        "Refuses a time of creation where the time of the order is west of Greenwich.",
    ),
    "NoMastercardForMuch": (
        lambda o: o.get("cardType") == "Mastercard" and o["price"] >= 1000,
        "Refuses amounts of a thousand and more with one type of card.",
    ),
    "NoModificationWithoutCreation": (
        lambda o: "modifiedAt" in o and "createdAt" not in o,
        "Refuses a time of modification without one of creation.",
    ),
    "NoCreationWithoutModification": (
        lambda o: "createdAt" in o and "modifiedAt" not in o,
        "Refuses a time of creation without one of modification.",
    ),
    "NoStatusWithoutChannel": (lambda o: "status" in o and "channel" not in o, "Refuses a status without a channel."),
    "NoPaymentWithoutPlace": (
        lambda o: "paymentType" in o and "pointOfSale" not in o,
        "Refuses a type of payment without a point of sale.",
    ),
    "NoPurchaseWithoutPayment": (
        lambda o: o.get("status") == "PURCHASED" and "paymentType" not in o,
        "Refuses purchases without a type of payment.",
    ),
    "NoCreationWithOffsetAndStatus": (
        lambda o: o.get("status") == "CONFIRMED" and not o.get("createdAt", "Z").endswith("Z"),
        "Refuses the time of creation of a confirmed order with an offset.",
    ),
}
for _name, (_together, _lie) in _TOGETHER.items():
    of_row(SERVERS, _Refuses, _name, _lie, ("create/request/*",), together=staticmethod(_together))


class _Stumbles(Service):
    """Fails on some values only together."""

    together: ClassVar[Callable[[Order], bool]]

    def respond(self, outcome: Any, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created" and type(self).together(body):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().respond(outcome, body, request)


for _name, (_together, _lie) in {
    "StumblesOverBranchRefunds": (
        _has(channel="BRANCH", status="PARTIALY_REFUNDED"),
        "Fails on partial refunds at a branch.",
    ),
    "StumblesOverFreeCash": (lambda o: o.get("paymentType") == "Cash" and not o["price"], "Fails on nought in cash."),
}.items():
    _breaks = ("create/any/no-5xx", "create/request/*")
    of_row(SERVERS, _Stumbles, _name, _lie, _breaks, together=staticmethod(_together))


class _Mangles(Altered):
    """Answers another value where some values come together."""

    together: ClassVar[Callable[[Order], bool]]
    change: ClassVar[Callable[[Order], Mapping[str, Any]]]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, **type(self).change(body)} if type(self).together(body) else body


_MANGLED: Mapping[str, tuple[Callable[[Order], bool], Callable[[Order], Mapping[str, Any]], str, str]] = {
    "WebPurchasesAreConfirmed": (
        _has(channel="WEB", status="PURCHASED"),
        lambda _order: {"status": "CONFIRMED"},
        "Answers that purchases in the web are confirmed.",
        "create/201/status/echo",
    ),
    "KioskReservationsAreBranch": (
        _has(channel="AIRPORT_KIOSK", status="RESERVED"),
        lambda _order: {"channel": "BRANCH"},
        "Answers that reservations at the airport were made in a branch.",
        "create/201/channel/echo",
    ),
    "CashIsWhole": (
        _has(paymentType="Cash"),
        lambda order: {"price": int(order["price"])},
        "Cuts off the decimals of cash.",
        "create/201/price/echo",
    ),
    "RefundsAreNegative": (
        _has(status="REFUNDED"),
        lambda order: {"price": -Decimal(order["price"])},
        "Answers the price of refunds below nought.",
        "create/201/price/echo",
    ),
    "VisaPaysInDollars": (
        _has(cardType="Visa", channel="MOBILE_WEB"),
        lambda _order: {"currencyCode": "USD"},
        "Answers dollars for one type of card in the mobile web.",
        "create/201/currencyCode/echo",
    ),
    "OtaHasItsOwnPlace": (
        _has(channel="OTA"),
        lambda order: {"pointOfSale": "ota"} if "pointOfSale" in order else {},
        "Answers a point of sale of its own for OTA.",
        "create/201/pointOfSale/echo",
    ),
    "CancelledHasNoCard": (
        _has(status="CANCELLED"),
        lambda order: {"paymentType": "None"} if "paymentType" in order else {},
        "Answers another type of payment for cancelled orders.",
        "create/201/paymentType/echo",
    ),
}
for _name, (_together, _change, _lie, _broken) in _MANGLED.items():
    of_row(SERVERS, _Mangles, _name, _lie, (_broken,), together=staticmethod(_together), change=staticmethod(_change))
