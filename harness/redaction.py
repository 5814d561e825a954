"""Check that no file that was written holds a secret."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.strategies.credentials import SHORTEST_SECRET, Credentials

# What a file in gzip begins with.
_GZIP = b"\x1f\x8b"


def check_written(paths: Iterable[Path], credentials: Credentials) -> None:
    """See that no file holds a form of the credentials.

    Raises:
        BrokenRunError: one does.

    """
    forms = {
        written.encode()
        for form in credentials.forms()
        if len(form) >= SHORTEST_SECRET
        for written in (form, json.dumps(form)[1:-1], escape(form))
    }
    for path in paths:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content += gzip.decompress(content)
        if any(form in content for form in forms):
            message = f"{str(path)!r} holds a secret: delete it, and change the API token if anybody could read it"
            raise BrokenRunError(message)
