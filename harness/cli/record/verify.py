"""The command `verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.source import read_quotes
from orders_conformance.harness.messages.json_body import without_collector
from orders_conformance.reports.text import console_line


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--signers",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Who may have signed it: allowed signers, as ssh-keygen reads them.",
)
@options.apply(options.SOURCE, options.CONTRACT)
def verify(directory: Path, signers: Path | None, source: Path | None, contract_path: Path | None) -> NoReturn:
    """Verify the reports in DIR: manifest, chain, signature, and every verdict by judging the exchanges again.

    Nothing is sent. Exit status: 0 consistent, 1 something was changed or does not follow, 2 wrong usage.
    """
    # Imported here: other commands need neither the oracle nor the reports.
    from orders_conformance.harness.verification.folder import verify as verified  # noqa: PLC0415 - see above

    contract = read_contract(contract_path)
    quotes = None if source is None else read_quotes(contract, source)
    with without_collector():
        result = verified(directory, contract, signers, quotes)
    for line in (*result.faults, *result.remarks):
        click.echo(console_line(line))
    again = f"{result.judged} exchanges judged again, {result.partial} not re-judgeable (cut or hidden)"
    click.echo(again)
    if result.faults:
        click.echo(f"not consistent: {len(result.faults)} fault{'' if len(result.faults) == 1 else 's'}")
    elif result.signed_by is not None:
        click.echo(console_line(f"signed by {result.signed_by}: consistent"))
    elif result.is_signed:
        click.echo("the signature was not verified (name the signers with --signers): consistent, origin unproven")
    else:
        click.echo("unsigned: consistent, origin unproven")
    sys.exit(1 if result.faults else 0)
