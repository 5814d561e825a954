"""A session of pytest on the conformance suite: one run on the same engine as the command line, one test a requirement.

The run takes place once a session, when the first requirement asks for it, and only for what was selected. Each
requirement is a test of its own; its verdict is the verdict of the run.
"""

from __future__ import annotations

import os
from dataclasses import replace

import click
import pytest

from orders_conformance.harness.cli.main import explained
from orders_conformance.harness.cli.run import run
from orders_conformance.harness.cli.settings_file import configured, options
from orders_conformance.harness.errors import SuiteError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.run.invocation import Invocation, execute
from orders_conformance.reports.console import outcome_line
from orders_conformance.reports.sentences import is_stale
from orders_conformance.reports.summary import Report

_PREFIX = "orders_conformance_"
# Options whose names are taken by pytest or by its common plugins.
_RENAMED = {"seed": "run-seed", "timeout": "run-timeout"}


def add_options(parser: pytest.Parser) -> None:
    """Add the options of `orders-conformance run`; they mean what they mean there."""
    group = parser.getgroup("orders-conformance")
    for key, option in options(run).items():
        group.addoption(
            f"--{_RENAMED.get(key, key)}",
            dest=_destination(option),
            action="append" if option.multiple else "store",
            metavar=option.metavar,
            help=option.help,
        )
    group.addoption("--settings", dest=f"{_PREFIX}config", metavar="FILE", help="settings; as --config of the command")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Keep a session on the suite in one process: with pytest-xdist, each worker would make a run of its own."""
    if getattr(config.option, "numprocesses", None):
        config.option.numprocesses = 0


def _destination(option: click.Option) -> str:
    return f"{_PREFIX}{option.name}"


def _asked(config: pytest.Config) -> Invocation:
    """Read the options as the command line does, the settings file and the environment included."""
    words: list[str] = []
    for option in run.params:
        given = config.getoption(f"{_PREFIX}{option.name}", None)
        values = given if isinstance(given, list) else [given]
        words += [word for value in values if value is not None for word in (option.opts[-1], str(value))]
    try:
        return Invocation.of(configured(run.make_context(run.name, words), os.environ, run))
    except click.ClickException as error:
        raise pytest.UsageError(error.format_message()) from None
    except SuiteError as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each requirement; its id is the requirement's."""
    if {"requirement", "verdict"} <= set(metafunc.fixturenames):
        try:
            contract = read_contract(_asked(metafunc.config).contract_path)
        except SuiteError as problem:
            raise pytest.UsageError(str(problem)) from None
        metafunc.parametrize("requirement", list(contract.requirements), ids=str)


@pytest.fixture(scope="session")
def conformance_report(request: pytest.FixtureRequest) -> Report:
    """The report of the run, which takes place when the first test asks for it."""
    chosen = tuple(
        str(item.callspec.params["requirement"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and "verdict" in item.fixturenames
    )
    try:
        rendered = execute(replace(_asked(request.config), pattern=None, only=chosen))
    except Exception as problem:  # noqa: BLE001 - a stack trace of ours would show secrets, with --showlocals
        _, told = explained(problem, os.environ)
        pytest.exit(f"orders-conformance: {told}", returncode=3)
    return rendered.report


@pytest.fixture
def verdict(requirement: str, conformance_report: Report) -> tuple[str, str]:
    """The verdict on a requirement, and the words that go with it."""
    if conformance_report["outcome"] == "broken":
        pytest.exit(f"orders-conformance: {conformance_report['reason']}", returncode=3)
    one = next(one for one in conformance_report["requirements"] if one["id"] == requirement)
    counts = one["level"] in {"must", conformance_report["fail_on"]} or is_stale(one)
    word = one["verdict"]
    return ("noted" if word == "failed" and not counts else word), f"{one['sentence']} {outcome_line(one)}"
