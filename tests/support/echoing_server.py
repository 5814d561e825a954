"""A server that shows a secret in each response: another one, in another encoding, in another place each time."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.strategies.credentials import Credentials
from tests.support.encodings import ENCODINGS
from tests.support.servers import Answer, Seen

# The name of the header that says which pair of secret and encoding a response shows.
NUMBER = "x-pair"
# Encodings of several layers are not put into another one: two are promised.
_LAYERED = ("twice", " of ", "UTF-8 read", "in lines")
_ALONE = tuple(ENCODINGS)
_DOUBLED = tuple(product([name for name in ENCODINGS if not any(mark in name for mark in _LAYERED)], repeat=2))
_IN_BODIES = ("text", "key", "message")
# What is no text of JSON: no line, no null character.
_PLACES = (*_IN_BODIES, "header", "reason", "interim", "trailer")
# In the name of a header, which is received in lower case, base64 cannot be decoded.
_OF_NAMES = ("plain", "hex", "upper hex")
# The value of a cookie that the server sets, as long as one that is a secret.
_COOKIE = "9c1b7d42e0f35a68bd17"


@dataclass(frozen=True, slots=True)
class Pair:
    """What a response shows.

    Attributes:
        secret: the text that nobody may read anywhere.
        encodings: the names of the encodings, the inner one first.
        written: the text in these encodings.
        place: where the response has it.

    """

    secret: str
    encodings: tuple[str, ...]
    written: str
    place: str


@dataclass
class EchoingServer:
    """Responds as a service does, and shows the next pair of secret and encoding each time.

    Attributes:
        service: what it responds with.
        credentials: what it shows.
        seed: draws the encodings inside each other and the places.
        shown: the pairs that it has shown, by their number.

    """

    service: Service
    credentials: Credentials
    seed: int
    shown: dict[int, Pair] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Begin with the first pair."""
        self._next = zip(count(), _pairs(self.credentials, self.seed), strict=False)

    def respond(self, seen: Seen) -> Answer:
        """Respond to a request."""
        method, path, _version = seen.line.split(" ", 2)
        response = self.service.handle(ServerRequest(method, path, seen.headers, seen.body, str(seen.connection)))
        with self._lock:
            number, pair = next(self._next)
            self.shown[number] = pair
        return Answer(_showing(response, number, pair))


def _pairs(credentials: Credentials, seed: int) -> Iterator[Pair]:
    """Yield each encoding in each place of a body, and the names of headers, and then what is drawn."""
    dice = random.Random(seed)  # noqa: S311 - the same pairs each time
    secrets = (credentials.api_token, f"{credentials.client_key}:{credentials.api_token}")
    for name in _OF_NAMES:
        if credentials.api_token.isascii() and credentials.api_token.isalnum():
            yield Pair(secrets[0], (name,), ENCODINGS[name](secrets[0]), "name")
    for number, name in enumerate(_ALONE):
        secret = secrets[number % 2]
        yield Pair(secret, (name,), ENCODINGS[name](secret), _PLACES[(number + seed) % len(_PLACES)])
    for inner, outer in dice.sample(_DOUBLED, len(_DOUBLED)):
        is_cookie = dice.random() < 0.1
        secret, place = (_COOKIE, "text") if is_cookie else (dice.choice(secrets), dice.choice(_PLACES))
        yield Pair(secret, (inner, outer), ENCODINGS[outer](ENCODINGS[inner](secret)), place)


def _showing(response: ServerResponse, number: int, pair: Pair) -> bytes:
    body, headers = response.body, [f"{name}: {value}" for name, value in response.headers]
    members: dict[str, Any] = json.loads(body) if body.startswith(b"{") else {}
    place = pair.place if members or pair.place not in _IN_BODIES else "header"
    # What a line of a message cannot hold is left out of it; the rest is sent in UTF-8.
    value = pair.written.replace("\r\n", "\t").replace("\0", "").encode().decode("latin-1")
    if place == "text":
        members["x-told"] = pair.written
    elif place == "key":
        members[pair.written] = 1
    elif place == "message":
        members["message"] = f"who is {pair.written}?"
    if place in _IN_BODIES:
        body = json.dumps(members, ensure_ascii=False).encode()
    headers += [f"X-Pair: {number}", f"Set-Cookie: session={_COOKIE}; HttpOnly"]
    headers += [f"X-Told: {value}"] if place == "header" else []
    headers += [f"X-{value}: 1"] if place == "name" else []
    framing = "Transfer-Encoding: chunked" if place == "trailer" else f"Content-Length: {len(body)}"
    interim = f"HTTP/1.1 103 Early Hints\r\nX-Told: {value}\r\n\r\n" if place == "interim" else ""
    line = f"HTTP/1.1 {response.status} {value if place == 'reason' else 'Whatever'}"
    content = b"%x\r\n%s\r\n0\r\nX-Told: %s\r\n\r\n" % (len(body), body, value.encode("latin-1"))
    head = "\r\n".join((f"{interim}{line}", *headers, framing, "", ""))
    return head.encode("latin-1") + (content if place == "trailer" else body)
