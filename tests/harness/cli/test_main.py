"""The command line: errors of use, the list of requirements, its version and help; the command `serve`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.fields import RequestField
from tests.support.command import environment, program, run
from tests.support.runs import CONTRACT, CREDENTIALS
from tests.support.terminal import Said, Terminal

BROKEN = "create/request/price/type"


class TakesAnyPrice(Service):
    """Accepts any text as an amount."""

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return None if field.name == "price" and isinstance(value, str) else super().value_problem(field, value)


@pytest.fixture
def faulty() -> Iterator[str]:
    service = embedded_service(CONTRACT, CREDENTIALS, TakesAnyPrice)
    with serving(service) as url:
        yield url
    service.close()


@pytest.fixture
def judged(terminal: Terminal, faulty: str) -> Said:
    """The output of a run against the faulty server; the pattern `price` keeps the number of requests small."""
    return terminal.type("run", "--target", faulty, "--profile", "tenant", "--rate", "0", "-k", "request/price")


def test_a_fault_is_reported_on_a_line_and_by_the_exit_status(terminal: Terminal, judged: Said) -> None:
    assert judged.status == 1
    heading, line = judged.output.splitlines()[:2]
    assert heading == "validation: 1 of 4 failed"
    assert line.startswith(f"  failed must   {BROKEN}: expected 400; observed price: ")
    assert " was accepted (201) (" in line
    assert terminal.report()["outcome"] == "not conformant"


def test_a_finding_has_expected_observed_and_a_command(terminal: Terminal, judged: Said) -> None:
    assert judged.status == 1
    (one,) = [one for one in terminal.report()["requirements"] if one["verdict"] == "failed"]
    finding = one["findings"][0]
    assert finding["expected"] == "400"
    assert finding["observed"].endswith(" was accepted (201)")
    assert finding["curl"].startswith("R=$(od ")
    assert "$ORDERS_API_TOKEN" in finding["curl"]


def test_a_selection_is_judged_alone(terminal: Terminal, judged: Said) -> None:
    assert judged.output
    selected = {name for name in CONTRACT.requirements if "request/price" in name}
    assert {one["id"] for one in terminal.report()["requirements"]} == selected


def test_a_selection_without_the_fault_is_no_more_than_partial(terminal: Terminal, faulty: str) -> None:
    said = terminal.type("run", "--target", faulty, "--profile", "tenant", "--rate", "0", "-k", "409/http-status")
    assert said.status == 0
    assert terminal.report()["outcome"] == "partial"


def test_listing_can_be_narrowed(terminal: Terminal) -> None:
    lines = terminal.type("list", "-k", "409/status").output.splitlines()
    words = ("present", "type", "value")
    assert [line.split()[0] for line in lines] == [
        *(f"create/409/status/{word}" for word in words),
        "create/409/http-status",
    ]


def test_no_arguments_show_the_help(terminal: Terminal) -> None:
    said = terminal.type()
    assert said.status == 2
    assert "Usage: " in said.errors


@pytest.mark.parametrize(
    ("command", "missing"),
    [("explain", "argument 'ID'"), ("matrix", "argument 'RUN...'"), ("verify", "argument 'DIR'")],
)
def test_what_is_missing_is_said_with_where_to_read_more(terminal: Terminal, command: str, missing: str) -> None:
    said = terminal.type(command)
    assert said.status == 2
    assert said.problem == f"orders-conformance: Missing {missing}: see orders-conformance {command} --help"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_says_what_the_exit_status_means(terminal: Terminal, option: str) -> None:
    said = terminal.type(option)
    assert said.status == 0
    assert "Exit status: 0 conformant or partial" in said.output


@pytest.mark.slow  # 2 s of CPU: a process that is waited for
def test_the_embedded_server_is_served_alone(tmp_path: Path) -> None:
    with subprocess.Popen([program(), "serve"], stdout=subprocess.PIPE, env=environment(), cwd=tmp_path) as process:  # noqa: S603 - a program of our own
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        url = line.rpartition(" ")[2].strip()
        ended = run(tmp_path / "report", "--target", url, "--profile", "tenant", "--rate", "0", "-k", "401/http-status")
        process.terminate()
    assert line.startswith("serving Create an order at http://127.0.0.1:")
    assert ended.status == 0, ended.output
