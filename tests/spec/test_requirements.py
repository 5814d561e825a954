"""The requirements: named, worded by their level, and enumerated from the document alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orders_conformance.spec.contract import Contract, ContractError

WORDS = {"must": "MUST", "should": "SHOULD", "info": "Not specified"}


def test_there_are_at_least_120_requirements(contract: Contract) -> None:
    assert len(contract.requirements) >= 120


def test_every_requirement_is_found_by_its_id_and_by_its_family_and_subject(contract: Contract) -> None:
    for identifier, requirement in contract.requirements.items():
        assert requirement.id == identifier
        assert contract.find(requirement.family, *requirement.subject) is requirement


def test_two_requirements_with_one_id_are_refused(document: dict[str, Any]) -> None:
    rules = document["x-conformance"]["rules"]
    rules["recycled_reference"]["id"] = rules["duplicate"]["id"]
    with pytest.raises(ContractError, match="two requirements have the id 'create/409/duplicate'"):
        Contract.from_document(document)


def test_no_two_requirements_say_the_same(contract: Contract) -> None:
    sentences = [requirement.sentence for requirement in contract.requirements.values()]
    assert len(set(sentences)) == len(sentences)


def test_the_word_of_a_sentence_is_that_of_its_level(contract: Contract) -> None:
    for requirement in contract.requirements.values():
        assert set(re.findall("MUST|SHOULD|MAY|^Not specified", requirement.sentence)) == {WORDS[requirement.level]}, (
            requirement.id
        )


def test_sentences_are_whole(contract: Contract) -> None:
    for requirement in contract.requirements.values():
        assert requirement.sentence[0].isupper()
        assert requirement.sentence.endswith(".")
        assert not re.search(r"[{}\n]|None", requirement.sentence), requirement.sentence


def test_every_requirement_names_its_source(contract: Contract) -> None:
    for requirement in contract.requirements.values():
        assert requirement.source
        assert not re.search("[{}]", requirement.source)


def test_ids_are_paths_of_named_parts(contract: Contract) -> None:
    for identifier in contract.requirements:
        assert re.fullmatch(r"create(/[A-Za-z0-9_-]+)+", identifier), identifier
        assert identifier.split("/")[1] in {"request", "any", *map(str, [*contract.responses, 415])}


def test_every_documented_value_has_a_requirement(contract: Contract) -> None:
    for field in contract.fields.values():
        for value in field.enum:
            assert f"create/request/{field.name}/enum/{value}" in contract.requirements


def test_every_request_field_has_a_requirement_on_its_type(contract: Contract) -> None:
    for name in contract.fields:
        assert contract.requirements[f"create/request/{name}/type"].level == "must"


def test_a_required_field_must_be_there_and_not_be_null(contract: Contract) -> None:
    for field in contract.fields.values():
        expected = {"required", "null_required"} if field.required else {"optional", "null_optional"}
        others = {"required", "null_required", "optional", "null_optional"} - expected
        assert all(contract.find(family, field.name) for family in expected)
        assert not any(contract.find(family, field.name) for family in others)


def test_every_documented_reply_field_has_requirements_on_presence_and_type(contract: Contract) -> None:
    for response in contract.responses.values():
        for field in response.fields:
            for family in ("present", "type"):
                identifier = f"create/{response.status}/{'/'.join(field.path)}/{family}"
                assert contract.requirements[identifier].level == "must"


def test_formats_are_no_more_than_recommended(contract: Contract) -> None:
    families = ("format", "offset", "fraction", "reply_format")
    assert {one.level for family in families for one in contract.family(family)} == {"should"}


def test_an_unknown_family_or_subject_is_not_found(contract: Contract) -> None:
    assert contract.find("type", "nothing") is None
    assert contract.find("nothing") is None


def test_an_unknown_level_is_refused(document: dict[str, Any]) -> None:
    document["x-conformance"]["rules"]["duplicate"]["level"] = "perhaps"
    with pytest.raises(ContractError, match="perhaps"):
        Contract.from_document(document)
