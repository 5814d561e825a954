"""Which faulty servers the matrix of every test run leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.mock.faulty import CATALOGUE
from tests.support.distinct_servers import alike, measured


def server(name: str, *failed: str, tenant: tuple[str, ...] | None = None, family: str = "keys") -> Mapping[str, Any]:
    trials = {"ci": {"failed": list(failed)}, "tenant": {"failed": list(failed if tenant is None else tenant)}}
    return {"name": name, "family": family, "trials": trials}


@pytest.mark.parametrize(
    "other",
    [
        server("second", "create/a", "create/b"),
        server("second", "create/a", tenant=()),
        server("second", "create/a", family="text"),
    ],
)
def test_a_server_that_fails_otherwise_or_is_of_another_family_is_judged(other: Mapping[str, Any]) -> None:
    assert alike([server("first", "create/a"), other]) == set()


def test_of_servers_that_are_not_told_apart_the_first_is_judged() -> None:
    assert alike([server(name, "create/a") for name in ("first", "second", "third")]) == {"second", "third"}


def test_every_requirement_that_a_server_declares_to_break_is_declared_by_one_that_is_judged() -> None:
    left_out = alike(measured()["faulty"])
    judged = [kind for name, kind in CATALOGUE.items() if name not in left_out]
    assert {frozenset(kind.breaks) for kind in judged} == {frozenset(kind.breaks) for kind in CATALOGUE.values()}
    assert len(judged) > len(CATALOGUE) / 3
