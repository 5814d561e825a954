"""The documents for contributors name files that exist, and list the packages that import-linter checks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
# A screen of the editor; the document is read at one go.
MOST_LINES = 60
# A path has a slash or a suffix of these. `create/...` is the id of a requirement; `.venv/` is in no repository.
_PATH = re.compile(r"(?!create/|\.venv/)\.?[\w-][\w.-]*(?:(?:/[\w.-]+)+/?|/|\.(?:py|yaml|md|toml|json|txt))")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(text: str) -> Iterator[str]:
    """Return the blocks of code of a document."""
    yield from re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def paths(text: str) -> set[str]:
    """Find the paths in a document: in code, alone or as a word of a command, and as the target of a link."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    code = [*re.findall(r"`([^`\n]+)`", prose), *blocks(text)]
    words = {word.rstrip(",;") for part in code for word in part.split()}
    links = set(re.findall(r"\]\((?!https?:)([^)#\s]+)\)", prose))
    return {word for word in words | links if _PATH.fullmatch(word)}


def packages(text: str) -> list[str]:
    """Read the packages of the harness in the order of their table."""
    table = text.partition("| package of the harness |")[2].partition("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    named = paths(text_of(document))
    assert len(named) > 10
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("edit `harness/rare.py`", {"harness/rare.py"}),
        ("edit `rare.py` and [this](docs/rare.md)", {"rare.py", "docs/rare.md"}),
        ("the folder `rare/`", {"rare/"}),
        ("run `pytest tests/rare -k one`", {"tests/rare"}),
        ("```sh\npytest tests/rare\n```\n", {"tests/rare"}),
        ("`create/409/duplicate`, `area: imperative`, [a link](https://example.com/rare.md) and rare/rare.py", set()),
    ],
)
def test_a_path_is_seen_wherever_it_stands(text: str, found: set[str]) -> None:
    assert paths(text) == found


def test_the_packages_of_the_architecture_are_those_of_import_linter() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    layers = next(one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one["id"] == "harness")
    # In the document a package imports those above it; in the contract, those below it.
    assert packages(text_of("ARCHITECTURE.md")) == layers[::-1]


def test_the_architecture_is_one_screen() -> None:
    assert len(text_of("ARCHITECTURE.md").splitlines()) <= MOST_LINES
