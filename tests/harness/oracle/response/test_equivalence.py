"""The table of values that a response may have for a value that was sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orders_conformance.harness.oracle.response.equivalence import TABLE, Row, Sent, equivalence

ROWS = [(echo, row) for echo, rows in TABLE.items() for row in rows]
HALF = chr(0xD83D)
INSTANT, TEXT, NUMBER = "instant", "exact", "number"


def allowing(echo: str, sent: Any, returned: Any) -> str | None:
    """Return the words of the row that allows a value; None if it is another value."""
    row = equivalence(echo, Sent(sent, 2), returned)
    return row.words if row else None


@pytest.mark.parametrize(("echo", "row"), ROWS, ids=lambda one: one.words if isinstance(one, Row) else one)
def test_a_row_allows_its_example(echo: str, row: Row) -> None:
    assert allowing(echo, row.sent, row.returned) == row.words


@pytest.mark.parametrize(
    ("sent", "returned", "allowed"),
    [
        ("eur", "EUR", True),
        ("NaN", "NAN", True),
        ("EUR", "eur", False),
        ("eur", "Eur", False),
        ("eur", "USD", False),
        ("e r", "E R", False),
        ("\u00e9ur", "\u00c9UR", False),
    ],
)
def test_a_code_may_come_back_in_upper_case_and_a_text_may_not(sent: str, returned: str, *, allowed: bool) -> None:
    assert bool(allowing("letters", sent, returned)) == allowed
    assert allowing(TEXT, sent, returned) is None


@pytest.mark.parametrize(
    "returned",
    [
        "2024-01-01T16:17:16.123456789Z",
        "2024-01-01T16:17:16.1234567890Z",
        "2024-01-01T16:17:16.1234568Z",
        "2024-01-01T16:17:16.1234567Z",
        "2024-01-01T16:17:16.123456Z",
        "2024-01-01T16:17:16.123457+00:00",
        "2024-01-01T17:17:16.123+01:00",
        "2024-01-01t16:17:16.124z",
        "2024-01-01T16:17:16Z",
        "2024-01-01T16:17:17Z",
        "2024-01-01T16:17:16-00:00",
    ],
)
def test_an_instant_may_be_cut_or_rounded(returned: str) -> None:
    assert allowing(INSTANT, "2024-01-01T16:17:16.123456789Z", returned)


@pytest.mark.parametrize(
    "returned",
    [
        "2024-01-01T16:17:16.12Z",
        "2024-01-01T16:17:16.2Z",
        "2024-01-01T16:17:16.122Z",
        "2024-01-01T16:17:16.125Z",
        "2024-01-01T16:17:15Z",
        "2024-01-01T16:17:18Z",
        "2024-01-01T16:17:00Z",
        "2024-01-01T17:17:16.123456789Z",
        "2024-01-01",
        "soon",
        "",
    ],
)
def test_another_instant_is_no_rounding(returned: str) -> None:
    assert allowing(INSTANT, "2024-01-01T16:17:16.123456789Z", returned) is None


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z"),
        ("0000-02-29T12:00:00Z", "0000-02-29T12:00:00.000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T02:00:00+02:00"),
        ("0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00Z"),
        ("9999-12-31T23:59:59.9Z", "+010000-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.250Z"),
        ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60Z"),
    ],
)
def test_instants_at_the_ends_of_calendars(sent: str, returned: str) -> None:
    assert allowing(INSTANT, sent, returned)


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("0000-02-29T12:00:00Z", "0000-03-01T12:00:00Z"),
        ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:02Z"),
        ("2016-12-31T23:59:59Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T22:59:60Z"),
    ],
)
def test_other_instants_at_the_ends_of_calendars(sent: str, returned: str) -> None:
    assert allowing(INSTANT, sent, returned) is None


@pytest.mark.parametrize("replacement", ["\ufffd", "\ufffd\ufffd\ufffd", "?", "???", HALF, "\\ud83d", "\\uD83D", ""])
@pytest.mark.parametrize("template", ["half {} a pair", "{}", "{} first", "last {}"])
def test_half_a_pair_may_be_replaced(template: str, replacement: str) -> None:
    assert allowing(TEXT, template.format("\ud83d"), template.format(replacement))


@pytest.mark.parametrize("returned", ["half a pair", "half ? a", "half ???? a pair", "half x a pair", "half", ""])
def test_the_text_around_half_a_pair_stays(returned: str) -> None:
    assert allowing(TEXT, "half \ud83d a pair", returned) is None


@pytest.mark.parametrize(
    ("sent", "returned"),
    [("two  blanks", "two blanks"), (" blank", "blank"), ("e\u0301", "\u00e9"), ("a?", "a\ufffd"), ("WEB", "web")],
)
def test_any_other_text_is_another_one(sent: str, returned: str) -> None:
    assert allowing(TEXT, sent, returned) is None


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("50", "50.00"),
        ("50", "5.0E1"),
        ("-0", "0"),
        ("0.1", "0.1000000000000000055511151231257827"),
        ("1e400", "1e500"),
        ("1.005", "1.00"),
        ("0.0001", "0"),
        ("1.23456", "1.2346"),
        ("-12.345", "-12.35"),
        ("12345678901234567890.123", "12345678901234567890.12"),
        ("1000000000000000000000000000000", "1e30"),
    ],
)
def test_a_number_may_be_written_or_stored_otherwise(sent: str, returned: str) -> None:
    assert allowing(NUMBER, Decimal(sent), Decimal(returned))


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("19.99", "20"),
        ("19.99", "19.98"),
        ("30.6", "30.6000001"),
        ("0.005", "0.02"),
        ("1.005", "1.1"),
        ("-12.5", "12.5"),
        ("3000000000", "2147483647"),
        ("3000000000", "-1294967296"),
        ("1e400", "50"),
        ("1e400", "-1e400"),
        ("50", "1e9999999"),
    ],
)
def test_another_number_is_another_one(sent: str, returned: str) -> None:
    assert allowing(NUMBER, Decimal(sent), Decimal(returned)) is None


@pytest.mark.parametrize("returned", [None, "50", True, [50], {"value": 50}])
def test_a_value_of_another_type_is_equivalent_to_no_number(returned: object) -> None:
    assert allowing(NUMBER, Decimal(50), returned) is None


@pytest.mark.parametrize("echo", [INSTANT, TEXT])
def test_a_value_of_another_type_is_equivalent_to_no_text(echo: str) -> None:
    assert allowing(echo, "2024-01-01T16:17:16Z", 1704125836) is None
