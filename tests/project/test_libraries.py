"""What the project uses of libraries: declared in pyproject.toml, and private names only where they are listed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePath

import pytest

_ROOT = Path(__file__).parents[2]
_OWN = {"orders_conformance", "tests"}
# The folders that are installed; the rest of the tests is not.
_INSTALLED = ("spec", "strategies", "harness", "mock", "reports", "tests/conformance")
# Read and write an attribute by its name.
_BY_NAME = {"getattr", "hasattr", "setattr", "delattr", "object"}

# The private names of libraries that are used, by file; each file says why it has to.
_ALLOWED = {
    "harness/inputs/selection.py": {"_pytest.mark.expression.Expression"},
    "strategies/generated/hypothesis_provider.py": {
        "hypothesis.internal.conjecture.choice.choice_permitted",
        "hypothesis.internal.conjecture.providers.GLOBAL_CONSTANTS",
        "hypothesis.internal.conjecture.providers.HypothesisProvider",
        "_maybe_draw_constant",
        "_random",
    },
    "tests/harness/fuzzing/test_storage.py": {"hypothesis.internal.charmap"},
}


def sources(*folders: str) -> Iterator[Path]:
    return (path for folder in folders for path in sorted((_ROOT / folder).rglob("*.py")))


def imported(tree: ast.AST) -> Iterator[str]:
    """Enumerate the full names of what a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_private(name: str) -> bool:
    return any(re.match(r"_(?!_)|internal$", part) for part in name.split("."))


def defined(tree: ast.AST) -> Iterator[str]:
    """Enumerate the names that a file gives to something: functions, classes, parameters, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def named_attributes(tree: ast.AST) -> Iterator[str]:
    """Enumerate the attributes that a file uses, those included whose name stands in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            texts = (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
            yield from (text for text in texts if name in _BY_NAME and text.isidentifier())


def private_names_of_libraries(code: str) -> set[str]:
    """Find the private names in a file's code that the file does not define itself."""
    tree = ast.parse(code)
    modules = {name for name in imported(tree) if is_private(name) and name.partition(".")[0] not in _OWN}
    attributes = {name for name in named_attributes(tree) if re.match(r"_(?!_)", name)}
    return modules | (attributes - set(defined(tree)))


def test_private_names_of_libraries_are_used_only_where_they_are_listed() -> None:
    files = {path.relative_to(_ROOT).as_posix(): path for path in sources(*_INSTALLED, "tests")}
    used = {file: private_names_of_libraries(path.read_text(encoding="utf-8")) for file, path in files.items()}
    assert {file: names for file, names in used.items() if names} == _ALLOWED


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import _pytest.mark", "_pytest.mark"),
        ("from requests import _internal_utils", "requests._internal_utils"),
        ("from hypothesis.internal.reflection import nicerepr", "hypothesis.internal.reflection.nicerepr"),
        ("response._connection.close()", "_connection"),
        ("getattr(response, '_connection', None)", "_connection"),
        ("monkeypatch.setattr(library, '_limit', 3)", "_limit"),
        ("class Own(Server):\n    def stop(self):\n        self._tasks.clear()", "_tasks"),
    ],
)
def test_a_private_name_of_a_library_is_seen(code: str, found: str) -> None:
    assert private_names_of_libraries(code) == {found}


@pytest.mark.parametrize(
    "code",
    [
        "from requests.adapters import HTTPAdapter",
        "class Own:\n    def begin(self):\n        self._size = 1\n    def grow(self):\n        self._size += 1",
        "from tests.harness import _own",
        "value.__class__",
        "print('_connection')",
    ],
)
def test_a_name_of_the_projects_own_is_no_librarys(code: str) -> None:
    assert private_names_of_libraries(code) == set()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    """Read the names of the distributions that a list of requirements is about, but for the project itself."""
    names = {canonical(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in requirements}
    return names - {"orders-conformance"}


def needed(*folders: str) -> set[str]:
    """Find the distributions that the files of folders import from."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sources(*folders))
    modules = {name.partition(".")[0] for tree in trees for name in imported(tree)}
    known = metadata.packages_distributions()
    unknown = modules - sys.stdlib_module_names - _OWN - known.keys()
    assert not unknown
    return {canonical(one) for module in modules - _OWN for one in known.get(module, ())}


def is_run(name: str) -> bool:
    """Whether a distribution brings a command, or a plugin of pytest, so that nothing needs to import it."""
    found = metadata.distribution(name)
    groups = {point.group for point in found.entry_points}
    return bool(groups & {"console_scripts", "pytest11"}) or any(
        PurePath(file).parent.name in {"bin", "Scripts"} for file in found.files or ()
    )


@pytest.fixture(scope="module")
def project() -> dict[str, set[str]]:
    """The declared distributions, by the extra that asks for them; "" for those that are always installed."""
    text = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: declared(listed) for name, listed in text["optional-dependencies"].items()}
    return {"": declared(text["dependencies"]), **extras}


def test_what_the_installed_code_imports_is_what_is_declared(project: dict[str, set[str]]) -> None:
    assert needed(*_INSTALLED) == project[""] | project["keyring"] | project["pdf"]


def test_what_the_tests_import_is_declared(project: dict[str, set[str]]) -> None:
    assert needed("tests") <= set.union(*project.values())


def test_what_is_declared_for_the_tests_is_imported_or_run(project: dict[str, set[str]]) -> None:
    idle = project["test"] - needed("tests")
    assert {name for name in idle if not name.startswith("types-") and not is_run(name)} == set()


def test_every_dependency_has_a_lowest_version() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *(one for some in project["optional-dependencies"].values() for one in some)]
    assert [one for one in named if ">=" not in one and not one.startswith(project["name"])] == []
