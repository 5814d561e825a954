"""A server that shows the API token in another encoding in each response: no file holds it, and each is reported."""

from __future__ import annotations

import gzip
import html
import itertools
import json
import random
import string
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.credentials import TOKEN_VARIABLE
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.strategies.credentials import Credentials
from tests.support.encodings import ENCODINGS, is_readable
from tests.support.runs import CONTRACT, CREDENTIALS
from tests.support.samples import sampled
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 20 s of CPU: whole runs whose responses are decoded in every way

Encoding = Callable[[str], str]

TOKENS = ['Tk"9C1b\\7d42/e0', "tökén+9C1b7d42e0", "0123456789abcdef01234567"]
# In the name of a header, which is received in lower case, base64 cannot be decoded.
_OF_NAMES = ("plain", "hex", "upper hex")
# Tokens that are drawn; with each the server has 60 encodings, so that there are 2,040 pairs.
_DRAWN = 34
_ALPHABETS = (
    string.ascii_letters + string.digits,
    string.digits + "abcdef",
    string.ascii_letters + string.digits + string.punctuation,
    string.ascii_letters + "äöüßéèñçøåŁżЖдλΩ漢字かな€",
)
# What may be put into another one of these: two layers are found.
_ONE_LAYER = (
    "base64",
    "base64 without padding",
    "base64 for URLs",
    "base64 after one byte",
    "base64 after two bytes",
    "hex",
    "upper hex",
    "JSON escapes",
    "decimal references",
    "hexadecimal references",
    "percent",
)


def drawn_token(chance: random.Random) -> str:
    """Return 16 to 48 characters of an alphabet."""
    return "".join(chance.choices(chance.choice(_ALPHABETS), k=chance.randint(16, 48)))


def drawn_encodings(chance: random.Random) -> Mapping[str, Encoding]:
    """Return every encoding, and as many of one in another."""
    pairs = chance.sample([*itertools.product(_ONE_LAYER, repeat=2)], len(ENCODINGS))
    return {**ENCODINGS, **{f"{outer} of {inner}": composed(outer, inner) for outer, inner in pairs}}


def composed(outer: str, inner: str) -> Encoding:
    """Return one encoding in another."""
    return lambda text: ENCODINGS[outer](ENCODINGS[inner](text))


class ShowsToken(Service):
    """Shows the token in each response: in a body, in a header, in the name of a header, in each encoding in turn."""

    encodings: ClassVar[Mapping[str, Encoding]] = ENCODINGS

    def set_up(self) -> None:
        """Begin with the first pair of place and encoding."""
        names = [("name", name) for name in _OF_NAMES]
        self.turns = itertools.cycle([*names, *itertools.product(("body", "header"), self.encodings)])
        self.lock = threading.Lock()

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        with self.lock:
            place, encoding = next(self.turns)
        shown = self.encodings[encoding](self.api_token).replace("\r\n", "\t").replace("\0", "")
        if place == "body" and response.body.startswith(b"{"):
            told = {**json.loads(response.body), "x-told": shown}
            return replace(response, body=json.dumps(told, ensure_ascii=False).encode())
        if place == "name" and shown.isascii() and shown.isalnum():
            return replace(response, headers=(*response.headers, (f"X-{shown}", "1")))
        value = shown.encode().decode("latin-1")
        return replace(response, headers=(*response.headers, ("X-Told", value)))


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def shown_run(terminal: Terminal, token: str, kind: type[ShowsToken]) -> tuple[int, str]:
    """Run the suite against the server; return the number of responses and what the console said."""
    terminal.monkeypatch.setenv(TOKEN_VARIABLE, token)
    service = embedded_service(CONTRACT, Credentials(CREDENTIALS.client_key, token), kind)
    with serving(service) as url:
        said = terminal.type("run", "--target", url, "--profile", "tenant", "--rate", "0", "--fail-on", "should")
    service.close()
    assert said.status == 1
    record = (terminal.folder / "conformance-report" / "record.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in record]
    answered = [one["response"] for one in events if one["type"] == "exchange" and one["response"]]
    readable = [one for one in answered if is_readable(token, "\n".join(texts(one)), layers=2)]
    assert readable == []
    others = [text for one in events if one["type"] != "exchange" for text in texts(one)]
    assert not is_readable(token, "\n".join(others), layers=1)
    return len(answered), said.output + said.errors


def check_run(terminal: Terminal, token: str, kind: type[ShowsToken] = ShowsToken) -> None:
    """Check that a run finds the token in each response, and that no file has it."""
    responses, console = shown_run(terminal, token, kind)
    (about,) = [one for one in terminal.report()["requirements"] if one["id"] == "create/any/no-secret"]
    assert (about["verdict"], about["against"]) == ("failed", responses)
    assert responses >= 250
    written = [(path.name, _content(path)) for path in terminal.folder.rglob("*") if path.is_file()]
    assert {"record.jsonl", "ledger.jsonl", "report.html", "junit.xml", "report.json"} <= {name for name, _ in written}
    for name, content in (*written, ("console", console)):
        assert not is_readable(token, html.unescape(content), layers=1), name


@pytest.mark.parametrize("token", sampled(TOKENS, 2))
def test_an_encoded_token_is_in_no_file_and_reported_for_every_response(terminal: Terminal, token: str) -> None:
    check_run(terminal, token)


@pytest.mark.parametrize("seed", sampled(range(_DRAWN), 17))
def test_a_drawn_token_in_drawn_encodings_is_in_no_file_and_reported(terminal: Terminal, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for security: the same seed must give the same pairs
    token, encodings = drawn_token(chance), drawn_encodings(chance)
    assert len(encodings) >= 2000 // _DRAWN
    check_run(terminal, token, type("ShowsDrawn", (ShowsToken,), {"encodings": encodings}))


def _content(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
