"""Which exchanges reproduce a failure, and which of them shows it most plainly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import FAMILIES
from tests.support.lacking_servers import Static
from tests.support.runs import CONTRACT, settings

pytestmark = pytest.mark.slow  # each test is a whole run

SERVERS = {name: server for family in FAMILIES.values() for name, server in family.items()}


def leads(server: str) -> tuple[Mapping[str, Any], list[tuple[Mapping[str, Any], Mapping[str, Any]]]]:
    """Return the exchanges of a run by id, and the verdict and leading finding of each requirement that failed."""
    events = dry_run(settings(), SERVERS[server]).events
    findings = {event["id"]: event for event in events if event["type"] == "finding"}
    verdicts = [event for event in events if event["type"] == "verdict" and event["lead"]]
    exchanges = {event["id"]: event for event in events if event["type"] == "exchange"}
    return exchanges, [(one, findings[one["lead"]]) for one in verdicts]


@pytest.mark.parametrize(
    ("server", "requirement", "common"),
    [
        ("twelve-hour-clock", "create/201/orderedAt/echo", "with 13 h or later in orderedAt"),
        ("ignores-case", "create/request/channel/enum", "with a channel in other letter case"),
        ("adds-offset", "create/201/orderedAt/echo", "with an offset in orderedAt"),
    ],
)
def test_a_verdict_says_what_the_failures_have_in_common(server: str, requirement: str, common: str) -> None:
    found = {verdict["requirement"]: verdict["in_common"] for verdict, _ in leads(server)[1]}
    assert found[requirement] == common


def test_the_plainest_repeat_follows_at_once() -> None:
    exchanges, [(_, finding)] = leads("updates-on-repeat")
    [first] = finding["before"]
    assert exchanges[first]["request"]["body"] == exchanges[finding["exchange"]]["request"]["body"]
    assert list(exchanges).index(finding["exchange"]) - list(exchanges).index(first) == 1
    assert finding["observed"] == "the same order again was accepted (201)"


def test_a_value_of_another_order_is_reproduced_by_sending_that_order_first() -> None:
    exchanges, found = leads("sticky-everything")
    for verdict, finding in found:
        field = verdict["requirement"].split("/")[2]
        value = finding["observed"].partition(f'{field}: "')[2].partition('"')[0]
        sent = [exchanges[one]["request"]["body"]["text"] for one in finding["before"]]
        assert any(f'"{field}":"{value}"' in body for body in sent)


def test_each_failure_of_one_exchange_names_only_the_exchanges_that_it_needs_itself() -> None:
    findings = [event for event in dry_run(settings(), Static).events if event["type"] == "finding"]
    needed = {one["requirement"]: len(one["before"]) for one in findings}
    assert needed["create/201/ref/unique"] == 1
    echoes = [one for one in findings if one["requirement"].endswith("/echo")]
    assert len(echoes) > len(CONTRACT.fields)
    assert [one["id"] for one in echoes if one["before"]] == []
