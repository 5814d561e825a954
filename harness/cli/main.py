"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import metadata
from typing import NoReturn

import click

from orders_conformance.harness.cli.console.streams import open_closed_descriptors, tolerant_streams
from orders_conformance.harness.cli.contract.contract import contract_command
from orders_conformance.harness.cli.contract.explain import explain
from orders_conformance.harness.cli.contract.list import list_requirements
from orders_conformance.harness.cli.contract.source import source
from orders_conformance.harness.cli.record.compare import compare_runs
from orders_conformance.harness.cli.record.learn import learn
from orders_conformance.harness.cli.record.matrix import show_matrix
from orders_conformance.harness.cli.record.report import report
from orders_conformance.harness.cli.record.verify import verify
from orders_conformance.harness.cli.selfcheck import selfcheck
from orders_conformance.harness.cli.target.cleanup import cleanup
from orders_conformance.harness.cli.target.plan import plan
from orders_conformance.harness.cli.target.replay import replay
from orders_conformance.harness.cli.target.run import run
from orders_conformance.harness.cli.target.serve import serve
from orders_conformance.harness.errors import InvalidInputError, SuiteError, describe_bug
from orders_conformance.harness.fuzzing.storage import temporary_storage
from orders_conformance.harness.inputs.credentials import check_arguments, known_credentials
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.record.types import CutRecordError, RecordError
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import ReportError

_USAGE, _BROKEN = 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version(SUITE), prog_name=SUITE)
def cli() -> None:
    """Check an orders service against the contract of Create an order.

    Exit status: 0 conformant or partial, 1 not conformant, 2 wrong usage, 3 the run could not judge.
    """


for command in (
    run,
    serve,
    plan,
    list_requirements,
    explain,
    contract_command,
    source,
    cleanup,
    replay,
    report,
    learn,
    verify,
    compare_runs,
    show_matrix,
    selfcheck,
):
    cli.add_command(command)


def explained(problem: BaseException, environment: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit status for a problem, and a message of one line without the secrets of an environment."""
    match problem:
        case click.MissingParameter(ctx=click.Context(command=command)) if command.name:
            status, message = _USAGE, f"{problem.format_message().rstrip('.')}: see {SUITE} {command.name} --help"
        case click.ClickException():
            status, message = _USAGE, problem.format_message()
        case CutRecordError():
            status, message = _BROKEN, str(problem)
        case InvalidInputError() | RecordError() | ReportError():
            status, message = _USAGE, str(problem)
        case SuiteError():
            status, message = _BROKEN, str(problem)
        case KeyboardInterrupt() | click.Abort():
            status, message = _BROKEN, "interrupted before the run began: start it again"
        case _:
            status, message = _BROKEN, describe_bug(problem)
    known = known_credentials(environment)
    return status, " ".join((Redactor(known).hide(message) if known else message).split())


def main() -> NoReturn:
    """Run the command line; every problem is printed in one line."""
    open_closed_descriptors()
    with tolerant_streams(SUITE), temporary_storage():
        try:
            check_arguments(sys.argv[1:], os.environ)
            cli.main(standalone_mode=False)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(_USAGE)
        except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - each is printed in one line, whatever it is
            status, message = explained(problem, os.environ)
            click.echo(f"{SUITE}: {console_line(message)}", err=True)
            sys.exit(status)
        sys.exit(0)
