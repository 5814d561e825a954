"""The tree of the tests mirrors the tree of the code, and no folder of either has too many modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("spec", "strategies", "harness", "mock", "reports")
# Folders of tests that mirror no folder of code: whole runs, networks that fail, programs of others, the suite that is
# run against a target, and the repository itself.
UNMIRRORED = ("end_to_end", "chaos", "integration", "conformance", "project")
# A folder has at most so many modules; the catalogues of servers grow with every fault that was met.
MOST_MODULES = 14
CATALOGUES = ("mock/faulty", "mock/different")
MOST_ENTRIES_OF_THE_HARNESS = 20


def mirrored_tests() -> Iterator[Path]:
    for folder in CODE:
        yield from sorted((ROOT / "tests" / folder).rglob("test_*.py"))


def code_folders() -> Iterator[Path]:
    for top in CODE:
        yield from (ROOT / top, *sorted(path.parent for path in (ROOT / top).rglob("*/__init__.py")))


def sources() -> Iterator[Path]:
    for top in (*CODE, "tests"):
        yield from sorted((ROOT / top).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules_of(folder: Path) -> set[str]:
    """Name the modules and packages of a folder."""
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


def module_under_test(path: Path, modules: set[str]) -> str | None:
    """Name the module that a test file is about: test_http.py and test_http_timeouts.py are both about `http`."""
    about = path.stem.removeprefix("test_")
    return next((name for name in modules if about == name or about.startswith(f"{name}_")), None)


def imported_names(path: Path) -> Iterator[str]:
    """Name the modules that a source file imports, in full."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", list(mirrored_tests()), ids=relative)
def test_a_test_file_is_named_for_a_module_and_lies_in_its_folder(path: Path) -> None:
    folder = ROOT / path.parent.relative_to(ROOT / "tests")
    assert module_under_test(path, modules_of(folder)) is not None, f"{relative(folder)} has no module of that name"


def test_a_test_file_lies_in_a_folder_that_is_known() -> None:
    tops = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    assert tops == {*CODE, *UNMIRRORED}


@pytest.mark.parametrize(("name", "module"), [("http", "http"), ("http_timeouts", "http"), ("httpx", None)])
def test_a_suffix_narrows_what_a_test_file_is_about(name: str, module: str | None) -> None:
    assert module_under_test(Path(f"test_{name}.py"), {"http", "retry"}) == module


@pytest.mark.parametrize("folder", [one for one in code_folders() if relative(one) not in CATALOGUES], ids=relative)
def test_a_folder_of_code_has_few_modules(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= MOST_MODULES


def test_the_harness_has_few_entries() -> None:
    entries = [path.name for path in (ROOT / "harness").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES_OF_THE_HARNESS


@pytest.mark.parametrize("folder", list(code_folders()), ids=relative)
def test_a_folder_of_code_says_what_it_is(folder: Path) -> None:
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_bytes()))


def test_no_module_of_ours_is_imported_by_a_bare_name() -> None:
    bare = {relative(path): name for path in sources() for name in imported_names(path) if name.split(".")[0] in CODE}
    assert bare == {}
