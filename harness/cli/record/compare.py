"""The command `compare`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli.record.reading import RESULT, hand_out, sound_record
from orders_conformance.reports.compare.comparison import compare, has_regressed
from orders_conformance.reports.compare.html import page
from orders_conformance.reports.compare.text import lines

_REGRESSED, _BROKEN = 1, 3


@click.command("compare")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@RESULT
def compare_runs(old: Path, new: Path, form: str, output: Path | None, contract_path: Path | None) -> NoReturn:
    """Say what differs between two runs: OLD and NEW are folders of runs, or records.

    A requirement has regressed if it was judged and had not failed, and is failed now. One that was judged and is
    untested now is lost, which is no regression. Exit status: 1 if one regressed at a level that the new run fails on,
    3 if the new run is broken, else 0.
    """
    comparison = compare(sound_record(old, contract_path), sound_record(new, contract_path))
    hand_out(comparison, form, output, page=page, lines=lines)
    if has_regressed(comparison):
        sys.exit(_REGRESSED)
    sys.exit(_BROKEN if comparison["runs"]["new"]["outcome"] == "broken" else 0)
