"""The command `matrix`."""

from __future__ import annotations

from pathlib import Path

import click

from orders_conformance.harness.cli.record.reading import RESULT, hand_out, sound_record
from orders_conformance.reports.matrix.html import page
from orders_conformance.reports.matrix.matrix import matrix
from orders_conformance.reports.matrix.text import lines


@click.command("matrix")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@RESULT
def show_matrix(runs: tuple[Path, ...], form: str, output: Path | None, contract_path: Path | None) -> None:
    """Show the verdicts of some runs side by side: each RUN is the folder of a run, or a record.

    The columns are in the order of the arguments: regions, a tenant beside a mock, or one release after the other.
    """
    shown = matrix([sound_record(run, contract_path) for run in runs])
    hand_out(shown, form, output, page=page, lines=lines)
