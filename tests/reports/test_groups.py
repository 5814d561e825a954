"""Requirements are grouped by the feature that they need, else by the second part of their id."""

from __future__ import annotations

import pytest

from orders_conformance.reports.groups import group_name, grouped


@pytest.mark.parametrize(
    ("identifier", "needs", "name"),
    [
        ("create/409/duplicate", ["memory"], "memory"),
        ("create/400/stores-nothing", ["validation", "memory"], "memory"),
        ("create/request/price/accept", [], "request"),
        ("create/401/http-status", [], "401"),
        ("create", [], "create"),
    ],
)
def test_the_name_is_the_last_feature_or_the_part_of_the_contract(identifier: str, needs: list[str], name: str) -> None:
    assert group_name(identifier, needs) == name


def test_groups_stand_in_the_order_of_their_first_members_with_their_hints() -> None:
    listed = [
        {"id": name, "group": group, "verdict": verdict}
        for name, group, verdict in (("a", "401", "failed"), ("b", "memory", "passed"), ("c", "401", "waived"))
    ]
    groups = grouped(listed, {"memory": "--without memory", "echo": "--without echo"})
    assert [(one.name, [member["id"] for member in one.members], one.hint) for one in groups] == [
        ("401", ["a", "c"], None),
        ("memory", ["b"], "--without memory"),
    ]
    assert (groups[0].count("failed"), groups[0].count("passed")) == (1, 0)
