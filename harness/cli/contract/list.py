"""The command `list`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.selection import select
from orders_conformance.spec.requirements import Requirement


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array with all that is known of each requirement.")
@options.PATTERN
@options.CONTRACT
def list_requirements(*, as_json: bool, pattern: str | None, contract_path: Path | None) -> None:
    """List the requirements: id, level, sentence and source."""
    contract = read_contract(contract_path)
    chosen = [contract.requirements[identifier] for identifier in select(contract, pattern)]
    if as_json:
        click.echo(json.dumps([_values(one) for one in chosen], ensure_ascii=False, indent=2))
        return
    width = max(len(requirement.id) for requirement in chosen)
    for one in chosen:
        click.echo(f"{one.id:{width}}  {one.level:6}  {one.sentence}  [{one.source}]")


def _values(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "formerly": requirement.formerly,
        "level": requirement.level,
        "sentence": requirement.sentence,
        "needs": list(requirement.needs),
        "source": requirement.source,
        "sources": [one.as_json() for one in requirement.sources],
        "argument": requirement.argument,
    }
