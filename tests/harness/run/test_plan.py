"""A plan says what the run with the same options does on a conformant server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.run.invocation.execute import execute
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.plan import numbers, plan

TENANT: dict[str, Any] = {"profile": "tenant", "seed": 7}
CI: dict[str, Any] = {"seed": 7}


@pytest.mark.slow  # 2 s each: the run makes a pause
@pytest.mark.parametrize(
    "options",
    [
        TENANT,
        TENANT | {"max_orders": 12},
        TENANT | {"max_requests": 60},
        TENANT | {"max_wrong_logins": 2},
        TENANT | {"without": ("memory",)},
        TENANT | {"without": ("credentials",)},
        TENANT | {"pattern": "409 and not concurrent"},
        TENANT | {"pattern": "price"},
        TENANT | {"organisation": ("currencyCode=GBP",)},
        TENANT | {"force": "Prefer: code={status}"},
        TENANT | {"connection": ConnectionOptions(rate=200.0)},
        CI | {"pattern": "schemathesis"},
        CI | {"pattern": "concurrent"},
        CI | {"pattern": "price", "max_orders": 100},
    ],
    ids=str,
)
def test_a_run_sends_what_its_plan_says(tmp_path: Path, options: dict[str, Any]) -> None:
    invocation = Invocation(**options, report_dir=tmp_path)
    said = numbers(invocation)
    lines = list(plan(invocation))
    report = execute(invocation).report
    sent = {name: report["traffic"][of] for name, of in (("requests", "requests"), ("orders", "orders_created"))}
    assert {name: said[name] for name in sent} == sent
    assert any(line.startswith(f"  {sent['requests']} requests, {sent['orders']} orders, ") for line in lines)
    untested = {one["id"]: one["reason"] for one in report["requirements"] if one["verdict"] == "untested"}
    start = next(number for number, line in enumerate(lines) if line.startswith("Left untested: "))
    told = dict(line[9:].split(": ", 1) for line in lines[start + 1 :])
    assert told == untested


def test_the_reasons_are_those_of_the_whole_run() -> None:
    lines = list(plan(Invocation(seed=7)))
    assert not any("sends no random traffic" in line for line in lines)
    assert lines[-1] == "Left untested: 0 of 260 requirements"


def test_a_rate_is_said_with_the_time_that_it_takes() -> None:
    invocation = Invocation(profile="tenant", target="http://127.0.0.1:9", max_orders=40)
    (line,) = [line for line in plan(invocation) if "per second" in line]
    assert line.endswith(" s, at 4 requests per second")
    assert int(line.split()[2]) >= numbers(invocation)["requests"] / 4 - 1


def test_a_budget_that_is_too_small_is_said_with_the_one_that_is_enough() -> None:
    invocation = Invocation(profile="tenant", max_orders=5)
    lines = list(plan(invocation))
    assert "  ends early: the budget of 5 orders is spent: allow more to judge the rest" in lines
    (enough,) = [line for line in lines if "wholly judged" in line]
    words = enough.replace(",", "").split()
    orders, requests = (int(words[words.index(f"--max-{what}") + 1]) for what in ("orders", "requests"))
    invocation = replace(invocation, max_orders=orders, max_requests=requests)
    assert not any("ends early" in line for line in plan(invocation))
