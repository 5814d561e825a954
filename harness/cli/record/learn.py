"""The command `learn`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import known_credentials
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.manifest import record_file
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.text import console_line


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=Path("behaviour.toml"),
    show_default=True,
    help="The file to write; one that is there is replaced.",
)
@options.CONTRACT
def learn(record: Path, output: Path, contract_path: Path | None) -> None:
    """Learn from a run how its target behaves, and write it as switches for serve --behaviour.

    RECORD is the record of the run, or its folder. One that is damaged, or of a run that did not end, teaches what it
    has; a line on standard error says so.
    """
    # Imported here: other commands do not need it.
    from orders_conformance.harness.learning.behaviour_file import written  # noqa: PLC0415 - see above
    from orders_conformance.harness.learning.lesson import learn as learn_from  # noqa: PLC0415 - see above

    whole = read(record_file(record))
    lesson = learn_from(whole, read_contract(contract_path))
    try:
        output.write_text(written(lesson), encoding="utf-8")
    except OSError as error:
        message = f"{str(output)!r} cannot be written ({error.strerror}): name another file with --output"
        raise InvalidInputError(message) from error
    credentials = known_credentials(os.environ)
    if credentials is not None:
        Redactor(credentials).check_written([output])
    if whole.damage is not None:
        click.echo(console_line(f"{SUITE}: learned from a part: {whole.damage}"), err=True)
    observed = sum(one.shown_by is not None for one in lesson.switches)
    click.echo(f"{output}: {observed} of {len(lesson.switches)} switches observed, the others are marked so")
    if lesson.unlike:
        click.echo(
            f"a server of this behaviour responds with another status to {len(lesson.unlike)} of {lesson.compared} "
            f"requests: {', '.join(lesson.unlike)}"
        )
