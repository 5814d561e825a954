"""The catalogues of faulty servers, and of different ones that meet the contract."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import pytest

from orders_conformance.mock import different, faulty
from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.lenient import Lenient
from orders_conformance.mock.service import ServerResponse, Service
from orders_conformance.spec.contract import Contract
from tests.support.request_corpus import Sent, answers, corpus

_ALL: Mapping[str, type[Service]] = {**faulty.CATALOGUE, **different.CATALOGUE}


@pytest.fixture(scope="module")
def requests(contract: Contract) -> tuple[Sent, ...]:
    return tuple(corpus(contract))


@pytest.fixture(scope="module")
def embedded(contract: Contract, requests: tuple[Sent, ...]) -> tuple[ServerResponse, ...]:
    return tuple(answers(contract, Service, requests))


def test_catalogues_are_large_enough() -> None:
    assert len(faulty.CATALOGUE) >= 180
    assert len(different.CATALOGUE) >= 40


def test_no_name_stands_in_both_catalogues() -> None:
    assert not faulty.CATALOGUE.keys() & different.CATALOGUE.keys()


def test_every_part_of_a_catalogue_is_in_it() -> None:
    for whole, parts in ((faulty.CATALOGUE, faulty.FAMILIES), (different.CATALOGUE, different.FAMILIES)):
        assert len(whole) == sum(map(len, parts.values()))


def test_a_duplicate_name_is_rejected() -> None:
    catalogue = Catalogue()
    catalogue.add(type("SameName", (Service,), {}))
    with pytest.raises(ValueError, match="two servers are named same-name"):
        catalogue.add(type("SameName", (Service,), {}))
    with pytest.raises(ValueError, match="two servers are named same-name"):
        Catalogue(catalogue, catalogue)


@pytest.mark.parametrize("name", _ALL)
def test_docstrings_are_one_sentence_of_their_own(name: str) -> None:
    docstring = _ALL[name].__doc__
    assert docstring
    assert docstring.endswith(".")
    assert "\n" not in docstring.strip()
    assert docstring not in [parent.__doc__ for parent in _ALL[name].__mro__[1:]]


@pytest.mark.parametrize("name", faulty.CATALOGUE)
def test_faulty_servers_say_what_they_break(contract: Contract, name: str) -> None:
    patterns = faulty.CATALOGUE[name].breaks
    assert patterns
    for pattern in patterns:
        assert any(fnmatchcase(identifier, pattern) for identifier in contract.requirements), pattern


def test_different_servers_break_no_must(contract: Contract) -> None:
    levels = {
        requirement.level
        for server in different.CATALOGUE.values()
        for pattern in server.breaks
        for identifier, requirement in contract.requirements.items()
        if fnmatchcase(identifier, pattern)
    }
    assert levels == {"should"}


@pytest.mark.parametrize("name", [name for name, server in _ALL.items() if not server.wire])
def test_variants_respond_differently_to_some_request(
    contract: Contract, requests: tuple[Sent, ...], embedded: tuple[ServerResponse, ...], name: str
) -> None:
    answered = answers(contract, _ALL[name], requests)
    assert any(one != other for one, other in zip(answered, embedded, strict=True))


@pytest.fixture(scope="module")
def lenient(contract: Contract, requests: tuple[Sent, ...]) -> tuple[ServerResponse, ...]:
    return tuple(answers(contract, Lenient, requests))


@pytest.mark.parametrize(
    "name", [name for name, kind in _ALL.items() if issubclass(kind, Lenient) and name != "lenient"]
)
def test_lenient_variants_respond_differently_from_the_lenient_server(
    contract: Contract, requests: tuple[Sent, ...], lenient: tuple[ServerResponse, ...], name: str
) -> None:
    answered = answers(contract, _ALL[name], requests)
    assert any(one != other for one, other in zip(answered, lenient, strict=True))


@pytest.mark.parametrize("name", different.CATALOGUE)
def test_different_servers_create_a_plain_order(contract: Contract, requests: tuple[Sent, ...], name: str) -> None:
    # One of them asks for a second try of each request.
    tries = answers(contract, different.CATALOGUE[name], requests[:1] * 2)
    assert any(response.status == 201 for response in tries)
