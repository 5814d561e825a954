"""Replace the credentials in everything that is written or printed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from urllib.parse import quote

from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.strategies.credentials import Credentials

# The text that replaces a secret.
HIDDEN = "[hidden]"
# Characters: a shorter secret occurs in other texts by chance.
SHORTEST_SECRET = 6
# The first two bytes of a gzip file.
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Redactor:
    """Replaces the client key and the API token of an organisation, in every form in which they occur."""

    credentials: Credentials = field(repr=False)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The forms in which a server must not disclose the token: as it is, and the pair `key:token` in base64."""
        pair = f"{self.credentials.client_key}:{self.credentials.api_token}"
        return tuple(form for form in (self.credentials.api_token, _base64(pair)) if form)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms of key and token that are replaced: as they are, in base64 and percent-encoded; longest first.

        A key shorter than `SHORTEST_SECRET` is not replaced, since it occurs in other texts by chance.
        """
        key = self.credentials.client_key if len(self.credentials.client_key) >= SHORTEST_SECRET else ""
        plain = [text for text in (self.credentials.api_token, key) if text]
        encoded = [_base64(text) for text in plain if len(text) >= SHORTEST_SECRET]
        quoted = [quote(text, safe="") for text in plain]
        forms = {*self.secrets, *plain, *encoded, *quoted}
        return tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def hide(self, text: str) -> str:
        """Replace every form of a secret in a text."""
        for form in self.forms:
            text = text.replace(form, HIDDEN)
        return text

    def hide_bytes(self, content: bytes) -> bytes:
        """Replace every form of a secret in bytes."""
        for form in self.forms:
            content = content.replace(form.encode(), HIDDEN.encode())
        return content

    def check_written(self, paths: Iterable[Path]) -> None:
        """Check that no file contains a form of a secret, also as escaped in JSON or HTML; gzip files are unpacked.

        Raises:
            BrokenRunError: a file contains one.

        """
        forms = {
            escaped.encode()
            for form in self.forms
            if len(form) >= SHORTEST_SECRET
            for escaped in (form, json.dumps(form)[1:-1], escape(form))
        }
        for path in paths:
            content = path.read_bytes()
            if content.startswith(_GZIP):
                content += gzip.decompress(content)
            if any(form in content for form in forms):
                message = f"{str(path)!r} holds a secret: delete it, and change the API token if anybody could read it"
                raise BrokenRunError(message)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
