"""Credentials are recognised by the bytes of a header; generators and recogniser agree without sharing code."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.oracle.authentication import RECOGNISED, CredentialClassifier
from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.extension import CredentialKinds
from orders_conformance.strategies import credentials as generators
from orders_conformance.strategies.credentials import NEAR_HEADERS, RIGHT, VARIANTS, Credentials, Variant
from tests.strategies.test_credentials import any_credentials, keys, tokens
from tests.support.contract_copies import document_copy
from tests.support.runs import failed
from tests.support.runs import settings as run_settings

CREDENTIALS = Credentials("Key-0f3a", "Token-9C1b7d")
KINDS = Contract.load().extension.credentials
# A contract with a variant that the bytes of a header do not tell.
WIDER = CredentialKinds(
    KINDS.right, {**KINDS.wrong, "of-another-tenant": "the credentials of another tenant"}, KINDS.anonymous
)
LABELS = (*KINDS.right, *WIDER.wrong, "unknown", "")
NEAR = list(CREDENTIALS.near_headers().values())


def variant(header: str | None, label: str = "", kinds: CredentialKinds = KINDS) -> str:
    """Classify a header of a request with a label, compared with `CREDENTIALS`."""
    return CredentialClassifier(kinds, CREDENTIALS).variant(Request(b"", None, header, credentials=label))


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


HEADERS = [
    (None, "none"),
    ("", "none"),
    (basic("Key-0f3a:Token-9C1b7d"), "right"),
    (basic("Key-0f3a:Token-9C1b7d").replace(" ", "  "), "right"),
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
]


@pytest.mark.parametrize(("header", "expected"), HEADERS)
def test_a_header_is_recognised_by_what_is_wrong_with_it(header: str | None, expected: str) -> None:
    assert variant(header) == expected


def test_every_recognised_variant_is_one_of_the_contract_and_can_be_made() -> None:
    assert {*KINDS.right, *KINDS.wrong} >= RECOGNISED
    assert VARIANTS.keys() >= RECOGNISED


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_generators_and_recogniser_agree_whatever_key_and_token(credentials: Credentials) -> None:
    classifier = CredentialClassifier(KINDS, credentials)
    made = {
        name: Request(b"", None, credentials.header(name), credentials=name if name not in RECOGNISED else "")
        for name in credentials.variants()
    }
    assert {name: classifier.variant(request) for name, request in made.items()} == {name: name for name in made}


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_the_right_header_is_right_whatever_key_and_token(credentials: Credentials) -> None:
    assert CredentialClassifier(KINDS, credentials).is_right(credentials.header())


@settings(derandomize=True, deadline=None)
@given(any_credentials)
def test_near_headers_are_wrong_whatever_key_and_token(credentials: Credentials) -> None:
    classifier = CredentialClassifier(KINDS, credentials)
    assert not [name for name, header in credentials.near_headers().items() if classifier.is_right(header)]


@settings(derandomize=True, deadline=None)
@given(any_credentials, st.text(max_size=40))
def test_every_header_is_recognised(credentials: Credentials, header: str) -> None:
    assert CredentialClassifier(KINDS, credentials).variant(Request(b"", None, header)) in RECOGNISED


@settings(derandomize=True, deadline=None)
@given(any_credentials, keys, tokens)
def test_other_credentials_are_never_right(credentials: Credentials, key: str, token: str) -> None:
    other = Credentials(key, token)
    assume(other != credentials)
    assert not CredentialClassifier(KINDS, credentials).is_right(other.header())


@pytest.mark.parametrize("wrong", KINDS.wrong)
def test_a_generator_that_makes_the_right_header_for_a_wrong_variant_is_seen(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    mistaken = Variant(VARIANTS[RIGHT].header, VARIANTS[wrong].shell)
    monkeypatch.setattr(generators, "VARIANTS", {**VARIANTS, wrong: mistaken})
    assert variant(CREDENTIALS.header(wrong), label=wrong) == RIGHT


@pytest.mark.parametrize("header", [basic("Key-other:Token-9C1b7d"), basic("Key-0f3a:Token-other"), "Digest x"])
def test_a_label_names_a_variant_that_the_bytes_do_not_show(header: str) -> None:
    assert variant(header, "of-another-tenant", WIDER) == "of-another-tenant"


@pytest.mark.parametrize("header", [None, basic(":"), basic("Key-0f3a:"), basic("Token-9C1b7d:Key-0f3a")])
def test_a_label_does_not_name_what_stands_for_one_header_only(header: str | None) -> None:
    assert variant(header, "of-another-tenant", WIDER) == variant(header)


@pytest.mark.parametrize(("header", "expected"), HEADERS)
def test_a_label_does_not_override_the_bytes(header: str | None, expected: str) -> None:
    assert {variant(header, label, WIDER) for label in RECOGNISED} == {expected}


def test_a_label_that_the_contract_does_not_list_is_ignored() -> None:
    assert variant(basic("Key-other:other"), "of-another-tenant") == "wrong-user"


@pytest.mark.parametrize("label", LABELS)
def test_no_label_makes_wrong_credentials_right(label: str) -> None:
    headers = [*(CREDENTIALS.header(one) for one in KINDS.wrong), *NEAR]
    assert not [header for header in headers if variant(header, label, WIDER) in KINDS.right]


@pytest.mark.parametrize("label", LABELS)
def test_no_label_makes_right_credentials_wrong(label: str) -> None:
    assert [variant(CREDENTIALS.header(right), label, WIDER) for right in KINDS.right] == list(KINDS.right)


def test_a_header_that_is_close_to_the_right_one_has_a_general_variant() -> None:
    assert {variant(header) for header in NEAR} <= RECOGNISED - {"none", *KINDS.right}
    assert len(NEAR) == len(NEAR_HEADERS)


class AcceptsDigest(Service):
    """Accepts the API token with the scheme Digest."""

    def credentials(self, header: str | None) -> tuple[str, str] | None:
        if header == f"Digest {self.api_token}":
            return self.client_key, self.api_token
        return super().credentials(header)


@pytest.fixture
def with_digest(monkeypatch: pytest.MonkeyPatch) -> Contract:
    """Add a variant: one entry of the generators, and one line of the contract."""
    digest = Variant(lambda _key, token: f"Digest {token}", '-H "Authorization: Digest $TOKEN"')
    monkeypatch.setitem(cast("dict[str, Variant]", VARIANTS), "digest", digest)
    document = document_copy()
    document["x-conformance"]["credentials"]["wrong"]["digest"] = "the API token with the scheme Digest"
    return Contract.from_document(document)


def run(contract: Contract, kind: type[Service]) -> DryRun:
    return dry_run(replace(run_settings("tenant"), contract=contract, selected=tuple(contract.requirements)), kind)


def test_a_new_variant_is_sent_and_judged(with_digest: Contract) -> None:
    verdicts = run(with_digest, Service).conclusion.verdicts
    assert {verdicts[f"create/request/credentials/{one}"] for one in with_digest.extension.credentials.wrong} == {
        "passed"
    }


def test_a_server_that_accepts_a_new_variant_is_found_and_its_command_is_written(with_digest: Contract) -> None:
    found = run(with_digest, AcceptsDigest)
    assert failed(found) == {"request/credentials/digest"}
    findings = [event for event in found.events if event["type"] == "finding"]
    assert all('-H "Authorization: Digest $ORDERS_API_TOKEN"' in event["curl"] for event in findings)
