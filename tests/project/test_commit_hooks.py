"""The hooks of pre-commit run the tools of the `test` extra, and download nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

import pytest
import yaml

from tests.project.test_libraries import declared

ROOT = Path(__file__).parents[2]
REPOSITORIES: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
HOOKS: list[dict[str, Any]] = [hook for one in REPOSITORIES for hook in one["hooks"]]


def commands(distribution: str) -> Iterator[str]:
    """Name the commands that an installed distribution brings."""
    found = metadata.distribution(distribution)
    yield from (point.name for point in found.entry_points if point.group == "console_scripts")
    yield from (PurePath(file).stem for file in found.files or () if PurePath(file).parent.name in {"bin", "Scripts"})


@pytest.fixture(scope="module")
def installed() -> set[str]:
    """The commands that the `test` extra installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {name for one in declared(project["optional-dependencies"]["test"]) for name in commands(one)}


def test_no_hook_is_downloaded() -> None:
    assert {one["repo"] for one in REPOSITORIES} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_the_tool_of_a_hook_is_in_the_test_extra(hook: dict[str, Any], installed: set[str]) -> None:
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["entry"].split()[0] in installed


def test_the_hooks_are_what_contributing_says_to_run_before_a_commit() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| before a commit |"))
    told = {cell.removesuffix(" .") for cell in row.split("`")[1::2]}
    assert told == {hook["name"] for hook in HOOKS}
