"""Credentials: a variant and its header are each other's inverse, and a wrong one is never right."""

from __future__ import annotations

import base64

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.generated.headers import other_media_types, wrong_headers
from tests.strategies.classifying import CREDENTIALS

LET_IN = {RIGHT, "scheme-case"}
WAYS = Contract.load().extension.credentials
VARIANTS = (*WAYS.right, *WAYS.wrong)

keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=":"), min_size=1)
tokens = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
any_credentials = st.builds(Credentials, keys, tokens)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def lets_in(header: str | None, credentials: Credentials) -> bool:
    """Whether a server that decodes a header as RFC 7617 says lets it in."""
    scheme, _, encoded = (header or "").partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return False
    return scheme.lower() == "basic" and pair == f"{credentials.client_key}:{credentials.api_token}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_of_the_contract_can_be_made_and_told(variant: str) -> None:
    assert CREDENTIALS.variant(CREDENTIALS.header(variant)) == variant


def test_there_are_no_variants_beyond_the_contract() -> None:
    assert set(CREDENTIALS.variants()) == set(VARIANTS)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(KeyError):
        CREDENTIALS.header("surprise")


@pytest.mark.parametrize(
    ("header", "variant"),
    [
        (None, "none"),
        ("", "none"),
        (basic("Key-0f3a:Token-9C1b7d"), "right"),
        (basic("Key-0f3a:Token-9C1b7d").replace("Basic", "bAsIc"), "scheme-case"),
        (basic("Key-0f3a:Token-other"), "wrong-password"),
        (basic("Key-other:Token-9C1b7d"), "wrong-user"),
        (basic("Key-other:other"), "wrong-user"),
        (basic("Key-0f3a:"), "empty-password"),
        (basic(":Token-9C1b7d"), "wrong-user"),
        (basic(":"), "empty"),
        (basic("Key-0f3a:Token"), "password-prefix"),
        (basic("Key-0f3a:Token-9C1b7d-and-more"), "password-longer"),
        (basic("key-0F3A:Token-9C1b7d"), "user-case"),
        (basic("Key-0f3a:token-9c1b7d"), "password-case"),
        (basic("Token-9C1b7d:Key-0f3a"), "swapped"),
        (basic("Key-0f3a"), "undecodable"),
        ("Basic", "undecodable"),
        ("Basic ***", "undecodable"),
        (basic("Key-0f3a:Token-9C1b7d")[:-2], "undecodable"),
        (f"Basic {base64.b64encode(bytes([0xFF, 0x3A])).decode()}", "undecodable"),
        (basic("Key-0f3a:Token-9C1b7d").replace("Basic", "Bearer"), "other-scheme"),
        ("Digest username=x", "other-scheme"),
    ],
)
def test_a_header_is_told_by_what_is_wrong_with_it(header: str | None, variant: str) -> None:
    assert CREDENTIALS.variant(header) == variant


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_the_right_header_is_known_whatever_key_and_token(credentials: Credentials) -> None:
    assert credentials.variant(credentials.header()) == RIGHT
    assert lets_in(credentials.header(), credentials)


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_no_wrong_variant_has_the_right_header(credentials: Credentials) -> None:
    for variant in set(credentials.variants()) - LET_IN:
        assert not lets_in(credentials.header(variant), credentials), variant


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_the_variants_of_any_key_and_token_are_told_apart(credentials: Credentials) -> None:
    headers = {variant: credentials.header(variant) for variant in credentials.variants()}
    assert len(set(headers.values())) == len(headers)
    assert {variant: credentials.variant(header) for variant, header in headers.items()} == {
        variant: variant for variant in headers
    }


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_no_near_header_is_right(credentials: Credentials) -> None:
    assert not [name for name, header in credentials.near_headers().items() if lets_in(header, credentials)]


@settings(derandomize=True, deadline=None)
@given(any_credentials, st.text(max_size=40))
def test_every_header_has_a_variant(credentials: Credentials, header: str) -> None:
    assert credentials.variant(header) in VARIANTS


@settings(derandomize=True, deadline=None)
@given(any_credentials, keys, tokens)
def test_other_credentials_are_never_right(credentials: Credentials, key: str, token: str) -> None:
    other = Credentials(key, token)
    assume(other != credentials)
    assert credentials.variant(other.header()) not in LET_IN


@settings(derandomize=True, deadline=None)
@given(wrong_headers(CREDENTIALS))
def test_random_headers_are_wrong(header: str) -> None:
    assert not lets_in(header, CREDENTIALS)


@settings(derandomize=True, deadline=None)
@given(other_media_types(["application/xml"]))
def test_random_media_types_are_not_json(media_type: str) -> None:
    assert "json" not in media_type
    assert "/" in media_type


def test_a_token_without_letters_has_no_other_case() -> None:
    assert "password-case" not in Credentials("Key", "0123-456").variants()


def test_a_token_of_one_character_has_no_prefix() -> None:
    assert "password-prefix" not in Credentials("Key", "x").variants()


def test_neither_key_nor_token_is_shown() -> None:
    assert CREDENTIALS.client_key not in repr(CREDENTIALS)
    assert CREDENTIALS.api_token not in repr(CREDENTIALS)
