"""Sample records: events as a run would write them, which tests may change.

Every function returns new data. `nonconformant` is the realistic one: a server that breaks a few requirements.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from orders_conformance.reports.record.writer import Writer

Event: TypeAlias = dict[str, Any]

URL = "http://127.0.0.1:49152/v2.1/orders"
FIELDS = {"currencyCode": "string", "orderedAt": "string", "price": "number", "referenceId": "string"}
OPTIONAL_FIELDS = ("createdAt", "modifiedAt", "paymentType", "cardType", "pointOfSale", "channel", "status")
CURL = (
    'curl --user "$ORDERS_CLIENT_KEY:$ORDERS_API_TOKEN" --header "Content-Type: application/json" '
    '--data \'{"referenceId": "OC7F3A-x17", "orderedAt": "2024-05-01T07:00:00Z", "price": "50"}\' '
    "http://127.0.0.1:49152/v2.1/orders"
)

HOSTILE_TEXT = (
    "</pre></style></script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "\x1b]0;owned\x07\x1b[2J\x1b[31m\x00\x08\x9b1m\u202eesrever\u2066\u200bhidden\ud800 ]]> <!-- {{ 7 * 7 }} & \" '"
)


def requirement(name: str, sentence: str, *, level: str = "must", source: str = "Request fields") -> Event:
    """Return a requirement as the header lists it."""
    return {"id": name, "level": level, "sentence": sentence, "source": source}


def requirements() -> list[Event]:
    """Return the requirements of the sample, in contract order."""
    found = []
    for field, kind in FIELDS.items():
        at, where = f"create/request/{field}", f"Request fields: {field}"
        found += [
            requirement(f"{at}/accept", f"The server MUST accept an order with a plain {field}.", source=where),
            requirement(f"{at}/required", f"The server MUST reject an order without {field}.", source=where),
            requirement(f"{at}/type", f"The server MUST reject an order whose {field} is not a {kind}.", source=where),
        ]
    for field in OPTIONAL_FIELDS:
        at, where = f"create/request/{field}", f"Request fields: {field}"
        found += [
            requirement(f"{at}/optional", f"The server MUST accept an order without {field}.", source=where),
            requirement(f"{at}/type", f"The server MUST reject an order whose {field} is not a string.", source=where),
            requirement(
                f"{at}/null", f"Not specified: whether null is accepted as {field}.", level="info", source="not stated"
            ),
        ]
    for field in (*FIELDS, *OPTIONAL_FIELDS):
        at, where = f"create/201/{field}", f"Response 201 fields: {field}"
        found.append(
            requirement(f"{at}/echo", f"The server MUST respond with 201 and the {field} that was sent.", source=where)
        )
    return [
        *found,
        requirement(
            "create/201/http-status", "The server MUST respond with 201 to a valid order.", source="Response 201"
        ),
        requirement(
            "create/201/ref/unique", "The server MUST give each order a ref of its own.", source="Response 201"
        ),
        requirement(
            "create/400/http-status", "The server MUST respond with 400 to an invalid order.", source="Response 400"
        ),
        requirement(
            "create/400/message/names-field",
            "The message of a 400 response SHOULD name the field that is wrong.",
            level="should",
            source="Response 400 fields: message, Example",
        ),
        requirement(
            "create/401/http-status",
            "The server MUST respond with 401 to wrong credentials.",
            source="Security: BasicAuth",
        ),
        requirement(
            "create/401/www-authenticate",
            "A 401 response SHOULD have a WWW-Authenticate header.",
            level="should",
            source="RFC 9110, 11.6.1",
        ),
        requirement("create/409/duplicate", "The server MUST reject an exact repeat.", source="Response 409 fields"),
        requirement(
            "create/409/near",
            "Not specified: whether the same reference is accepted within two days.",
            level="info",
            source="not stated",
        ),
        requirement("create/no-5xx", "The server MUST NOT respond with a status of 500 or above.", source="Responses"),
    ]


def header(listed: Iterable[Event] | None = None, **changes: Any) -> Event:
    """Return a header; `changes` replace fields of it."""
    return {
        "type": "header",
        "record_version": 1,
        "run": "2024-05-01T080000Z-7f3a",
        "started_at": "2024-05-01T08:00:00Z",
        "seed": 20240501,
        "profile": "ci",
        "selection": None,
        "fail_on": "must",
        "contract": {
            "title": "Create an order",
            "version": "2.1.0",
            "digest": "sha256:" + "8d3f" * 16,
            "source": "Order REST API v2.1: Create an order",
        },
        "target": {"url": URL.removesuffix("/v2.1/orders"), "embedded": False},
        "suite": {"name": "orders-conformance", "version": "0.1.0"},
        "settings": {
            "client_key": "[redacted]",
            "currency": "EUR",
            "point_of_sale": "home",
            "timeout": 10.0,
            "rate": 0,
            "verify_tls": True,
            "proxy": None,
            "accepted_statuses": [429, 503],
        },
        "reference_prefix": "OC7F3A",
        "requirements": list(requirements() if listed is None else listed),
    } | changes


def order(name: str, **changes: Any) -> Event:
    """Return a valid order; `changes` replace fields of it."""
    return {
        "referenceId": f"OC7F3A-{name}",
        "orderedAt": "2024-05-01T07:00:00Z",
        "price": 50,
        "currencyCode": "EUR",
    } | changes


def created(name: str, **changes: Any) -> Event:
    """Return the response to `order(name)`; `changes` replace fields of it."""
    ref = f"2d7de9df-45a2-45ea-872c-30e4513{name:0>5}"
    return {"ref": ref, "href": f"{URL}/{ref}"} | order(name) | changes


def sending(name: str, **changes: Any) -> Event:
    """Return the request of `exchange(name)`; `changes` replace fields of the order."""
    request: Event = exchange(name)["request"]
    return request | {"body": {"text": json.dumps(order(name, **changes))}}


def exchange(name: str, **changes: Any) -> Event:
    """Return a created order; `changes` replace fields of the exchange."""
    sent, answered = order(name), created(name)
    return {
        "type": "exchange",
        "id": name,
        "probe": "accept/plain",
        "at": 0.25,
        "elapsed": 0.012,
        "request": {
            "method": "POST",
            "url": URL,
            "headers": [
                ["Authorization", "Basic [redacted]"],
                ["Content-Type", "application/json"],
                ["User-Agent", "orders-conformance/0.1.0"],
            ],
            "body": {"text": json.dumps(sent)},
            "credentials": "right",
        },
        "response": {
            "status": 201,
            "headers": [["content-type", "application/json"], ["date", "Wed, 01 May 2024 08:00:00 GMT"]],
            "body": {"text": json.dumps(answered)},
        },
        "failure": None,
        "attempts": [],
        "connection": "main",
        "group": None,
        "bears_on": ["create/201/http-status"],
        "findings": [],
    } | changes


def finding(name: str, about: str, shown_by: str, **changes: Any) -> Event:
    """Return a finding on the requirement `about`; `changes` replace fields of it."""
    return {
        "type": "finding",
        "id": name,
        "requirement": about,
        "exchange": shown_by,
        "expected": "400",
        "observed": "201 Created",
        "minimal": True,
        "curl": CURL,
    } | changes


def evidence(name: str, exchange_name: str, observed: str = "201") -> Event:
    """Return evidence that follow-up requests gave."""
    return {
        "type": "evidence",
        "exchange": exchange_name,
        "requirement": name,
        "expected": "409",
        "observed": observed,
    }


def settled(exchange_name: str) -> Event:
    """Return the end of the follow-up requests for an exchange."""
    return {"type": "settled", "exchange": exchange_name}


def observation(about: str, observed: str, shown_by: str | None = None) -> Event:
    """Return an observation."""
    return {"type": "observation", "requirement": about, "exchange": shown_by, "observed": observed}


def untested(about: str, reason: str) -> Event:
    """Return what was not tested."""
    return {"type": "untested", "requirement": about, "reason": reason}


def verdict(
    about: str, word: str = "passed", *, exchanges: int = 3, against: int | None = None, **changes: Any
) -> Event:
    """Return the verdict on one requirement; by default, one exchange fails what is failed or waived."""
    return {
        "type": "verdict",
        "requirement": about,
        "verdict": word,
        "exchanges": exchanges,
        "against": int(word in {"failed", "waived"}) if against is None else against,
        "reason": None,
        "declared": None,
    } | changes


def deviation(about: str, **changes: Any) -> Event:
    """Return a declared deviation; `changes` replace fields of it."""
    return {
        "requirement": about,
        "reason": "The gateway strips it.",
        "ticket": "https://tracker.example/ORD-311",
        "expires": "2024-12-31",
    } | changes


def deviations(*entries: Event) -> Event:
    """Return the declared deviations as the header lists them."""
    return {"digest": "sha256:" + "51c0" * 16, "entries": list(entries)}


def verdicts(listed: Iterable[Event], words: Mapping[str, Event] | None = None) -> list[Event]:
    """Return a verdict for each of `listed`: that of `words`, or else `passed` (`observed` at level info)."""
    given = words or {}
    return [
        given.get(each["id"]) or verdict(each["id"], "observed" if each["level"] == "info" else "passed")
        for each in listed
    ]


def note(text: str) -> Event:
    """Return a note."""
    return {"type": "note", "text": text}


def footer(outcome: str = "conformant", **changes: Any) -> Event:
    """Return a footer; `changes` replace fields of it."""
    return {
        "type": "footer",
        "ended_at": "2024-05-01T08:00:06Z",
        "seconds": 6.214,
        "outcome": outcome,
        "reason": None,
        "summary": "All requirements that count were tested and kept.",
        "traffic": {"requests": 412, "orders_created": 188, "retries": 3, "seconds": 6.214},
    } | changes


def conformant() -> list[Event]:
    """Return the record of a run in which everything was tested and kept."""
    return [header(), exchange("x1"), *verdicts(requirements()), footer()]


def nonconformant() -> list[Event]:
    """Return a realistic record of a server that breaks a few requirements of each kind."""
    refused = {
        "status": 400,
        "headers": [["content-type", "application/json"]],
        "body": {"text": '{"status":400,"code":400,"message":"invalid","developerMessage":"invalid"}'},
    }
    words = {
        "create/request/price/type": verdict("create/request/price/type", "failed", exchanges=8, against=3),
        "create/409/duplicate": verdict("create/409/duplicate", "failed", exchanges=5),
        "create/no-5xx": verdict("create/no-5xx", "failed", exchanges=412),
        "create/400/message/names-field": verdict("create/400/message/names-field", "failed", exchanges=61, against=61),
        "create/401/www-authenticate": verdict(
            "create/401/www-authenticate",
            "waived",
            exchanges=9,
            against=9,
            reason="The gateway strips it.",
            declared="create/401/*",
        ),
        "create/request/channel/type": verdict("create/request/channel/type", "untested", exchanges=0),
        "create/request/status/type": verdict("create/request/status/type", "untested", exchanges=0),
    }
    return [
        header(deviations=deviations(deviation("create/401/*"))),
        exchange("x1", bears_on=["create/201/http-status", "create/request/price/accept"]),
        exchange(
            "x17",
            probe="fault/price/type/string",
            at=1.118,
            request=sending("x17", price="50"),
            response={"status": 201, "headers": [], "body": {"text": json.dumps(created("x17", price="50"))}},
            bears_on=["create/no-5xx"],
            findings=["f1"],
        ),
        exchange(
            "x18",
            probe="fault/price/type/boolean",
            at=1.131,
            request=sending("x18", price=True),
            bears_on=[],
            findings=["f2", "f3"],
            attempts=[{"status": 503, "failure": None, "waited": 0.5}],
            response={"status": 500, "headers": [["server", "orders"]], "body": {"text": "Internal Server Error\n"}},
        ),
        exchange("x30", probe="conflict/exact", at=2.45, request=sending("x1"), bears_on=[], findings=["f4"]),
        exchange(
            "x44",
            probe="fault/currencyCode/null",
            at=3.02,
            request=sending("x44", currencyCode=None),
            response=refused,
            bears_on=[],
            findings=["f5"],
        ),
        exchange(
            "x51",
            probe="body/deeply-nested",
            at=3.4,
            elapsed=10.0,
            response=None,
            failure={"kind": "timeout", "detail": "no response within 10 s"},
            bears_on=[],
        ),
        exchange("x60", probe="credentials/none", at=4.5, response=refused | {"status": 401}, findings=["f6"]),
        finding(
            "f1",
            "create/request/price/type",
            "x17",
            expected="400, because price is a string instead of a number",
            observed='201; the order was created with price "50"',
        ),
        finding("f2", "create/request/price/type", "x18", observed="500 Internal Server Error", minimal=False),
        finding("f3", "create/no-5xx", "x18", expected="a status below 500", observed="500 Internal Server Error"),
        finding(
            "f4",
            "create/409/duplicate",
            "x30",
            before=["x1"],
            expected="409, because an order with this referenceId and orderedAt was created by x1",
            observed="201 with another ref",
        ),
        finding(
            "f5",
            "create/400/message/names-field",
            "x44",
            expected="a message that contains currencyCode",
            observed="the message “invalid”",
        ),
        finding("f6", "create/401/www-authenticate", "x60", expected="a WWW-Authenticate header", observed="none"),
        *(observation("create/request/channel/null", "Null was accepted.", "x1") for _ in range(3)),
        evidence("create/409/duplicate", "x30"),
        settled("x30"),
        observation("create/409/near", "The same reference one day later was rejected with 409.", "x30"),
        untested("create/request/channel/type", "The budget of 500 requests was spent."),
        untested("create/request/status/type", "The budget of 500 requests was spent."),
        note("The target responded with 503 to 3 requests; they were repeated and not judged."),
        note("The clock of the target is 2 s behind."),
        *verdicts(requirements(), words),
        footer("not conformant", summary="Not conformant: 3 requirements of level must failed, 2 were not tested."),
    ]


def hostile() -> list[Event]:
    """Return a record in which the server says hostile things wherever it can, and at great length."""
    name = "create/request/price/type"
    response = {
        "status": 200,
        "headers": [["x-" + HOSTILE_TEXT, HOSTILE_TEXT], ["x-long", "a" * 5_000], *[["x-many", "b"]] * 100],
        "body": {"text": HOSTILE_TEXT + "\r\n" + "W" * 100_000},
    }
    binary = {"status": 999, "headers": [], "body": {"base64": "/9j/ABsbPHNjcmlwdD4="}}
    failure = {"kind": "protocol", "detail": HOSTILE_TEXT}
    return [
        header(),
        exchange("x1", response=response, findings=["f1"]),
        exchange("x2", response=binary, findings=["f2"]),
        exchange("x3", response=None, failure=failure, findings=["f3"]),
        finding("f1", name, "x1", expected=HOSTILE_TEXT, observed=HOSTILE_TEXT * 50, curl=f"curl '{HOSTILE_TEXT}'"),
        finding("f2", name, "x2", observed=HOSTILE_TEXT),
        finding("f3", name, "x3", observed="x" * 3_000),
        observation("create/409/near", HOSTILE_TEXT, "x1"),
        untested("create/409/duplicate", HOSTILE_TEXT),
        note(HOSTILE_TEXT),
        *verdicts(
            requirements(),
            {
                name: verdict(name, "failed", against=3, reason=HOSTILE_TEXT),
                "create/409/duplicate": verdict("create/409/duplicate", "untested", exchanges=0, reason=HOSTILE_TEXT),
            },
        ),
        footer("not conformant", reason=HOSTILE_TEXT, summary=HOSTILE_TEXT),
    ]


def large(exchanges: int = 800, borne: int = 50, found: int = 100) -> list[Event]:
    """Return a record of many exchanges, each bearing on `borne` requirements; `found` of them raise a finding."""
    listed = [
        requirement(f"create/request/field-{number // 10}/rule-{number}", f"The server MUST keep rule {number}.")
        for number in range(250)
    ]
    names = [each["id"] for each in listed]
    events = [header(listed)]
    for number in range(exchanges):
        start = number % (len(names) - borne)
        raised = [f"f{number}"] if number < found else []
        events.append(exchange(f"x{number}", bears_on=names[start : start + borne], findings=raised))
        events += (finding(name, names[number % 40], f"x{number}") for name in raised)
    broken = Counter(event["requirement"] for event in events if event["type"] == "finding")
    return [
        *events,
        *(verdict(name, "failed" if broken[name] else "passed", exchanges=100, against=broken[name]) for name in names),
        footer("not conformant" if broken else "conformant"),
    ]


def save(path: Path, events: Iterable[Event]) -> Path:
    """Write `events` as a record to `path` and return it."""
    with Writer(path) as writer:
        for event in events:
            writer.write(event)
    return path
