"""Names, values and statuses of the contract stand in the contract alone, and not in the code that reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_conformance.spec.contract import HERE, Contract

PACKAGES = ("spec", "strategies", "harness", "reports")
# Names of fields that are words of English or of JSON Schema as well: `$ref`, "status 401", "no message", `items`.
WORDS = {"ref", "status", "message", "items", "href"}
# Numbers that are a status of the contract by chance, by module.
NUMBERS: set[tuple[str, int]] = set()

Fact = tuple[str, str | int]


def literals(source: str) -> Iterator[str | int]:
    """Enumerate the literals of a module, its docstrings left out."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose and not isinstance(node.value, bool):
            if isinstance(node.value, bytes):
                yield node.value.decode("latin-1")
            elif isinstance(node.value, (str, int)):
                yield node.value


def facts(contract: Contract) -> frozenset[str]:
    """List the names and values that the contract gives to fields."""
    names = {part for response in contract.responses.values() for field in response.fields for part in field.path}
    values = {value for field in contract.fields.values() for value in (*field.enum, *field.never)}
    own = {str(field.examples[0]) for field in contract.fields.values() if field.organisation}
    return frozenset({*contract.fields, *names, *values, *own, contract.extension.batch.identity})


def repeated(contract: Contract, source: str) -> set[str | int]:
    """Find the facts of the contract that a module repeats."""
    known, statuses = facts(contract), {*contract.responses, contract.statuses.media_type}
    found: set[str | int] = set()
    for literal in literals(source):
        if isinstance(literal, int):
            found |= {literal} & statuses
        else:
            found |= set(re.findall(r"\w+", literal)) & (known | {str(status) for status in statuses})
    return found


def modules() -> Iterator[Path]:
    """Enumerate the modules that may not repeat a fact."""
    for package in PACKAGES:
        yield from sorted((HERE.parent / package).rglob("*.py"))


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(HERE.parent)))
def test_no_module_repeats_a_fact_of_the_contract(contract: Contract, path: Path) -> None:
    name = path.relative_to(HERE.parent).as_posix()
    allowed = WORDS | {number for module, number in NUMBERS if module == name}
    assert repeated(contract, path.read_text(encoding="utf-8")) - allowed == set()


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("x = order['channel']", "channel"),
        ("x = f'the {y} channel'", "channel"),
        ("x = b'KIOSK'", "KIOSK"),
        ("x = status == 409", 409),
        ("x = '401'", "401"),
        ("x = {'PARTIALLY_REFUNDED'}", "PARTIALLY_REFUNDED"),
        ("def f(x='EUR'): pass", "EUR"),
    ],
)
def test_a_fact_is_seen_wherever_it_stands(contract: Contract, source: str, fact: str | int) -> None:
    assert repeated(contract, source) == {fact}


def test_prose_may_name_facts(contract: Contract) -> None:
    assert repeated(contract, '"""Sends the channel, and expects 409."""') == set()


def test_every_exception_is_needed(contract: Contract) -> None:
    found = {
        (path.relative_to(HERE.parent).as_posix(), fact)
        for path in modules()
        for fact in repeated(contract, path.read_text(encoding="utf-8"))
    }
    assert {fact for _module, fact in found if isinstance(fact, str)} == WORDS
    assert {(module, fact) for module, fact in found if isinstance(fact, int)} == NUMBERS
