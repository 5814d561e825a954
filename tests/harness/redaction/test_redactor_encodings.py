"""A secret is hidden and reported in every encoding, in a body, a header and the name of a header."""

from __future__ import annotations

import json
import random
import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.redaction.guessable import is_guessable
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.strategies.credentials import RIGHT, Credentials
from tests.support.encodings import ENCODINGS, is_readable

TOKENS = ["Token-9C1b7d42", 'quo"te\\back-7f3a91', "ünïcode-7f3a91ß", "a b/c+d=7f3a91", "9f8e7d6c5b4a39281706"]
KEY = "Key-0f3a7c"


def shown(response: Response) -> str:
    """Return everything that a record could show of a response."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n{response.body.decode('latin-1')}\n{response.body.decode(errors='replace')}"


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_token_in_a_body_is_hidden_and_reported(encoding: str, token: str) -> None:
    written = ENCODINGS[encoding](token)
    body = f'{{"message":"who is {written}?"}}'.encode()
    seen = Redactor(Credentials(KEY, token)).response(Response(400, {}, body))
    assert seen.disclosed == "the API token"
    assert not is_readable(token, shown(seen))


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_token_in_a_header_is_hidden_and_reported(encoding: str, token: str) -> None:
    value = ENCODINGS[encoding](token).encode().decode("latin-1").replace("\r\n", "\t")
    seen = Redactor(Credentials(KEY, token)).response(Response(400, {"x-a": value, "x-b": "c"}, b"{}"))
    assert (seen.disclosed, seen.headers["x-b"]) == ("the API token", "c")
    assert not is_readable(token, shown(seen))


@pytest.mark.parametrize("encoding", ["plain", "hex", "hexadecimal escapes"])
def test_a_token_in_the_name_of_a_header_is_hidden_and_reported(encoding: str) -> None:
    name = f"x-{ENCODINGS[encoding](TOKENS[0])}".lower()
    seen = Redactor(Credentials(KEY, TOKENS[0])).response(Response(400, {name: "y"}, b"{}"))
    assert seen.disclosed == "the API token"
    assert not is_readable(TOKENS[0].lower(), shown(seen))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_token_in_what_is_not_kept_of_a_response_is_reported_and_dropped(encoding: str) -> None:
    written = ENCODINGS[encoding](TOKENS[0]).encode()
    redactor = Redactor(Credentials(KEY, TOKENS[0]))
    seen = redactor.response(Response(201, {"x-a": "b"}, b"{}", rest=b"Created\n" + written))
    assert (seen.disclosed, seen.rest) == ("the API token", b"")
    assert redactor.response(Response(201, {"x-a": "b"}, b"{}", rest=b"Created")).disclosed == ""


@pytest.mark.parametrize("raw", ["utf-16-le", "utf-16-be", "latin-1"])
def test_a_token_in_another_character_encoding_is_hidden_and_reported(raw: str) -> None:
    body = f'{{"message":"{TOKENS[2]}"}}'.encode(raw)
    seen = Redactor(Credentials(KEY, TOKENS[2])).response(Response(400, {}, body))
    assert seen.disclosed == "the API token"
    assert TOKENS[2] not in seen.body.decode(raw, errors="replace")


@pytest.mark.parametrize("variant", ["right", "scheme-case", "swapped", "user-case", "password-case", "other-scheme"])
def test_a_header_of_the_suite_that_a_server_shows_is_hidden_and_reported(variant: str) -> None:
    credentials = Credentials(KEY, TOKENS[0])
    seen = Redactor(credentials).response(Response(401, {"x-seen": str(credentials.header(variant))}, b"{}"))
    assert seen.disclosed == "the API token"
    assert not is_readable(TOKENS[0], shown(seen))


def test_a_header_that_is_nearly_right_is_hidden_and_reported() -> None:
    credentials = Credentials(KEY, TOKENS[0])
    for header in (str(credentials.header("password-prefix")), *credentials.near_headers().values()):
        seen = Redactor(credentials).response(Response(401, {"x-seen": header}, b"{}"))
        assert not is_readable(TOKENS[0][:-1], shown(seen))
        assert not is_readable(TOKENS[0][1:], shown(seen))


@pytest.mark.parametrize("encoding", ["JSON", "JSON twice", "JSON escapes", "base64", "percent", "HTML of JSON"])
@pytest.mark.parametrize("token", TOKENS)
def test_json_with_a_hidden_token_is_still_json(encoding: str, token: str) -> None:
    body = json.dumps({"message": f"who is {ENCODINGS[encoding](token)}?", "code": 400}).encode()
    seen = Redactor(Credentials(KEY, token)).response(Response(400, {}, body))
    assert json.loads(seen.body)["code"] == 400
    assert "[hidden]" in json.loads(seen.body)["message"]


def test_every_occurrence_is_hidden() -> None:
    body = " ".join(encode(TOKENS[0]) for encode in ENCODINGS.values()).encode()
    seen = Redactor(Credentials(KEY, TOKENS[0])).response(Response(400, {}, body * 3))
    assert not is_readable(TOKENS[0], shown(seen))


def test_the_client_key_is_hidden_and_not_reported() -> None:
    body = f"{KEY} {ENCODINGS['base64'](KEY)} {ENCODINGS['hex'](KEY)}".encode()
    seen = Redactor(Credentials(KEY, TOKENS[0])).response(Response(409, {"x-key": KEY}, body))
    assert (seen.disclosed, seen.body) == ("", b"[hidden] [hidden] [hidden]")
    assert seen.headers == {"x-key": "[hidden]"}


@pytest.mark.parametrize("text", ["", "token", RIGHT, "Token-9C1b", "VG9rZW4", "who is Token-9C1b7?"])
def test_a_text_without_a_secret_is_left_as_it_is(text: str) -> None:
    sent = Response(201, {"location": text}, text.encode())
    assert Redactor(Credentials(KEY, TOKENS[0])).response(sent) is sent


characters = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Cn"))

encodings = st.sampled_from(sorted(ENCODINGS))


@settings(derandomize=True, deadline=None, max_examples=150)
@example('"\\"\\"\\"\\"\\', "JSON twice", "JSON")
@example("%41%42%43%44", "percent", "plain")
@given(st.text(characters, min_size=8, max_size=40), encodings, encodings)
def test_any_token_is_found_in_two_encodings_inside_each_other(token: str, inner: str, outer: str) -> None:
    assume(not is_guessable(token))
    assume("twice" not in inner + outer and " of " not in inner + outer)
    written = ENCODINGS[outer](ENCODINGS[inner](token))
    seen = Redactor(Credentials(KEY, token)).response(Response(400, {}, f"<{written}>".encode()))
    assert seen.disclosed == "the API token"


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=300), st.binary(max_size=300))
def test_random_texts_hold_no_secret(text: str, content: bytes) -> None:
    redactor = Redactor(Credentials(KEY, TOKENS[0]))
    assert redactor.hide(text) == text
    assert redactor.hide_bytes(content) == content


@pytest.mark.slow  # 3 s of CPU: two thousand tokens
def test_none_of_2000_drawn_tokens_can_be_read_and_each_is_reported() -> None:
    dice = random.Random(7)  # noqa: S311 - the same tokens each time
    letters, names = string.ascii_letters + string.digits + '-_+/="\\é&%:', list(ENCODINGS)
    missed = []
    for number in range(2000):
        token, encoding = "".join(dice.choices(letters, k=dice.randrange(12, 33))), names[number % len(names)]
        written, redactor = ENCODINGS[encoding](token), Redactor(Credentials(KEY, token))
        value = written.encode().decode("latin-1").replace("\r\n", "\t")
        for sent in (Response(400, {}, f'{{"message":"{written}"}}'.encode()), Response(400, {"x-a": value}, b"{}")):
            seen = redactor.response(sent)
            if seen.disclosed != "the API token" or is_readable(token, shown(seen), layers=2):
                missed.append((encoding, token))
    assert missed == []
