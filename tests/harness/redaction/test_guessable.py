"""Which credentials cannot be told from ordinary text, and what becomes of them."""

from __future__ import annotations

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.credentials import check_guessable
from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.redaction.guessable import is_guessable
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.strategies.credentials import Credentials

WORDS = ["user", "secret", "orders", "referenceId", "CONFORMANT", "Authorization", "application/json", "12345", ""]
SECRETS = ["Token-9C1b7d42", "7f3a91c2", "correct horse battery staple", "k9#v2!x"]


@pytest.mark.parametrize("word", WORDS)
def test_a_short_text_or_a_word_of_the_suite_is_guessable(word: str) -> None:
    assert is_guessable(word)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_random_text_is_not_guessable(secret: str) -> None:
    assert not is_guessable(secret)


@pytest.mark.parametrize("token", WORDS[:-1])
def test_a_real_target_needs_a_token_that_can_be_hidden(token: str) -> None:
    with pytest.raises(InvalidInputError, match=r"short or an ordinary word.*ORDERS_API_TOKEN"):
        check_guessable(Credentials("Key-0f3a7c", token), real=True)


@pytest.mark.parametrize(
    ("credentials", "told"),
    [
        (Credentials("user", "secret"), "ORDERS_CLIENT_KEY and ORDERS_API_TOKEN are short"),
        (Credentials("Key-0f3a7c", "secret"), "ORDERS_API_TOKEN is short"),
        (Credentials("user", "Token-9C1b7d42"), "ORDERS_CLIENT_KEY is short"),
    ],
)
def test_a_mock_may_have_any_credentials(credentials: Credentials, told: str) -> None:
    assert str(check_guessable(credentials, real=False)).startswith(told)


@pytest.mark.parametrize("real", [False, True])
def test_nothing_is_said_of_random_credentials(real: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert check_guessable(Credentials("Key-0f3a7c", "Token-9C1b7d42"), real=real) is None


@pytest.mark.parametrize("credentials", [Credentials("user", "secret"), Credentials("orders", "conformant")])
def test_guessable_credentials_are_hidden_as_a_pair_only(credentials: Credentials) -> None:
    sent = {"x-seen": str(credentials.header())}
    body = f'{{"message":"{credentials.api_token} {credentials.client_key}"}}'.encode()
    seen = Redactor(credentials).response(Response(401, sent, body))
    assert (dict(seen.headers), seen.body) == ({"x-seen": "Basic [hidden]"}, body)
    assert seen.disclosed == "the API token"
