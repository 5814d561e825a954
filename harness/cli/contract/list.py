"""The command `list`."""

from __future__ import annotations

from pathlib import Path

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.selection import select


@click.command("list")
@options.PATTERN
@options.CONTRACT
def list_requirements(pattern: str | None, contract_path: Path | None) -> None:
    """List the requirements: id, level and sentence."""
    contract = read_contract(contract_path)
    chosen = [contract.requirements[identifier] for identifier in select(contract, pattern)]
    width = max(len(requirement.id) for requirement in chosen)
    for requirement in chosen:
        click.echo(f"{requirement.id:{width}}  {requirement.level:6}  {requirement.sentence}")
