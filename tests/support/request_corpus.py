"""Requests by which variants of the embedded server differ, and a function that sends them to one."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orders_conformance.mock.service import ServerResponse, Service
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import KEY, NOW, TOKEN, Client, basic, example, minimal

_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TEXTS = (
    "Zażółć 漢字 Ω カード Привет äöü e\u0301 İ \u200b",
    'O\'Brien "x" \\ / ` <b>&amp;</b> %20 ${x} {{y}}; --x',
    "😀",
    " blanks ",
    "two\nlines\tand tab \0",
    "ｶｰﾄﾞ",
    "null",
    "007",
    "1e5",
    "=1",
    "שלום",
    "مرحبا €",
    "",
    "x" * 300,
    "x" * 4200,
)
_DATES = (
    "2023-02-29T12:00:00Z",
    "yesterday",
    "2024-01-01",
    "",
    "2024-01-01T16:17:16",
    "01/02/2024 16:17:16",
    "1704125836",
    "2024-01-01T16:17:16Zz",
    "Mon, 01 Jan 2024 16:17:16 GMT",
    "2024-1-1T1:2:3Z",
    "20240101T161716Z",
    "2024-01-01T16:17Z",
    "2024-01-01T16:17:16+0200",
    "2024-01-01T16:17:16+25:00",
    "Mon Jan 01 16:17:16 CET 2024",
    " 2024-01-01T16:17:16Z",
    "null",
    "2024-02-29T00:00:00Z",
    "1999-12-31T12:59:59Z",
    "2000-02-29T21:30:00.5-08:00",
    "1975-07-30T09:08:07.1234+05:30",
    "2039-06-06T00:06:06Z",
    "1969-01-01T00:00:00Z",
    "2024-01-01t16:17:16z",
    "2024-01-01 16:17:16Z",
    "2016-12-31T23:59:60Z",
    "2022-03-04T00:30:00.5+05:30",
    "2022-03-04T00:30:00-03:30",
    "2024-01-01T16:17:16+02",
    "2024-01-01T16:17:16.Z",
    "2024-01-01T24:00:00Z",
    "1900-02-29T12:00:00Z",
    "2024-01-01T16:17:16 UTC",
    "0000-06-01T00:00:00Z",
    "0000-01-01T00:00:00+01:00",
    "2016-12-31T23:59:60.5Z",
    "2024-01-01T16:17:16.0625Z",
    "2024-01-01T16:17:16.000000501Z",
    "2024-01-01T16:17:16.12345678912Z",
    "2024-01-01T16:17:16.999999999951Z",
    "2024-01-01T16:17:16.0000005Z",
    "2024-01-01T16:17:16.00000005Z",
    "2024-01-01T16:17:16.0000000005Z",
    "2024-01-01T16:17:16.5Z",
    "1969-12-31T23:59:58.7654321087654Z",
    "9999-12-31T23:59:59.123-02:00",
)
_PRICES = (
    "0",
    "50.0",
    "0.01",
    "19.99",
    "30.6",
    "1",
    "999999.99",
    "-12.5",
    "1.005",
    "12345678901.25",
    "050",
    "NaN",
    "-Infinity",
    "33000.07",
    "5.0e+1",
    "3000000000",
    "-0",
    "1e400",
    "0.1000000000000000055511151231257827",
    "1E-7",
    "1e30",
    "1e7000",
)
_VALUES: tuple[Any, ...] = ("50", "", "abc", "NaN", "1,5", 7, 0, 1.5, True, False, [], {}, None)


@dataclass(frozen=True)
class Sent:
    """A request of the corpus."""

    body: object
    authorization: str | None = basic(KEY, TOKEN)
    media_type: str | None = "application/json"
    connection: str = "main"
    later: float = 0.0
    method: str = "POST"
    cookie: str | None = None


def corpus(contract: Contract) -> Iterator[Sent]:
    """Enumerate requests; each order has a reference of its own unless repeating is the point."""
    numbers = itertools.count(1)

    def fresh(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {**order, "referenceId": f"AB-C{next(numbers):03}", **changes}

    full, bare = example(contract), minimal(contract)
    yield from map(Sent, (fresh(full), fresh(bare), fresh(full)))
    yield from _repeats(fresh(full, createdAt="2020-01-01T00:00:00Z"), fresh)
    yield from _wrong_credentials(fresh, full)
    for field in contract.fields.values():
        yield Sent(fresh({name: value for name, value in full.items() if name != field.name}))
        for value in (*_VALUES, [full[field.name]], {"a": full[field.name]}):
            yield Sent(fresh(full, **{field.name: value}))
            yield Sent(fresh(full))
        yield from (
            Sent(fresh(bare, **{field.name: value})) for value in (*field.examples, *field.unusual, *field.never)
        )
        if field.format:
            yield from (Sent(fresh(full, **{field.name: text})) for text in _DATES)
        elif field.enum:
            yield from (Sent(fresh(full, **{field.name: text})) for text in _near(field.enum))
        elif field.type == "string":
            yield from (Sent(fresh(full, **{field.name: text})) for text in _TEXTS)
    for price in _PRICES:
        yield Sent(json.dumps(fresh(full)).replace('"price": 50', f'"price":{price}').encode())
    yield from _odd_values(fresh, bare)
    yield from _faults_beside_values(fresh, full)
    yield from _wrong_and_invalid(fresh, full)
    yield from _combinations(contract, fresh, full)
    yield from _bodies(fresh, full)
    yield from _nearly_right(fresh, full)
    yield Sent(full, later=60.0)


def _nearly_right(fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    """Enumerate credentials and bodies that are nearly right, and required fields that are missing beside a value."""
    alone = base64.b64encode(KEY.encode()).decode()
    for header in (f"Bearer {TOKEN}", f"Basic {alone}", basic(KEY, f"{TOKEN[:-1]}%"), basic(KEY, f"{TOKEN} ")):
        yield Sent(fresh(full), authorization=header)
    text = json.dumps(fresh(full))
    yield Sent(text.encode("utf-16"))
    yield Sent(text.replace('"price": 50', '"price":.5').encode())
    late = fresh(full)
    yield from (Sent({**late, "createdAt": "yesterday"}), Sent(late))
    for beside in ({"status": "SEARCHED"}, {"channel": "OFFLINE"}, {"status": "UNKNOWN"}, {"paymentType": "Cash"}):
        for missing in ("price", "currencyCode", "orderedAt", "referenceId"):
            yield Sent({name: value for name, value in (fresh(full) | beside).items() if name != missing})


def _odd_values(fresh: Any, bare: dict[str, Any]) -> Iterator[Sent]:
    for change in (
        {"referenceId": "Q" * 2000},
        {"referenceId": "K \u0141"},
        {"referenceId": "it's"},
        {"referenceId": "blank "},
        {"currencyCode": "USD"},
        {"pointOfSale": "elsewhere", "currencyCode": "JPY"},
        {"price": 10**20},
        {"price": 7, "channel": "OTA"},
        {"status": "PENDING"},
        {"modifiedAt": "2024-05-06T07:08:09Z"},
        {"cardType": "1 + 1 & <b>", "paymentType": '"quoted" \\ x', "pointOfSale": "two  blanks; more"},
        {"pointOfSale": " ", "paymentType": " ", "cardType": "", "currencyCode": ""},
        {"pointOfSale": "x" * 300},
        {"currencyCode": "x" * 300},
    ):
        order = fresh(bare) | change
        yield from (Sent(order), Sent(order), Sent({**order, "currencyCode": "GBP"}))
    order = fresh(bare)
    yield Sent(order)
    for change in ({"price": 1}, {"status": "PENDING"}, {"channel": "OTA"}, {"modifiedAt": "2024-05-06T07:08:09Z"}):
        yield Sent(order | change)
    for text in ("1,234.50", "50 EUR", " 50 ", "0x32", "5e1", "\uff15\uff10", "\u00bd"):
        yield Sent(fresh(bare, price=text))
    for day, hours in (
        ("2022-10-30", (0, 1, 2)),
        ("2022-11-06", (1, 5, 6)),
        ("2022-04-02", (15, 16)),
        ("2022-04-03", (2, 3)),
        ("2022-03-27", (2,)),
        ("2022-03-13", (2,)),
        ("2022-10-02", (2,)),
        ("2022-09-04", (0,)),
    ):
        for hour in hours:
            at = f"{day}T{hour:02}:30:00Z"
            yield Sent(fresh(bare, createdAt=at, modifiedAt=at))


def _faults_beside_values(fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    kept = dict(full)
    del kept["cardType"]
    for base in (
        kept | {"paymentType": "Cash"},
        kept | {"paymentType": "Voucher"},
        {name: value for name, value in kept.items() if name != "channel"},
        {name: value for name, value in full.items() if name != "pointOfSale"},
        {name: value for name, value in full.items() if name != "createdAt"},
        full | {"status": "PENDING"},
    ):
        for fault in (
            {"price": "50"},
            {"status": "NONE"},
            {"channel": "NONE"},
            {"createdAt": "x"},
            {"modifiedAt": "x"},
        ):
            yield Sent(fresh(base, **fault))
        yield Sent(fresh(base, cardType=7))
        yield Sent({name: value for name, value in fresh(base).items() if name != "price"})
    for name in ("currencyCode", "price"):
        for other in (name[0].upper() + name[1:], name.upper()):
            yield Sent({other if one == name else one: value for one, value in fresh(full).items()})


def _wrong_and_invalid(fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    for header in (None, basic(KEY, "wrong"), basic("nobody", TOKEN), basic(KEY, ""), "Bearer x"):
        yield Sent(fresh(full, price="x"), authorization=header)
        yield Sent(fresh(full), authorization=header, media_type="text/plain")
        for cookie in ("session=s-6f1c2a", "SID=s-6f1c2a"):
            yield Sent(fresh(full), authorization=header, cookie=cookie)


def _repeats(order: dict[str, Any], fresh: Any) -> Iterator[Sent]:
    other = order | {"price": 1, "status": "CONFIRMED", "channel": "OTA", "createdAt": "2023-01-01T00:00:00Z"}
    moved = order | {"orderedAt": "2024-01-01T18:17:16+02:00"}
    yield from (Sent(order), Sent(order), Sent(other), Sent(order), Sent(moved), Sent(order))
    yield from (
        Sent(order, connection="other"),
        Sent(fresh(order, price="x")),
        Sent(order),
        Sent(fresh(order)),
        Sent(order),
    )
    yield from (Sent(order, authorization=None), Sent(order), Sent(order, later=30.0), Sent(order), Sent(fresh(order)))
    for reference in (
        "abc-1",
        "ABC-1",
        "ABC1",
        "ABC-1 ",
        "ABC-01",
        "ABCDEFGH-1",
        "ABCDEFGH-2",
        "Z" * 260 + "1",
        "Z" * 260 + "2",
    ):
        yield Sent(order | {"referenceId": reference})
    for near in ("2024-01-01T16:17:16.1Z", "2024-01-01T20:00:00Z", "2024-01-02T04:00:00Z", "2024-01-03T12:00:00Z"):
        yield Sent(order | {"orderedAt": near})
    yield from (Sent(order | {"price": "x"}), Sent(order))
    for text in ({"price": 0}, {"status": "CANCELLED"}, {"orderedAt": "2019-01-01T16:17:16.25Z"}):
        again = fresh(order, **text)
        yield from (Sent(again), Sent(again))
    invalid = fresh(order, channel="NOWHERE")
    yield from (Sent(invalid), Sent(invalid | {"channel": "WEB"}))
    for day in ("2024-01-08", "2024-01-11", "2024-01-16", "2024-02-20", "2026-01-01"):
        yield Sent(order | {"orderedAt": f"{day}T16:17:16Z"})
    offset = order | {"orderedAt": "2019-01-01T16:17:16+02:00", "status": "CONFIRMED", "referenceId": "ABC-7"}
    yield from (Sent(offset), Sent(offset))
    few = {name: offset[name] for name in ("currencyCode", "price", "orderedAt")} | {"referenceId": "ABC-8"}
    yield from (Sent(few), Sent(few))
    yield from (Sent(fresh(order)) for _ in range(12))
    yield Sent(order)
    for prelude in (
        Sent(fresh(order, price="x")),
        Sent(fresh(order), authorization=None),
        Sent(fresh(order), media_type="text/plain"),
    ):
        yield prelude
        yield Sent(prelude.body | {"price": 50} if isinstance(prelude.body, dict) else prelude.body)


def _wrong_credentials(fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    pairs = [
        ("nobody", TOKEN),
        (KEY, "wrong"),
        ("", ""),
        (KEY, ""),
        (TOKEN, KEY),
        (KEY.swapcase(), TOKEN),
        (KEY, TOKEN.swapcase()),
        (KEY, TOKEN[:-1]),
        (KEY, TOKEN + "x"),
        (KEY, "x" * len(TOKEN)),
    ]
    right = basic(KEY, TOKEN)
    headers = [basic(*pair) for pair in (*pairs, (KEY, f"{TOKEN}:x"))]
    for header in (*headers, None, right.replace("Basic", "Bearer"), "Basic %%%", right.replace("Basic", "basic")):
        yield Sent(fresh(full), authorization=header)
        yield Sent(fresh(full))
        yield Sent(fresh(full, price="x"), authorization=header)
    yield from (Sent(fresh(full), authorization=headers[0]) for _ in range(5))
    yield Sent(fresh(full), authorization=None, media_type="text/plain")
    yield from (Sent(fresh(full)) for _ in range(40))


def _near(values: tuple[str, ...]) -> Iterator[str]:
    word = next(value for value in values if "_" in value)
    yield from values
    yield from (word.replace("_", mark) for mark in ("-", " ", ""))
    yield from (word.lower(), word.title(), f" {word}", f"{word} ", f"{word}\n", f"{word}\u200b", word[:-1], f"{word}S")
    yield from ("OTHERS", "GDS", "PENDING", "0", "null", f"{word},{word}", values[0].title())


def _combinations(contract: Contract, fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    enums = [field for field in contract.fields.values() if field.enum]
    for one, other in itertools.product(*(field.enum for field in enums)):
        yield Sent(fresh(full, **{enums[0].name: one, enums[1].name: other}))
    for payment, card, price, channel in itertools.product(
        ("Card", "Cash", "Voucher"), ("Visa", "Mastercard"), (0, 19.99, 1000), ("WEB", "MOBILE_APP", "CALL_CENTER")
    ):
        yield Sent(fresh(full, paymentType=payment, cardType=card, price=price, channel=channel))
    optional = [field.name for field in contract.fields.values() if not field.required]
    for one, other in itertools.combinations(optional, 2):
        yield Sent(fresh({name: value for name, value in full.items() if name not in {one, other}}))
    yield Sent(fresh(full, createdAt="2020-01-01T00:00:00+02:00", status="CONFIRMED"))


def _bodies(fresh: Any, full: dict[str, Any]) -> Iterator[Sent]:
    def whole() -> str:
        return json.dumps(fresh(full), separators=(",", ":"))

    made = whole()
    yield from (Sent(whole(), media_type=None), Sent(b""), Sent(b" "), Sent(made.replace('"price"', "price").encode()))
    yield from (
        Sent(whole()[:-1].encode()),
        Sent(whole()[:40].encode()),
        Sent(f"{whole()} x".encode()),
        Sent((whole() + "{}").encode()),
    )
    yield from (Sent(f"[{whole()}]".encode()), Sent(json.dumps(whole()).encode()), Sent(b"null"), Sent(b"[]"), Sent({}))
    yield from (Sent(whole().replace("Visa", "\xe9").encode("latin-1")), Sent((whole()[:-1] + ",}").encode()))
    yield from (
        Sent(whole().replace('"', "'").encode()),
        Sent(f"/* a */{whole()}".encode()),
        Sent(b"[" * 200 + b"]" * 200),
    )
    yield from (
        Sent((whole()[:-1] + ',"price":1}').encode()),
        Sent(fresh(full, surprise=1)),
        Sent(fresh(full, price="x", channel="x")),
    )
    yield from (
        Sent(fresh(full, cardType="half \ud83d")),
        Sent(fresh(full, surprise="x" * 20_000)),
        Sent(fresh(full, surprise="x" * 70_000)),
    )
    yield from (Sent(b"", method="GET"), Sent(fresh(full), media_type="application/vnd.order+json"))
    for media_type in (
        "text/plain",
        "application/xml",
        "text/html",
        "multipart/form-data; boundary=b",
        "application/json-seq",
    ):
        yield Sent(fresh(full), media_type=media_type)
    yield Sent(fresh(full), media_type="application/x-www-form-urlencoded")
    for media_type in ("APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"):
        yield Sent(fresh(full), media_type=media_type)


@dataclass
class _Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def answers(contract: Contract, kind: type[Service], requests: tuple[Sent, ...]) -> Iterator[ServerResponse]:
    """Send requests to a new server, and yield its responses with identifiers numbered in their order."""
    clock = _Clock()
    service = kind(contract, client_key=KEY, api_token=TOKEN, clock=clock)
    client = Client(service)
    seen: dict[bytes, bytes] = {}
    try:
        for sent in requests:
            clock.now += timedelta(seconds=sent.later)
            response = client.send(
                sent.body,
                authorization=sent.authorization,
                media_type=sent.media_type,
                connection=sent.connection,
                method=sent.method,
                cookie=sent.cookie,
            )
            body = _UUID.sub(lambda found: seen.setdefault(found[0], b"id-%d" % len(seen)), response.body)
            yield ServerResponse(response.status, response.headers, body, response.wire)
    finally:
        service.close()
