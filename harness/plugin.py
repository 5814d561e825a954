"""The pytest plugin: the suite in `tests/conformance/` on the same engine as the command line.

The run takes place once a session, when the first requirement asks for it, and only for what was selected. Each
requirement is a test of its own; its verdict is the run's.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import Problem
from harness.invocation import Invocation, execute
from harness.options import read_contract
from harness.profiles import PROFILES
from reports.console import account
from reports.summary import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite; they mean what they mean to `orders-conformance run`."""
    group = parser.getgroup("orders-conformance")
    group.addoption("--target", metavar="URL", help="base URL of the service; by default the embedded server")
    group.addoption("--profile", default="ci", choices=sorted(PROFILES), help="how thorough the run is")
    group.addoption("--report-dir", type=Path, default=Path("conformance-report"), help="where the reports go")
    group.addoption("--run-seed", type=int, help="repeat the random traffic of another run")
    group.addoption("--fail-on", default="must", choices=["must", "should"], help="the weakest level that counts")
    group.addoption("--contract", type=Path, help="another contract than spec/orders.yaml")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each requirement; its id is the requirement's."""
    if {"requirement", "verdict"} <= set(metafunc.fixturenames):
        try:
            contract = read_contract(metafunc.config.getoption("--contract"))
        except Problem as problem:
            raise pytest.UsageError(str(problem)) from None
        metafunc.parametrize("requirement", list(contract.requirements), ids=str)


@pytest.fixture(scope="session")
def conformance_report(request: pytest.FixtureRequest) -> Report:
    """The report of the run, which takes place when the first test asks for it."""
    option = request.config.getoption
    chosen = tuple(
        str(item.callspec.params["requirement"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and "verdict" in item.fixturenames
    )
    try:
        rendered = execute(
            Invocation(
                target=option("--target"),
                profile=option("--profile"),
                report_dir=option("--report-dir"),
                seed=option("--run-seed"),
                fail_on=option("--fail-on"),
                contract_path=option("--contract"),
                only=chosen,
            )
        )
    except Problem as problem:
        pytest.exit(f"orders-conformance: {problem}", returncode=3)
    return rendered.report


@pytest.fixture
def verdict(requirement: str, conformance_report: Report) -> tuple[str, str]:
    """The verdict on a requirement, and the words that go with it."""
    if conformance_report["outcome"] == "broken":
        pytest.exit(f"orders-conformance: {conformance_report['reason']}", returncode=3)
    one = next(one for one in conformance_report["requirements"] if one["id"] == requirement)
    counts = one["level"] == "must" or conformance_report["fail_on"] == one["level"]
    word = one["verdict"]
    return ("noted" if word == "failed" and not counts else word), f"{one['sentence']} {account(one)}"
