"""The command `contract`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.spec.contract import ContractError
from orders_conformance.spec.openapi.plain import Format, as_yaml, plain_copy


@click.command("contract")
@click.option(
    "--format",
    "version",
    required=True,
    type=click.Choice([str(one) for one in Format]),
    help="The version of OpenAPI: the contract is written in 3.1; some programs read 3.0 only.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, as JSON if its name ends in .json; by default standard output.",
)
@options.CONTRACT
def contract_command(version: str, output: Path | None, contract_path: Path | None) -> None:
    """Print the contract as plain OpenAPI, without extensions, for mocks and other programs."""
    contract = read_contract(contract_path)
    try:
        copied = plain_copy(contract.document, Format(version))
    except ContractError as error:
        message = f"the contract {contract.title!r}: {error}"
        raise InvalidInputError(message) from error
    if output is not None and output.suffix.lower() == ".json":
        text = json.dumps(copied, ensure_ascii=False, indent=2) + "\n"
    else:
        text = f"# A plain copy of {contract.digest}, written by {SUITE}.\n{as_yaml(copied)}"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"{str(output)!r} cannot be written ({error.strerror}): name another file with --output"
        raise InvalidInputError(message) from error
