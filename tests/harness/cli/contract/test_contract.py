"""`contract`: the contract as plain OpenAPI, on standard output or in a file."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.support.runs import CONTRACT
from tests.support.terminal import Terminal


@pytest.mark.parametrize(("version", "number"), [("openapi-3.0", "3.0.3"), ("openapi-3.1", "3.1.0")])
def test_a_copy_is_printed_as_yaml(terminal: Terminal, version: str, number: str) -> None:
    said = terminal.type("contract", "--format", version)
    assert (said.status, said.errors) == (0, "")
    assert said.output.startswith(f"# A plain copy of {CONTRACT.digest}")
    document = yaml.safe_load(said.output)
    assert document["openapi"] == number
    assert "x-" not in json.dumps(list(document))


@pytest.mark.parametrize("name", ["orders.yaml", "orders.json"])
def test_a_copy_is_written_to_a_file(terminal: Terminal, name: str) -> None:
    said = terminal.type("contract", "--format", "openapi-3.0", "--output", name)
    assert (said.status, said.output, said.errors) == (0, "", "")
    text = (terminal.folder / name).read_text(encoding="utf-8")
    document = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    assert CONTRACT.path in document["paths"]


def test_a_file_that_cannot_be_written_is_named(terminal: Terminal) -> None:
    said = terminal.type("contract", "--format", "openapi-3.0", "--output", "missing/orders.yaml")
    assert said.status == 2
    assert "'missing/orders.yaml' cannot be written (No such file or directory)" in said.problem


def test_the_version_is_to_be_named(terminal: Terminal) -> None:
    said = terminal.type("contract")
    assert said.status == 2
    assert "--format" in said.problem
