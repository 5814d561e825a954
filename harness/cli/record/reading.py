"""Read the records that a command works on, and write what it makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.verification import folder
from orders_conformance.reports.manifest import record_file
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.text import quoted, single_spaced
from orders_conformance.reports.write import replace_file

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "html")),
    default="text",
    show_default=True,
    help="The form of the result.",
)
OUTPUT = click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the result into a file; by default it is printed.",
)
# How records are judged again, and how the result is shown.
RESULT = options.apply(FORMAT, OUTPUT, options.CONTRACT)


def sound_record(path: Path, contract_path: Path | None) -> Record:
    """Return the record in a file or in the folder of a run, once its exchanges were judged again.

    One of a run that was killed is returned with the reason in its damage, since what it shows until then is sound.

    Raises:
        InvalidInputError: it is damaged, or contradicts its exchanges.
        RecordError: it cannot be read.

    """
    file = record_file(path)
    record, result = folder.read_and_judge(file, read_contract(contract_path))
    fault = None if record.ended_early else record.damage
    if fault is None:
        record = folder.as_judged_again(record, result)
        fault = f"it contradicts its exchanges: {result.faults[0]}" if result.faults else None
    if fault is not None:
        message = f"{quoted(file)} cannot be used: {single_spaced(fault)}"
        raise InvalidInputError(message)
    return record


def hand_out(
    result: Mapping[str, Any],
    form: str,
    output: Path | None,
    *,
    page: Callable[[Any], str],
    lines: Callable[[Any], Iterable[str]],
) -> None:
    """Print a result in one of the forms of `FORMAT`, or write it into a file.

    Args:
        result: plain data.
        form: `text`, `json` or `html`.
        output: the file, or None to print.
        page: returns the result as HTML.
        lines: returns it as lines of text.

    Raises:
        InvalidInputError: the file cannot be written.

    """
    match form:
        case "json":
            text = json.dumps(result, indent=2) + "\n"
        case "html":
            text = page(result)
        case _:
            text = "\n".join((*lines(result), ""))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        replace_file(output, text.encode())
    except OSError as error:
        message = f"{quoted(output)} cannot be written ({error.strerror}): name another file"
        raise InvalidInputError(message) from error
