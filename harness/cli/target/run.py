"""The command `run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.console.ci import tell
from orders_conformance.harness.cli.console.progress import progress_line
from orders_conformance.harness.cli.settings_file import configured, variable


@click.command()
@options.apply(*options.RUN)
@click.option(
    "--app",
    envvar=variable("app"),
    metavar="MODULE:NAME",
    help="Judge an ASGI application in this process, without a port, in place of a target.",
)
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

    invocation = Invocation.of(configured(context, os.environ, run))
    interrupts = Interrupts()
    with progress_line(sys.stderr) as progress:
        rendered = execute(invocation, progress, interrupts)
    tell(rendered, invocation.write_deviations, os.environ)
    sys.exit(exit_status(rendered, interrupts.ended_by, invocation.require))
