"""Which forms of a secret are hidden."""

from __future__ import annotations

import pytest

from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.strategies.credentials import Credentials
from tests.support.runs import CREDENTIALS

REDACTOR = Redactor(CREDENTIALS)


@pytest.mark.parametrize("form", REDACTOR.forms)
def test_every_form_is_hidden_in_a_text(form: str) -> None:
    assert REDACTOR.hide(f"a {form}, {form}") == f"a {HIDDEN}, {HIDDEN}"


@pytest.mark.parametrize("form", REDACTOR.forms)
def test_every_form_is_hidden_in_bytes(form: str) -> None:
    assert REDACTOR.hide_bytes(b"\xff" + form.encode()) == b"\xff" + HIDDEN.encode()


def test_the_secrets_are_the_token_and_the_encoded_pair() -> None:
    header = str(CREDENTIALS.header())
    assert REDACTOR.secrets == (CREDENTIALS.api_token, header.removeprefix("Basic "))


def test_a_short_client_key_is_not_hidden() -> None:
    assert Redactor(Credentials("shop", "Token-0f3a7c")).hide("a shop") == "a shop"


@pytest.mark.parametrize("shown", [CREDENTIALS, REDACTOR], ids=["credentials", "redactor"])
def test_neither_key_nor_token_is_shown(shown: object) -> None:
    assert REDACTOR.forms
    assert [form for form in REDACTOR.forms if form in repr(shown)] == []
