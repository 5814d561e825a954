"""The command `report`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.inputs.pdf import optional_files
from orders_conformance.harness.inputs.source import read_quotes
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.console import closing_lines
from orders_conformance.reports.manifest import record_file
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.write import render_record


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--report-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the reports; by default the folder of the record.",
)
@click.option(
    "--sign",
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="Sign the manifest of the reports with a key of SSH.",
)
@options.apply(options.SOURCE, options.PDF, options.CREDENTIALS_FD, options.KEYRING)
def report(  # noqa: PLR0913, PLR0917 - each is an option
    record: Path,
    report_dir: Path | None,
    sign: Path | None,
    source: Path | None,
    pdf: bool,  # noqa: FBT001 - click passes options by name
    credentials_fd: int | None,
    keyring: str | None,
) -> NoReturn:
    """Write the reports of a RECORD again, also one of a run that did not end.

    The exchanges are judged again: a record whose verdicts do not follow from them is reported as broken.

    Credentials are only used to check that no file contains them. Exit status: that of the run; 3 if it did not end.
    """
    # Imported here: other commands do not need it.
    from orders_conformance.harness.run.invocation.execute import exit_status  # noqa: PLC0415 - see above
    from orders_conformance.harness.verification import folder, signature  # noqa: PLC0415 - see above

    if sign is not None:
        signature.check_key(sign)
    optional = optional_files(pdf=pdf)
    named = credentials_fd is not None or keyring is not None
    credentials = find_credentials(os.environ, credentials_fd, keyring) if named else known_credentials(os.environ)
    record = record_file(record)
    whole = read(record)
    contract = read_contract(None)
    quotes = None if source is None else read_quotes(contract, source, whole.header.get("page"))
    result = folder.compare_record(whole, record, contract)
    rendered = render_record(folder.as_judged_again(whole, result), report_dir or record.parent, quotes, optional)
    if sign is not None:
        signature.sign(sign, rendered.html.parent)
    if credentials is not None:
        Redactor(credentials).check_written([record, *rendered.files])
    for line in closing_lines(rendered.report, rendered.html):
        click.echo(line)
    sys.exit(exit_status(rendered, require=rendered.report["settings"].get("require")))
