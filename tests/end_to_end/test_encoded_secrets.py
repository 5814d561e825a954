"""A server that shows the credentials in another encoding in each response: no file has them, and each is reported."""

from __future__ import annotations

import gzip
import html
import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.credentials import TOKEN_VARIABLE
from orders_conformance.strategies.credentials import Credentials
from tests.support.echoing_server import NUMBER, EchoingServer, Pair
from tests.support.encodings import is_readable
from tests.support.runs import CONTRACT, CREDENTIALS
from tests.support.samples import sampled
from tests.support.servers import listening
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 20 s of CPU: whole runs whose responses are decoded in every way


def _drawn(seed: int, characters: str, length: int) -> str:
    return "".join(random.Random(seed).choices(characters, k=length))  # noqa: S311 - the same token each time


_ALPHABET = string.ascii_letters + string.digits
# With each of them a run has 250 responses: 2,000 pairs of token and encoding in all.
TOKENS = [
    'Tk"9C1b\\7d42/e0',
    "0123456789abcdef01234567",
    "tökén+9C1b7d42e0",
    "%41&amp;\\u0041=7f3a",
    _drawn(1, _ALPHABET, 300),
    _drawn(2, _ALPHABET + "-_+/=", 64),
    _drawn(3, "\"\\'<>&%;é" + string.digits, 24),
    "\N{GREEK SMALL LETTER OMEGA}mega-\N{CJK UNIFIED IDEOGRAPH-6F22}-7f3a91",
]


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def judged(terminal: Terminal, server: EchoingServer) -> str:
    """Run the suite against the server; return what the console said."""
    with listening(server.respond) as there:
        said = terminal.type(
            "run", "--target", there.url, "--profile", "tenant", "--rate", "0", "--fail-on", "should", "-k", "no-secret"
        )
    server.service.close()
    assert said.status == 1
    return said.output + said.errors


def exchanges(terminal: Terminal, shown: dict[int, Pair]) -> Iterator[tuple[dict[str, Any], Pair]]:
    """Yield each recorded response with what it showed."""
    for line in (terminal.folder / "conformance-report" / "record.jsonl").read_text("utf-8").splitlines():
        event = json.loads(line)
        if event["type"] == "exchange" and event["response"]:
            yield event["response"], shown[int(dict(event["response"]["headers"])[NUMBER])]


@pytest.mark.parametrize("seed", sampled(range(len(TOKENS)), 4))
def test_encoded_credentials_are_in_no_file_and_reported_for_every_response(terminal: Terminal, seed: int) -> None:
    credentials = Credentials(CREDENTIALS.client_key, TOKENS[seed])
    terminal.monkeypatch.setenv(TOKEN_VARIABLE, credentials.api_token)
    server = EchoingServer(embedded_service(CONTRACT, credentials), credentials, seed)
    console = judged(terminal, server)
    found = list(exchanges(terminal, server.shown))
    assert [pair for response, pair in found if "disclosed" not in response] == []
    assert [pair for response, pair in found if is_readable(pair.secret, "\n".join(texts(response)), layers=2)] == []
    assert len({pair for _, pair in found}) == len(server.shown) >= 250
    (about,) = [one for one in terminal.report()["requirements"] if one["id"] == "create/any/no-secret"]
    assert (about["verdict"], about["against"]) == ("failed", len(found))
    written = [(path.name, _content(path)) for path in terminal.folder.rglob("*") if path.is_file()]
    assert {"record.jsonl", "ledger.jsonl", "report.html", "junit.xml", "report.json"} <= {name for name, _ in written}
    for name, content in (*written, ("console", console)):
        for secret in {pair.secret for pair in server.shown.values()}:
            assert not is_readable(secret, html.unescape(content), layers=1), name


def _content(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
