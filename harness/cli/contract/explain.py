"""The command `explain`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.oracle.judges import JUDGES
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement
from orders_conformance.strategies.scripts.declarations import SCRIPTS, serving

# The most faulty servers that are named; the others are counted.
_SERVERS_NAMED = 8


@click.command()
@click.argument("requirement", metavar="ID")
@options.CONTRACT
def explain(requirement: str, contract_path: Path | None) -> None:
    """Explain the requirement ID: what it says, what is sent for it, where it is judged, which servers break it."""
    contract = read_contract(contract_path)
    for line in _explanation(contract, _found(contract, requirement)):
        click.echo(line)


def _found(contract: Contract, identifier: str) -> Requirement:
    """Return the requirement with an id or a former id.

    Raises:
        InvalidInputError: there is no such requirement.

    """
    for one in contract.requirements.values():
        if identifier in one.ids:
            return one
    close = nearest(identifier, contract.requirements, fallback="see 'orders-conformance list' for the ids")
    message = f"there is no requirement {identifier!r}: {close}"
    raise InvalidInputError(message)


def _explanation(contract: Contract, requirement: Requirement) -> Iterator[str]:
    yield requirement.id
    if requirement.formerly is not None:
        yield f"Formerly: {requirement.formerly}"
    yield f"Level: {requirement.level}"
    yield f"Sentence: {requirement.sentence}"
    yield f"Source: {requirement.source}"
    yield from (f"  {line}" for line in _places(requirement))
    yield f"Rule: {requirement.family} (x-conformance of spec/orders.yaml)"
    yield "Sent for it:"
    yield from (f"  {line}" for line in _sent(contract, requirement))
    yield "Judged in:"
    yield from (f"  {place}" for place in JUDGES[requirement.family])
    yield from _broken_by(requirement)


def _places(requirement: Requirement) -> Iterator[str]:
    """Yield a line for each document that a requirement cites, and why its level is another than follows from them."""
    for url, read in dict.fromkeys((one.url, one.document.read) for one in requirement.sources):
        yield f"{url} (read on {read})" if read else url
    if requirement.argument is not None:
        yield f"Why {requirement.level}: {requirement.argument}"


def _sent(contract: Contract, requirement: Requirement) -> Iterator[str]:
    """Yield the scripts sent for a requirement, and those that must come before them, in the order of a run."""
    statuses = contract.statuses
    chosen = serving([requirement], statuses)
    for name in (name for name in SCRIPTS if name in chosen):
        note = "" if SCRIPTS[name].is_sent_for(requirement, statuses) else " (comes before, for its orders)"
        yield f"{name}{note}: {SCRIPTS[name].sends}"


def _broken_by(requirement: Requirement) -> Iterator[str]:
    """Yield a line that names the known faulty servers that declare to break a requirement."""
    if requirement.level == "info":
        yield "Never fails: the report shows what was observed"
        return
    # Imported here: other commands do not need the faulty servers.
    from orders_conformance.mock.faulty import CATALOGUE  # noqa: PLC0415 - see above

    # The most specific come first: a pattern with fewer wildcards covers fewer requirements.
    wildcards = {
        name: min(one.count("*") for one in covering)
        for name, kind in CATALOGUE.items()
        if (covering := [one for one in kind.breaks if fnmatchcase(requirement.id, one)])
    }
    names = sorted(wildcards, key=lambda name: wildcards[name])
    more = len(names) - _SERVERS_NAMED
    named = ", ".join(names[:_SERVERS_NAMED]) + (f" and {more} more" if more > 0 else "")
    yield f"Broken by {len(names)} known faulty server{'' if len(names) == 1 else 's'}{f': {named}' if names else ''}"
