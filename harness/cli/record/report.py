"""The command `report`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.console.colour import coloured, has_colours
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.inputs.pdf import optional_files
from orders_conformance.harness.inputs.source import read_quotes
from orders_conformance.harness.ledger.writer import LedgerFile
from orders_conformance.harness.messages.json_body import without_collector
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.console import closing_lines
from orders_conformance.reports.manifest import LEDGER, RECORD, latest_record_file
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import render_record, unfinished_in


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

    RECORD is a file or the folder of a run. If the last run there did not end, it is the record of that one, which
    then takes the place of the earlier one in its folder.

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
    record = latest_record_file(record)
    directory = report_dir or record.parent
    unfinished = unfinished_in(directory, record)
    contract = read_contract(None)
    with _not_running(unfinished), without_collector():
        whole, result = folder.read_and_judge(record, contract)
        quotes = None if source is None else read_quotes(contract, source, whole.header.get("page"))
        again = folder.as_judged_again(whole, result)
        rendered = render_record(again, directory, quotes, optional, unfinished=unfinished)
    if sign is not None:
        signature.sign(sign, rendered.html.parent)
    if credentials is not None:
        Redactor(credentials).check_written([directory / RECORD if unfinished else record, *rendered.files])
    if unfinished is not None:
        click.echo(
            console_line(f"{SUITE}: the last run ended without reports; its record is {directory / RECORD} now"),
            err=True,
        )
    paint = coloured if has_colours(sys.stdout, os.environ) else str
    for line in closing_lines(rendered.report, rendered.html):
        click.echo(paint(line), color=True)
    sys.exit(exit_status(rendered, require=rendered.report["settings"].get("require")))


@contextmanager
def _not_running(unfinished: Path | None) -> Iterator[None]:
    """Lock the folder of an unfinished record, so that no run is writing it.

    Raises:
        InvalidInputError: a run is.

    """
    path = unfinished.with_name(LEDGER) if unfinished is not None else None
    if path is None or not path.is_file():
        yield
        return
    with closing(LedgerFile(path, synced=False)) as ledger:
        ledger.lock()
        yield
