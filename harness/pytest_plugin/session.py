"""Options, fixtures and hooks of a pytest session that runs the conformance suite.

Each requirement is a test, whose result is the verdict of the run. The run starts when the first of these tests needs a
verdict; there is one in a session, for the selected requirements only, on the same engine as the command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn, TypeGuard

import click
import pytest

from orders_conformance.harness.cli.main import explained
from orders_conformance.harness.cli.settings_file import configured, options
from orders_conformance.harness.cli.target.run import run
from orders_conformance.harness.errors import SuiteError
from orders_conformance.harness.fuzzing.storage import temporary_storage
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.run.invocation.execute import execute, exit_status
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.reports.console import outcome_line, summary_lines
from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.sentences import is_stale
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import Rendered

_PREFIX = "orders_conformance_"
# The former id of each requirement that has one.
_FORMER_IDS = pytest.StashKey[Mapping[str, str]]()
# The report of the run, once it is made.
_RENDERED = pytest.StashKey[Rendered]()
# Options whose names are taken by pytest or by its common plugins.
_RENAMED = {"seed": "run-seed", "timeout": "run-timeout"}


def add_options(parser: pytest.Parser) -> None:
    """Add the options of `orders-conformance run`, with the same meanings."""
    group = parser.getgroup("orders-conformance")
    for key, option in options(run).items():
        if option.is_flag:
            # pytest has its own -q and -v.
            continue
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
    """Turn pytest-xdist off for a session on the suite, since each worker would make its own run with a budget."""
    for name, off in (("numprocesses", 0), ("dist", "no"), ("tx", [])):
        if getattr(config.option, name, None):
            setattr(config.option, name, off)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers that the test of a requirement may have: its level."""
    for level in LEVELS:
        config.addinivalue_line("markers", f"{level}: the test of a requirement of this level")


def _destination(option: click.Option) -> str:
    return f"{_PREFIX}{option.name}"


def _invocation(config: pytest.Config) -> Invocation:
    """Read the options as the command line does, including the settings file and the environment.

    Raises:
        pytest.UsageError: an option or a setting cannot be used.

    """
    arguments: list[str] = []
    for option in run.params:
        given = config.getoption(f"{_PREFIX}{option.name}", None)
        values = given if isinstance(given, list) else [given]
        arguments += [text for value in values if value is not None for text in (option.opts[-1], str(value))]
    try:
        given = configured(run.make_context(run.name, arguments), os.environ, run)
        return Invocation.of({name: value for name, value in given.items() if name not in {"quiet", "verbose"}})
    except click.ClickException as error:
        raise pytest.UsageError(console_line(error.format_message())) from None
    except SuiteError as problem:
        raise pytest.UsageError(console_line(str(problem))) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize the test by the requirements; the id of each test is that of its requirement."""
    if {"requirement", "conformance_report"} <= set(metafunc.fixturenames):
        try:
            contract = read_contract(_invocation(metafunc.config).contract_path)
        except SuiteError as problem:
            raise pytest.UsageError(console_line(str(problem))) from None
        former = {one.id: one.formerly for one in contract.requirements.values() if one.formerly}
        metafunc.config.stash[_FORMER_IDS] = former
        levels = {name: getattr(pytest.mark, one.level) for name, one in contract.requirements.items()}
        metafunc.parametrize("requirement", [pytest.param(name, marks=levels[name], id=name) for name in levels])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k` match a requirement by its former id too, as it does on the command line."""
    former = item.config.stash.get(_FORMER_IDS, {})
    if _is_verdict(item):
        name = former.get(str(item.callspec.params["requirement"]))
        item.extra_keyword_matches |= {name} if name else set()


def _is_verdict(item: pytest.Item) -> TypeGuard[pytest.Function]:
    """Return whether a test shows a verdict; other tests may have arguments of the same names."""
    return isinstance(item, pytest.Function) and {"requirement", "conformance_report"} <= set(item.fixturenames)


@pytest.fixture(scope="session")
def conformance_report(request: pytest.FixtureRequest) -> Report:
    """The report of the run, which is made when the first test needs it."""
    chosen = tuple(str(item.callspec.params["requirement"]) for item in request.session.items if _is_verdict(item))
    try:
        with temporary_storage():
            rendered = execute(replace(_invocation(request.config), pattern=None, only=chosen))
    except Exception as problem:  # noqa: BLE001 - a stack trace with --showlocals would print secrets
        _, message = explained(problem, os.environ)
        _end(message)
    request.config.stash[_RENDERED] = rendered
    return rendered.report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session if a complete outcome is required and this one is partial."""
    rendered = session.config.stash.get(_RENDERED, None)
    if rendered is not None and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = exit_status(rendered, require=rendered.report["settings"].get("require"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the outcome of the run and where its report is, also with -q."""
    rendered = config.stash.get(_RENDERED, None)
    if rendered is not None:
        for line in summary_lines(rendered.report, rendered.html):
            terminalreporter.write_line(line)


def _end(reason: str) -> NoReturn:
    """End the session; a text of the server must not act on the terminal or on the log of a CI system."""
    pytest.exit(console_line(f"{SUITE}: {reason}"), returncode=3)


@pytest.fixture
def verdict(requirement: str, conformance_report: Report) -> tuple[str, str]:
    """The verdict on a requirement, and the sentences that explain it; the reason alone where it is untested."""
    if conformance_report["outcome"] == "broken":
        _end(conformance_report["reason"])
    one = next(one for one in conformance_report["requirements"] if one["id"] == requirement)
    counts = one["level"] in {"must", conformance_report["fail_on"]} or is_stale(one)
    name, account = one["verdict"], outcome_line(one)
    if name == "untested":
        return name, account
    return ("noted" if name == "failed" and not counts else name), f"{one['sentence']} {account}"
