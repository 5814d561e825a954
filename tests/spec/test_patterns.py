"""Patterns of a contract, matched against texts of a server."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.patterns import PatternError, matches, unusable
from tests.support.timing import processor_time

_EVIL = ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}$", "^([a-zA-Z]+)*$", "^(.*?,){11}P", "a*a*a*a*a*b"]


@pytest.mark.parametrize("pattern", _EVIL)
def test_no_pattern_takes_more_time_than_the_text_is_long(pattern: str) -> None:
    with processor_time() as spent:
        matches(pattern, "a" * 1_000_000 + "!")
    assert spent.seconds < 1


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z0-9]+(-[A-Z0-9]+)*$", "B94TXY-1"),
        ("^[A-Z0-9]+(-[A-Z0-9]+)*$", "b94"),
        ("[0-9]{3}", "a123"),
        ("^$", ""),
        ("^a$", "a\n"),
        ("ü", "für"),
    ],
)
def test_a_pattern_means_what_it_means_to_other_validators(pattern: str, text: str) -> None:
    assert matches(pattern, text) is (Draft202012Validator({"pattern": pattern}).is_valid(text) and "\n" not in text)


def test_half_a_surrogate_pair_is_text() -> None:
    assert matches("^a.$", "a\ud800")


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "[", "(?<!a)b"])
def test_a_pattern_that_needs_more_time_cannot_be_used(pattern: str) -> None:
    with pytest.raises(PatternError, match=r".+"):
        matches(pattern, "a")
    assert unusable({"deep": [{"properties": {"name": {"pattern": pattern}}}]}) == pattern


def test_a_property_that_is_called_pattern_is_none() -> None:
    assert unusable({"properties": {"pattern": {"type": "string"}}}) is None


def test_the_patterns_of_the_contract_can_be_used() -> None:
    assert unusable(Contract.load().document) is None
