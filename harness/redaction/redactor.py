"""Hide the credentials of an organisation, and the cookies of the target, in everything that is kept or printed.

A response is hidden as soon as it is received, before anything is cut, compared or stored: what is made of it later
cannot disclose a secret. The texts of the suite are hidden as well, in case a secret reaches them another way.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote

from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.redaction.guessable import is_guessable
from orders_conformance.harness.redaction.matcher import HIDDEN, Matcher
from orders_conformance.strategies.credentials import Credentials

# Characters: of a token that is so long, a part that lacks one character is as good as the whole.
_LONG_SECRET = 10
# Characters: a cookie may be a word; one that is so long, and shown in a body, is taken for a secret that is disclosed.
_SHORTEST_COOKIE, _LONG_COOKIE = 8, 20
# Lists of header names that are remembered to hold no secret.
_MOST_NAMES = 64
_TOKEN, _COOKIE = "the API token", "a cookie that the target set"
# The first two bytes of a gzip file.
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Redactor:
    """Replaces the client key, the API token and cookies, in every form in which they occur.

    Attributes:
        credentials: the client key and the API token.
        cookies: the values of the cookies that the target has set.

    """

    credentials: Credentials = field(repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The forms in which a server must not disclose the token: as it is, and the pair `key:token` in base64."""
        return (self.credentials.api_token, _base64(self._pair))

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms of key and token that are replaced: as they are, in base64 and percent-encoded; longest first.

        Where one is guessable, it is replaced only as a part of the pair.
        """
        plain = [text for text in (self.credentials.api_token, self.credentials.client_key) if not is_guessable(text)]
        encoded = [_base64(text) for text in plain]
        quoted = [quote(text, safe="") for text in plain]
        forms = {_base64(self._pair), *plain, *encoded, *quoted}
        return tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def response(self, response: Response) -> Response:
        """Return a response without secrets, which says what it disclosed; values of `Set-Cookie` are hidden always."""
        headers, in_rest = response.headers, self._is_in_rest(response.rest)
        if _SET_COOKIE in headers:
            headers = {**headers, _SET_COOKIE: HIDDEN}
            response = replace(response, headers=headers)
        if response.rest:
            response = replace(response, rest=b"", disclosed=_TOKEN if in_rest else "")
        names, values = "\n".join(headers).encode(), "\n".join(headers.values()).encode()
        in_headers = self._every.finds(values) or self._is_in_names(names)
        in_body = self._every.finds(response.body)
        if not (in_headers or in_body):
            return response
        disclosed = response.disclosed
        if self._token.finds(values) or self._is_in_names(names) or self._token.finds(response.body):
            disclosed = _TOKEN
        elif not disclosed and self._long_cookies.finds(response.body):
            disclosed = _COOKIE
        if in_headers:
            headers = {self._hide_name(name): self.hide(value) for name, value in headers.items()}
        body = self.hide_bytes(response.body) if in_body else response.body
        return replace(response, headers=headers, body=body, disclosed=disclosed)

    def hide(self, text: str) -> str:
        """Replace every secret in a text."""
        content = text.encode("utf-8", "surrogatepass")
        return text if not self._every.finds(content) else self._hidden(content).decode("utf-8", "surrogatepass")

    def hide_bytes(self, content: bytes) -> bytes:
        """Replace every secret in bytes."""
        return content if not self._every.finds(content) else self._hidden(content)

    def knowing(self, cookies: Iterable[str]) -> Redactor:
        """Return one that replaces the values of cookies as well."""
        return replace(self, cookies=tuple(cookies))

    def check_written(self, paths: Iterable[Path]) -> None:
        """Check that no file contains a secret in any encoding; gzip files are unpacked.

        Raises:
            BrokenRunError: a file contains one.

        """
        for path in paths:
            content = path.read_bytes()
            if content.startswith(_GZIP):
                content += gzip.decompress(content)
            if self._every.finds(content):
                message = f"{str(path)!r} holds a secret: delete it, and change the API token if anybody could read it"
                raise BrokenRunError(message)

    @property
    def _pair(self) -> str:
        return f"{self.credentials.client_key}:{self.credentials.api_token}"

    @cached_property
    def _whole(self) -> Matcher:
        """Key, token and cookies; they are hidden before parts of the token are."""
        plain = (self.credentials.api_token, self.credentials.client_key)
        cookies = (cookie for cookie in self.cookies if len(cookie) >= _SHORTEST_COOKIE)
        return Matcher((self._pair, *(text for text in plain if not is_guessable(text)), *cookies))

    @cached_property
    def _token(self) -> Matcher:
        """The token, with what nearly is the token: some wrong credentials of the suite are made of it."""
        return Matcher((self._pair, *_near(self.credentials.api_token)))

    @cached_property
    def _every(self) -> Matcher:
        return Matcher((*self._whole.secrets, *self._token.secrets))

    @cached_property
    def _is_in_names(self) -> Callable[[bytes], bool]:
        """Whether header names, whose letters are received in lower case, hold the token; most are always the same."""
        forms = _near(self.credentials.api_token)
        matcher = Matcher((*forms, *(form.lower() for form in forms)))
        return lru_cache(_MOST_NAMES)(matcher.finds)

    @cached_property
    def _is_in_rest(self) -> Callable[[bytes], bool]:
        """Whether what is not kept of a response holds the token; most of it is always the same."""
        return lru_cache(_MOST_NAMES)(self._token.finds)

    @cached_property
    def _long_cookies(self) -> Matcher:
        return Matcher(cookie for cookie in self.cookies if len(cookie) >= _LONG_COOKIE)

    def _hide_name(self, name: str) -> str:
        return HIDDEN if self._is_in_names(name.encode()) or self._every.finds(name.encode()) else name

    def _hidden(self, content: bytes) -> bytes:
        return self._token.hide(self._whole.hide(content))


_SET_COOKIE = "set-cookie"


def _near(token: str) -> tuple[str, ...]:
    """Return a token and what is as good as it: in the other case, and where it is long, without its first or last."""
    if is_guessable(token):
        return ()
    cases = (token, token.swapcase())
    # Each part is also found in the whole.
    return cases if len(token) < _LONG_SECRET else tuple(part for one in cases for part in (one[:-1], one[1:]))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
