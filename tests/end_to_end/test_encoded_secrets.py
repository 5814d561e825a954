"""A server that shows the API token in another encoding in each response: no file holds it, and each is reported."""

from __future__ import annotations

import gzip
import html
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.credentials import TOKEN_VARIABLE
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.strategies.credentials import Credentials
from tests.support.encodings import ENCODINGS, is_readable
from tests.support.runs import CONTRACT, CREDENTIALS
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow  # 20 s of CPU: whole runs whose responses are decoded in every way

TOKENS = ['Tk"9C1b\\7d42/e0', "tökén+9C1b7d42e0", "0123456789abcdef01234567"]
# In the name of a header, which is received in lower case, base64 cannot be decoded.
_OF_NAMES = ("plain", "hex", "upper hex")


class ShowsToken(Service):
    """Shows the token in each response: in a body, in a header, in the name of a header, in each encoding in turn."""

    def set_up(self) -> None:
        """Begin with the first pair of place and encoding."""
        names = [("name", name) for name in _OF_NAMES]
        self.turns = itertools.cycle([*names, *itertools.product(("body", "header"), ENCODINGS)])
        self.lock = threading.Lock()

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        with self.lock:
            place, encoding = next(self.turns)
        shown = ENCODINGS[encoding](self.api_token).replace("\r\n", "\t").replace("\0", "")
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


def shown_run(terminal: Terminal, token: str) -> tuple[int, str]:
    """Run the suite against the server; return the number of responses and what the console said."""
    service = embedded_service(CONTRACT, Credentials(CREDENTIALS.client_key, token), ShowsToken)
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


@pytest.mark.parametrize("token", TOKENS)
def test_an_encoded_token_is_in_no_file_and_reported_for_every_response(terminal: Terminal, token: str) -> None:
    terminal.monkeypatch.setenv(TOKEN_VARIABLE, token)
    responses, console = shown_run(terminal, token)
    (about,) = [one for one in terminal.report()["requirements"] if one["id"] == "create/any/no-secret"]
    assert (about["verdict"], about["against"]) == ("failed", responses)
    assert responses >= 250
    written = [(path.name, _content(path)) for path in terminal.folder.rglob("*") if path.is_file()]
    assert {"record.jsonl", "ledger.jsonl", "report.html", "junit.xml", "report.json"} <= {name for name, _ in written}
    for name, content in (*written, ("console", console)):
        assert not is_readable(token, html.unescape(content), layers=1), name


def _content(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
