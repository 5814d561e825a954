"""Features that a target may lack."""

from __future__ import annotations

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.features import Feature, cause, lacking, parse_features

FEATURES = Contract.load().extension.features


def test_a_feature_that_includes_a_lacking_one_is_lacking_too() -> None:
    assert lacking(FEATURES, ["authentication"]) == {
        "authentication": "authentication",
        "credentials": "authentication",
    }


def test_the_included_feature_is_not_lacking_with_the_other_one() -> None:
    assert lacking(FEATURES, ["credentials"]) == {"credentials": "credentials"}


def test_nothing_is_lacking_without_a_declaration() -> None:
    assert lacking(FEATURES, []) == {}


def test_the_cause_is_the_declared_feature() -> None:
    lacks = lacking(FEATURES, ["authentication"])
    assert cause(["credentials", "memory"], lacks) == "authentication"
    assert cause(["memory"], lacks) is None


@pytest.mark.parametrize("name", FEATURES)
def test_each_feature_is_shown_by_a_requirement_that_needs_it(name: str) -> None:
    requirements = Contract.load().requirements.values()
    shown = [one for one in requirements if FEATURES[name].is_shown_by(one.id)]
    assert shown
    assert all(name in one.needs for one in shown)


def test_requirements_on_every_response_need_no_feature() -> None:
    requirements = Contract.load().requirements.values()
    assert not any(one.needs for one in requirements if one.id.startswith("create/any/"))


def test_a_feature_that_includes_an_unknown_one_is_rejected() -> None:
    with pytest.raises(ValueError, match="includes 'taste', which is not there"):
        parse_features({"smell": {"text": "smells", "shown_by": ["*"], "includes": "taste"}})


def test_patterns_match_ids_without_the_name_of_the_contract() -> None:
    feature = Feature("memory", "remembers", ("409/duplicate",))
    assert feature.is_shown_by("create/409/duplicate")
    assert not feature.is_shown_by("create/409/duplicate/again")


def test_a_requirement_is_lacked_because_of_the_declared_feature() -> None:
    lacked = Contract.load().lacked(["authentication"])
    assert lacked["create/request/credentials/wrong-password"] == "authentication"
    assert "create/409/duplicate" not in lacked
