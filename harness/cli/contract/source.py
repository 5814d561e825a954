"""The command `source`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.source import read_source
from orders_conformance.reports.text import console_line
from orders_conformance.spec.page.comparison import differences


@click.command("source")
@click.argument("file", type=click.Path(path_type=Path))
@options.CONTRACT
def source(file: Path, contract_path: Path | None) -> NoReturn:
    """Compare FILE, the vendor's page as text, with the contract, field by field.

    What the contract adds on purpose is declared in it and not reported. Exit status: 0 if they agree, 1 if not.
    """
    contract = read_contract(contract_path)
    copy = read_source(file)
    found = differences(contract, copy.page)
    for line in found:
        click.echo(console_line(line))
    count = f"{len(found)} difference{'' if len(found) == 1 else 's'}" if found else "no difference"
    click.echo(
        f"{count} between page and contract, in {copy.page.size} fields of {len(copy.page.sections)} sections; "
        f"the page is {copy.digest}"
    )
    sys.exit(1 if found else 0)
