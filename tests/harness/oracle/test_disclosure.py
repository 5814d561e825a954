"""What a response must not disclose, and what its message should name."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service
from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.oracle.disclosure import judge_disclosure
from tests.support.runs import (
    CONTRACT,
    CREDENTIALS,
    Judge,
    broken,
    created,
    full,
    held,
    minimal,
    refused,
    request,
    response,
)
from tests.support.timing import processor_time

ORDER = minimal()
TOKEN = CREDENTIALS.api_token
PAIR = base64.b64encode(f"{CREDENTIALS.client_key}:{TOKEN}".encode()).decode()

TRACES = {
    "python": 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\nValueError: price',
    "python frame": 'File "/srv/app/orders.py", line 217, in create',
    "java": "java.lang.NullPointerException\n\tat com.example.Orders.create(Orders.java:42)",
    "java frame": "at com.example.orders.OrderResource.lambda$create$0(OrderResource.java:118)",
    "java thread": 'Exception in thread "main"',
    "java exception": "com.fasterxml.jackson.databind.exc.InvalidFormatException: Cannot deserialize",
    "kotlin": "at io.example.Orders.invoke(Orders.kt:7)",
    "javascript": "TypeError: x is undefined\n    at create (/srv/app/orders.js:12:7)",
    "typescript": "    at Object.<anonymous> (/srv/app/src/orders.ts:3:1)",
    "csharp": "   at Orders.Api.Create(Order order) in C:\\src\\Orders\\Api.cs:line 31",
    "go": "panic: runtime error\n\ngoroutine 1 [running]:",
    "php": "#0 /var/www/html/orders.php(12): create()",
    "sql state": "SQLSTATE[23000]: Integrity constraint violation",
    "oracle": "ORA-00001: unique constraint violated",
    "sqlite": "sqlite3.IntegrityError: UNIQUE constraint failed",
    "postgres": "psycopg2.errors.UniqueViolation",
}

HARMLESS = [
    "orderedAt: may not be null.",
    "The resource already exists so it can't be created.",
    "Order with ref AAA-9999 and orderedAt Wed Jun 23 17:49:07 CEST 2004 for client key ... already exist",
    "An exception was made at 10:30 (see the manual).",
    "Look at https://support.example.com/orders/create.html for more.",
    "price must be a number, at line 1 column 17",
    "goroutines are fine, and so is a traceback",
]


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES.keys())
@pytest.mark.parametrize("status", [201, 400, 404, 500])
def test_a_stack_trace_is_found_in_a_body_of_any_status(trace: str, status: int) -> None:
    assert "no_stack_trace" in broken(Judge().judge(ORDER, response(status, trace.encode(), content_type="text/plain")))


# Repeated, each of these begins many matches that come to nothing.
HOSTILE = [
    "com.",
    "com.a",
    "java.Exceptio",
    "at a(",
    "at a/",
    "at ",
    'File "',
    "#1 ",
    "#1 a.php",
    "sqlite3.",
    "Exception",
    "com.aException",
    "org.Error",
    "goroutine ",
    "\\",
    "\ufffd",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("length", [1_000, 1_000_000])
def test_a_body_that_begins_many_stack_traces_is_judged_at_once(text: str, length: int) -> None:
    body = (text * (length // len(text))).encode()
    with processor_time() as spent:
        judged = list(judge_disclosure(Response(400, {}, body)))
    assert spent.seconds < 0.1
    assert len(judged) == 2


@pytest.mark.parametrize("text", HARMLESS)
def test_a_plain_message_is_no_stack_trace(text: str) -> None:
    judged = Judge().judge(minimal(price="50"), refused(message=text, developerMessage=text))
    assert {"no_stack_trace", "no_secret"} <= held(judged)


@pytest.mark.parametrize("secret", [TOKEN, PAIR])
def test_a_secret_in_a_body(secret: str) -> None:
    assert "no_secret" in broken(Judge().judge(ORDER, refused(message=f"who is {secret}?")))


@pytest.mark.parametrize("secret", [TOKEN, PAIR])
def test_a_secret_in_a_header(secret: str) -> None:
    assert "no_secret" in broken(Judge().judge(ORDER, response(404, b"", x_echo=f"Basic {secret}")))


def test_a_secret_is_not_repeated_in_the_evidence() -> None:
    judged = Judge().judge(ORDER, refused(message=TOKEN))
    assert TOKEN not in repr([one for one in judged.broken if one.requirement == ("no_secret",)])


def test_the_client_key_is_no_secret() -> None:
    judged = Judge().judge(ORDER, refused(message=CREDENTIALS.client_key))
    assert "no_secret" in held(judged)


@pytest.mark.parametrize(
    ("body", "credentials", "media_type"),
    [
        (ORDER, "right", "application/json"),
        (full(price="50", channel="FAX"), "right", "application/json"),
        (b"{", "right", "application/json"),
        (b"\xff", "right", "application/json"),
        (ORDER, "none", "application/json"),
        (ORDER, "wrong-password", "application/json"),
        (ORDER, "right", "text/plain"),
    ],
)
def test_a_conformant_server_discloses_nothing(body: object, credentials: str, media_type: str) -> None:
    service = embedded_service(CONTRACT, CREDENTIALS)
    sent = request(body, credentials, media_type)
    for _ in range(2):
        answer = InProcessTransport(service, CONTRACT.path)(sent, "main")
        assert isinstance(answer, Response)
        assert {"no_secret", "no_stack_trace"} <= held(Judge().judge(sent, answer))
    service.close()


@pytest.mark.parametrize("field", CONTRACT.extension.message_fields)
def test_either_message_may_name_the_field(field: str) -> None:
    texts: dict[str, Any] = dict.fromkeys(CONTRACT.extension.message_fields, "no")
    texts[field] = "the PRICE is wrong"
    answer = refused(**texts)
    assert "message_names_field" in held(Judge().judge(minimal(price="50"), answer))


@pytest.mark.parametrize("price", ["50", "", None, True, [1704125836000], {"value": 50}, {}, []])
def test_a_message_that_names_another_field_does_not_name_the_field(price: Any) -> None:
    answer = refused(message="channel is wrong", developerMessage="channel")
    judged = Judge().judge(minimal(price=price), answer)
    assert "message_names_field" in broken(judged)
    assert judged.suspicion is None


@pytest.mark.parametrize("price", ["\0", "\ud800", "5" * 101, "é", [[50]], [1, 2, 3, 4, 5], {"\n": 1}, [10**16]])
def test_a_message_about_an_unusual_wrong_value_may_have_another_reason(price: Any) -> None:
    judged = Judge().judge(minimal(price=price), refused(message="no", developerMessage="no"))
    assert "message_names_field" not in held(judged) | broken(judged)


@pytest.mark.parametrize(
    "rest",
    [{"paymentType": "Card"}, {"cardType": "\t"}, {"createdAt": "2023-01-01T00:00:00Z"}, {"currencyCode": "ZQX"}],
    ids=str,
)
def test_a_message_about_an_order_that_is_not_plain_otherwise_may_have_another_reason(rest: dict[str, Any]) -> None:
    judged = Judge().judge(minimal(price="50", **rest), refused(message="no", developerMessage="no"))
    assert "message_names_field" not in held(judged) | broken(judged)


def test_a_field_that_depends_on_the_wrong_one_may_be_the_reason() -> None:
    order = minimal(paymentType=5, cardType="Visa")
    judged = Judge().judge(order, refused(message="cardType", developerMessage="no"))
    assert "message_names_field" not in held(judged) | broken(judged)
    alone = Judge().judge(minimal(paymentType=5), refused(message="cardType", developerMessage="no"))
    assert "message_names_field" in broken(alone)


def test_no_field_has_to_be_named_where_several_are_wrong() -> None:
    judged = Judge().judge(minimal(price="50", currencyCode=7), refused(message="no", developerMessage="no"))
    assert "message_names_field" not in held(judged) | broken(judged)


def test_the_reference_of_a_repeat_is_named_in_a_message() -> None:
    judge = Judge()
    judge.create(ORDER)
    named = refused(409, message="no", developerMessage=f"order {ORDER['referenceId'].lower()}")
    assert "message_names_reference" in held(judge.judge(ORDER, named))


def test_a_message_about_another_order_does_not_name_the_reference() -> None:
    judge = Judge()
    judge.create(ORDER)
    other = refused(409, message="no", developerMessage="order AB-2")
    assert "message_names_reference" in broken(judge.judge(ORDER, other))


def test_no_reference_has_to_be_named_in_a_401() -> None:
    judge = Judge()
    judge.create(ORDER)
    judged = judge.judge(request(ORDER, "none"), refused(409, message="no", developerMessage="no"))
    assert "message_names_reference" not in held(judged) | broken(judged)


def test_a_created_order_needs_no_message() -> None:
    judged = Judge().judge(ORDER, created(ORDER))
    assert not {one for one in held(judged) | broken(judged) if one.startswith("message")}
