"""Credentials: every variant can be made, and no wrong one authenticates."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies import credentials as generators
from orders_conformance.strategies.credentials import RIGHT, VARIANTS, Credentials, Variant
from orders_conformance.strategies.generated.headers import other_media_types, wrong_headers
from tests.support.classified_orders import CREDENTIALS

KINDS = Contract.load().extension.credentials

keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=":"), min_size=1)
tokens = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
any_credentials = st.builds(Credentials, keys, tokens)


def is_accepted(header: str | None, credentials: Credentials) -> bool:
    """Whether a server that decodes a header as RFC 7617 says accepts it."""
    scheme, _, encoded = (header or "").partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return False
    return scheme.lower() == "basic" and pair == f"{credentials.client_key}:{credentials.api_token}"


def test_the_variants_are_those_of_the_contract() -> None:
    assert set(VARIANTS) == set(CREDENTIALS.variants()) == {*KINDS.right, *KINDS.wrong}


def test_an_unknown_variant_raises_keyerror() -> None:
    with pytest.raises(KeyError):
        CREDENTIALS.header("surprise")


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_every_right_variant_is_right(credentials: Credentials) -> None:
    assert [variant for variant in KINDS.right if not is_accepted(credentials.header(variant), credentials)] == []


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_no_wrong_variant_is_right(credentials: Credentials) -> None:
    listed = [variant for variant in credentials.variants() if variant in KINDS.wrong]
    assert [variant for variant in listed if is_accepted(credentials.header(variant), credentials)] == []


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_no_two_variants_have_the_same_header(credentials: Credentials) -> None:
    headers = [credentials.header(variant) for variant in credentials.variants()]
    assert len(set(headers)) == len(headers)


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_no_near_header_is_right(credentials: Credentials) -> None:
    assert not [name for name, header in credentials.near_headers().items() if is_accepted(header, credentials)]


@settings(derandomize=True, deadline=None)
@given(wrong_headers(CREDENTIALS))
def test_random_headers_are_wrong(header: str) -> None:
    assert not is_accepted(header, CREDENTIALS)


@settings(derandomize=True, deadline=None)
@given(other_media_types(["application/xml"]))
def test_random_media_types_are_not_json(media_type: str) -> None:
    assert "json" not in media_type
    assert "/" in media_type


def test_a_token_without_letters_has_no_other_case() -> None:
    assert "password-case" not in Credentials("Key", "0123-456").variants()


def test_a_token_of_one_character_has_no_prefix() -> None:
    assert "password-prefix" not in Credentials("Key", "x").variants()


def test_a_wrong_variant_with_the_right_header_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    mistaken = Variant(VARIANTS[RIGHT].header, "")
    monkeypatch.setattr(generators, "VARIANTS", {**VARIANTS, "wrong-user": mistaken})
    assert "wrong-user" not in CREDENTIALS.variants()


def test_neither_key_nor_token_is_in_the_repr() -> None:
    assert CREDENTIALS.client_key not in repr(CREDENTIALS)
    assert CREDENTIALS.api_token not in repr(CREDENTIALS)


def test_a_header_that_no_request_can_have_is_left_out() -> None:
    names = Credentials("key", "\N{GREEK SMALL LETTER OMEGA}mega-7f3a91").near_headers()
    assert "token as bearer" not in names
    assert "token and a letter" in names
