"""The command `report`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.console import closing_lines
from orders_conformance.reports.write import render


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--report-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the reports; by default the folder of the record.",
)
@options.apply(options.CREDENTIALS_FD, options.KEYRING)
def report(record: Path, report_dir: Path | None, credentials_fd: int | None, keyring: str | None) -> NoReturn:
    """Write the reports of a RECORD again, also one of a run that did not end.

    Credentials are only used to check that no file contains them. Exit status: that of the run; 3 if it did not end.
    """
    # Imported here: other commands do not need it.
    from orders_conformance.harness.run.invocation import exit_status  # noqa: PLC0415 - see above

    named = credentials_fd is not None or keyring is not None
    credentials = find_credentials(os.environ, credentials_fd, keyring) if named else known_credentials(os.environ)
    rendered = render(record, report_dir or record.parent)
    if credentials is not None:
        Redactor(credentials).check_written([record, *rendered.files])
    for line in closing_lines(rendered.report, rendered.html):
        click.echo(line)
    sys.exit(exit_status(rendered, require=rendered.report["settings"].get("require")))
