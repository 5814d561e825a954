"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import click

from harness import parameters
from harness.aftermath import cleanup_command, replay_command, report
from harness.configuration import configured, variable
from harness.errors import Problem, UsageProblem, fault_of_ours
from harness.framing import SUITE
from harness.options import read_contract
from harness.profiles import PROFILES
from harness.proof import selfcheck
from harness.secrecy import check_arguments, known_credentials, read_credentials
from harness.selection import select
from harness.watching import watching
from reports.console import closing_lines
from reports.record import CutRecordError, RecordError
from reports.write import ReportError

_USAGE, _BROKEN = 2, 3

_pattern = click.option("-k", "pattern", metavar="PATTERN", help="Only requirements whose id matches, as with pytest.")


_RUN_OPTIONS: tuple[parameters.Option, ...] = (
    parameters.CONFIG,
    click.option(
        "--target",
        envvar=variable("target"),
        metavar="URL",
        help="Base URL of the service, or a name of the settings; without it, the embedded server is judged.",
    ),
    click.option(
        "--profile",
        envvar=variable("profile"),
        metavar="NAME",
        default="ci",
        show_default=True,
        help=f"How thorough: {' or '.join(PROFILES)}.",
    ),
    parameters.MAX_ORDERS,
    parameters.MAX_REQUESTS,
    parameters.RATE,
    parameters.TIMEOUT,
    click.option(
        "--organisation",
        envvar=variable("organisation"),
        metavar="FIELD=VALUE",
        multiple=True,
        help="A value that the organisation defines; repeatable.",
    ),
    click.option(
        "--seed",
        envvar=variable("seed"),
        metavar="N",
        type=click.IntRange(min=0),
        help="Repeat the random traffic of another run.",
    ),
    _pattern,
    click.option(
        "--deviations",
        envvar=variable("deviations"),
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Deviations that were declared beforehand.",
    ),
    parameters.CONTRACT,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version(SUITE), prog_name=SUITE)
def cli() -> None:
    """Check an orders service against the contract of Create an order.

    Exit status: 0 conformant or partial, 1 not conformant, 2 wrong usage, 3 the run could not judge.
    """


@cli.command()
@parameters.given(*_RUN_OPTIONS)
@click.option(
    "--report-dir",
    envvar=variable("report-dir"),
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("conformance-report"),
    show_default=True,
    help="Where record, ledger and reports go.",
)
@click.option(
    "--fail-on",
    envvar=variable("fail-on"),
    metavar="LEVEL",
    default="must",
    show_default=True,
    help="The weakest level that counts: must, should.",
)
@click.option(
    "--write-deviations",
    envvar=variable("write-deviations"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what failed as deviations, whose reasons are to be filled in.",
)
@parameters.given(parameters.CA_BUNDLE, parameters.PROXY, parameters.CREDENTIALS_FD, parameters.KEYRING)
@click.pass_context
def run(context: click.Context, /, **_options: Any) -> NoReturn:
    """Judge a service and write record.jsonl, report.json, report.html and junit.xml.

    Credentials come from ORDERS_CLIENT_KEY and ORDERS_API_TOKEN, a file descriptor or a keyring. An option that is not
    given is taken from the environment (ORDERS_CONFORMANCE_MAX_ORDERS and so on), then from the settings file.
    """
    # Imported here: listing requirements needs neither the network nor the engine.
    from harness.invocation import Invocation, execute, exit_status  # noqa: PLC0415 - see above

    asked = Invocation(**configured(context, os.environ, run))
    with watching(sys.stderr) as progress:
        rendered = execute(asked, progress)
    for line in closing_lines(rendered.report, rendered.html, deviations=asked.write_deviations):
        click.echo(line)
    sys.exit(exit_status(rendered))


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one by default.")
@parameters.CONTRACT
def serve(host: str, port: int, contract_path: Path | None) -> None:
    """Run the embedded server alone, until it is interrupted.

    Its credentials come from ORDERS_CLIENT_KEY and ORDERS_API_TOKEN.
    """
    # Imported here: a run against a target needs no server of ours.
    from harness.embedded import embedded_service  # noqa: PLC0415 - see above
    from mock.server import serve as serve_forever  # noqa: PLC0415 - see above

    contract = read_contract(contract_path)
    service = embedded_service(contract, read_credentials(os.environ))
    try:
        serve_forever(service, host, port, ready=lambda url: click.echo(f"serving {contract.title} at {url}"))
    except OSError as error:
        message = f"{host}:{port} cannot be listened at ({error.strerror}): choose another host or port"
        raise UsageProblem(message) from error


@cli.command()
@parameters.given(*_RUN_OPTIONS)
@click.pass_context
def plan(context: click.Context, /, **_options: Any) -> None:
    """Tell what a run will cost and leave untested; nothing is sent."""
    # Imported here: only a plan needs a rehearsal.
    from harness.invocation import Invocation  # noqa: PLC0415 - see above
    from harness.planning import plan as planned  # noqa: PLC0415 - see above

    for line in planned(Invocation(**configured(context, os.environ, run))):
        click.echo(line)


@cli.command("list")
@_pattern
@parameters.CONTRACT
def list_requirements(pattern: str | None, contract_path: Path | None) -> None:
    """List the requirements: id, level and sentence."""
    contract = read_contract(contract_path)
    chosen = [contract.requirements[identifier] for identifier in select(contract, pattern)]
    width = max(len(requirement.id) for requirement in chosen)
    for requirement in chosen:
        click.echo(f"{requirement.id:{width}}  {requirement.level:6}  {requirement.sentence}")


cli.add_command(cleanup_command(run))
cli.add_command(replay_command(run))
cli.add_command(report)
cli.add_command(selfcheck)


def explained(problem: BaseException, environment: Mapping[str, str]) -> tuple[int, str]:
    """Tell what a problem does to the exit status, and say it in one line without the secrets of an environment."""
    match problem:
        case click.ClickException():
            status, told = _USAGE, problem.format_message()
        case CutRecordError():
            status, told = _BROKEN, str(problem)
        case UsageProblem() | RecordError() | ReportError():
            status, told = _USAGE, str(problem)
        case Problem():
            status, told = _BROKEN, str(problem)
        case KeyboardInterrupt() | click.Abort():
            status, told = _BROKEN, "interrupted before the run began: start it again"
        case _:
            status, told = _BROKEN, fault_of_ours(problem)
    known = known_credentials(environment)
    return status, " ".join((known.hidden(told) if known else told).split())


def main() -> NoReturn:
    """Run the command line; every problem of ours is told in one line."""
    try:
        check_arguments(sys.argv[1:], os.environ)
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(_USAGE)
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - users are told in one line, whatever it is
        status, told = explained(problem, os.environ)
        click.echo(f"{SUITE}: {told}", err=True)
        sys.exit(status)
    sys.exit(0)
