"""The command `run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.console.ci import tell
from orders_conformance.harness.cli.console.colour import is_interactive
from orders_conformance.harness.cli.console.progress import exchange_line, progress_line
from orders_conformance.harness.cli.settings_file import configured, variable
from orders_conformance.harness.engine.progress import Show
from orders_conformance.harness.errors import InvalidInputError

if TYPE_CHECKING:
    from orders_conformance.harness.run.invocation.options import Invocation


@click.command()
@options.apply(*options.RUN)
@click.option(
    "--report-dir",
    envvar=variable("report-dir"),
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("conformance-report"),
    show_default=True,
    help="The folder of record, ledger and reports.",
)
@click.option(
    "--release",
    envvar=variable("release"),
    metavar="NAME",
    help="The release that the run is about, in one line; every report shows it.",
)
@click.option(
    "--fail-on",
    envvar=variable("fail-on"),
    metavar="LEVEL",
    default="must",
    show_default=True,
    help="The weakest level whose failures count: must, should.",
)
@click.option(
    "--write-deviations",
    envvar=variable("write-deviations"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write failures as deviations, whose reasons are to be filled in.",
)
@click.option(
    "--wait",
    envvar=variable("wait"),
    metavar="SECONDS",
    type=options.FiniteRange(min=0),
    default=0.0,
    show_default=True,
    help="How long to wait until the target answers at all.",
)
@click.option(
    "--require",
    envvar=variable("require"),
    metavar="WHAT",
    help="complete: a partial outcome is exit status 1, too.",
)
@click.option(
    "--sign",
    envvar=variable("sign"),
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="Sign the manifest of the reports with a key of SSH.",
)
@click.option(
    "--quiet",
    envvar=variable("quiet"),
    is_flag=True,
    help="Print only the outcome in a sentence and the path of the report.",
)
@click.option(
    "--verbose",
    envvar=variable("verbose"),
    is_flag=True,
    help="Print a line for each exchange, too: number, probe, method, status, duration, verdict.",
)
@options.apply(options.SOURCE, options.PDF)
@options.NETWORK
@click.pass_context
def run(context: click.Context, /, **_options: Any) -> NoReturn:
    """Judge a service and write record, reports and manifest.

    Credentials come from ORDERS_CLIENT_KEY and ORDERS_API_TOKEN, a file descriptor or a keyring. An option that is not
    given is taken from the environment (ORDERS_CONFORMANCE_MAX_ORDERS and so on), then from the settings file.
    """
    # Imported here: other commands need neither the network nor the engine.
    from orders_conformance.harness.run.interrupts import Interrupts  # noqa: PLC0415 - see above
    from orders_conformance.harness.run.invocation.execute import execute, exit_status  # noqa: PLC0415 - see above
    from orders_conformance.harness.run.invocation.options import Invocation  # noqa: PLC0415 - see above

    given = configured(context, os.environ, run)
    quiet, verbose = given.pop("quiet"), given.pop("verbose")
    if quiet and verbose:
        message = "--quiet and --verbose exclude each other: give one of them"
        raise InvalidInputError(message)
    invocation, interrupts = Invocation.of(given), Interrupts()
    with _progress(context, invocation, quiet=quiet, verbose=verbose) as progress:
        rendered = execute(invocation, progress, interrupts)
    tell(rendered, invocation.write_deviations, os.environ, quiet=quiet)
    sys.exit(exit_status(rendered, interrupts.ended_by, invocation.require))


@contextmanager
def _progress(context: click.Context, invocation: Invocation, *, quiet: bool, verbose: bool) -> Iterator[Show | None]:
    """Show how far the run is, as the user wants it; yields the function to call after each exchange."""
    if quiet:
        yield None
    elif verbose:
        yield lambda progress: click.echo(exchange_line(progress))
    elif not is_interactive(sys.stderr, os.environ):
        yield None
    else:
        # Imported here: only needed on a terminal.
        from orders_conformance.harness.cli.console.forecast import forecast  # noqa: PLC0415 - see above
        from orders_conformance.harness.run.invocation.settings import settings_of  # noqa: PLC0415 - see above

        rate = settings_of(invocation).profile.rate
        with (
            forecast(tuple(_words(context))) as total,
            progress_line(sys.stderr, os.environ, total, rate) as show,
        ):
            yield show


def _words(context: click.Context) -> Iterator[str]:
    """Yield the options that the user typed and that `plan` has too."""
    shared = {name for option in options.RUN for name in _names(option)}
    for option in context.command.params:
        source = context.get_parameter_source(str(option.name))
        if option.name in shared and source is click.core.ParameterSource.COMMANDLINE:
            value = context.params[str(option.name)]
            for one in value if option.multiple else (value,):
                yield from (option.opts[-1], str(one))


def _names(option: options.Option) -> Iterator[str]:
    yield from (str(one.name) for one in click.command()(option(lambda: None)).params)
