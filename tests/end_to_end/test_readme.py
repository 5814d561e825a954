"""The README names every command and every option, and no other."""

from __future__ import annotations

from pathlib import Path

from orders_conformance.harness.cli.main import cli
from orders_conformance.harness.cli.target.run import run
from orders_conformance.reports.write import FORMATS
from orders_conformance.spec.contract import Contract

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def first_cells(head: str) -> list[str]:
    """List the first cell of each row of the table with a head."""
    table = README.partition(f"| {head} |")[2].partition("\n\n")[0]
    return [line.split("|")[1].strip(" `") for line in table.splitlines()[2:]]


def test_the_table_of_options_is_that_of_the_command() -> None:
    told = {cell.split()[0] for cell in first_cells("option")}
    assert told == {option.opts[-1] for option in run.params}


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    told = {cell.split()[1] for cell in first_cells("command")}
    assert told | {"run"} == set(cli.commands)


def test_every_file_of_a_report_is_named() -> None:
    assert [name for name in FORMATS if f"`{name}`" not in README] == []


def test_the_table_of_features_is_that_of_the_contract() -> None:
    features = Contract.load().extension.features
    assert first_cells("feature") == list(features)
    assert [name for name, one in features.items() if f"| `{name}` | {one.text}" not in README] == []
