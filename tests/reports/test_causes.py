"""What failed is grouped by its cause, and said in plain words."""

from typing import Any

import pytest

from orders_conformance.reports.causes import causes, denied
from orders_conformance.reports.summary import Report
from tests.support import records


def requirement(name: str, *, exchange: str | None = "x1", **changes: Any) -> Report:
    """Return a failed requirement that an exchange shows."""
    finding: dict[str, Any] = {
        "id": "f1",
        "expected": "400",
        "observed": "accepted (201)",
        "curl": "curl",
        "exchange": exchange and records.exchange(exchange),
        "before": [],
    }
    return {
        "id": f"create/{name}",
        "level": "must",
        "sentence": f"The server MUST reject {name}.",
        "verdict": "failed",
        "needs": [],
        "deviation": None,
        "without": None,
        "findings": [finding],
    } | changes


def grouped(*requirements: Report, fail_on: str = "must") -> list[list[str]]:
    return [
        [one["id"].removeprefix("create/") for one in cause.requirements] for cause in causes(requirements, fail_on)
    ]


def test_what_shares_nothing_has_causes_of_its_own() -> None:
    found = grouped(requirement("request/a/type", exchange="x1"), requirement("request/b/type", exchange="x2"))
    assert found == [["request/a/type"], ["request/b/type"]]


def test_the_same_exchange_is_one_cause() -> None:
    assert grouped(requirement("request/a/type"), requirement("any/no-5xx")) == [["request/a/type", "any/no-5xx"]]


def test_the_same_field_is_one_cause_and_links_others() -> None:
    found = grouped(
        requirement("request/a/type", exchange="x1"),
        requirement("request/b/type", exchange="x2"),
        requirement("201/a/echo", exchange="x2"),
    )
    assert [sorted(names) for names in found] == [["201/a/echo", "request/a/type", "request/b/type"]]


@pytest.mark.parametrize(("number", "number_of_causes"), [(2, 2), (3, 1)])
def test_the_same_rule_of_several_fields_is_one_cause(number: int, number_of_causes: int) -> None:
    found = grouped(*(requirement(f"201/field-{at}/present", exchange=f"x{at}") for at in range(number)))
    assert len(found) == number_of_causes


def needing(number: int, *, failed: int, feature: str = "memory") -> list[Report]:
    return [
        requirement(
            f"409/rule-{at}/kind-{at}",
            exchange=f"x{at}",
            needs=[feature],
            verdict="failed" if at < failed else "passed",
        )
        for at in range(number)
    ]


@pytest.mark.parametrize(("number", "failed", "number_of_causes"), [(4, 4, 1), (6, 3, 1), (7, 3, 3), (2, 2, 2)])
def test_a_feature_is_the_cause_where_most_that_need_it_failed(number: int, failed: int, number_of_causes: int) -> None:
    found = causes(needing(number, failed=failed), "must")
    assert len(found) == number_of_causes
    assert {cause.feature for cause in found} == ({"memory"} if number_of_causes == 1 else {None})


def test_what_counts_goes_first_and_then_the_smallest_reproduction() -> None:
    small = requirement("request/a/type", exchange="x1", level="should")
    large = requirement("request/b/null", exchange="x2")
    large["findings"][0]["before"] = [records.exchange("x0")]
    middle = requirement("request/c/enum", exchange="x3")
    assert grouped(small, large, middle) == [["request/c/enum"], ["request/b/null"], ["request/a/type"]]
    assert grouped(small, large, middle, fail_on="should")[0] == ["request/a/type"]


def test_the_highest_level_leads_and_the_levels_are_counted() -> None:
    (cause,) = causes([requirement("a/a/x", level="should"), requirement("a/a/y"), requirement("a/a/z")], "must")
    assert cause.lead["level"] == "must"
    assert cause.levels == "2 must, 1 should"


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        ("The server MUST reject an order without price.", "the server does not reject an order without price"),
        ("The server MUST NOT respond with a server error (5xx).", "the server does respond with a server error (5xx)"),
        ("In a 201 response, price MUST be a number.", "in a 201 response, price is not a number"),
        ("A response SHOULD NOT be empty.", "a response is empty"),
        ("Not specified: whether null is accepted.", "not specified: whether null is accepted"),
    ],
)
def test_a_requirement_is_denied_in_plain_words(sentence: str, opposite: str) -> None:
    assert denied(sentence) == opposite


def test_the_status_that_came_instead_is_said() -> None:
    (cause,) = causes([requirement("request/a/type")], "must")
    assert cause.sentence == "the server does not reject request/a/type, but responds with 201"


def test_a_stale_declaration_is_said_to_be_one() -> None:
    (cause,) = causes([requirement("a/a/x", findings=[], without="memory")], "must")
    assert cause.sentence == "what was declared for create/a/a/x is not seen any more"
