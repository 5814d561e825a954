"""Ways in which a server may write a text, and a decoder that finds a text in whatever was written.

Nothing here is shared with the suite, whose own decoder would make the same mistakes.
"""

from __future__ import annotations

import base64
import codecs
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping

_RUN = re.compile(r"[A-Za-z0-9+/\-_]{8,}")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{8,}")
_LAYERS = 3


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _each(template: str) -> Callable[[str], str]:
    return lambda text: "".join(template % ord(character) for character in text)


def _lines(text: str) -> str:
    whole = _b64(text.encode())
    return "\r\n".join(whole[at : at + 8] for at in range(0, len(whole), 8))


ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda text: _b64(text.encode()),
    "base64 without padding": lambda text: _b64(text.encode()).rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 after one byte": lambda text: _b64(b"x" + text.encode()),
    "base64 after two bytes": lambda text: _b64(b"xy" + text.encode() + b"z"),
    "base64 with escaped slashes": lambda text: _b64(text.encode()).replace("/", r"\/"),
    "base64 in lines": _lines,
    "base64 of UTF-16": lambda text: _b64(text.encode("utf-16-le")),
    "base64 twice": lambda text: _b64(_b64(text.encode()).encode()),
    "base64 of hex": lambda text: _b64(text.encode().hex().encode()),
    "hex": lambda text: text.encode().hex(),
    "upper hex": lambda text: text.encode().hex().upper(),
    "hex of base64": lambda text: _b64(text.encode()).encode().hex(),
    "hex after a digit": lambda text: f"a{text.encode().hex()}",
    "JSON": _json,
    "JSON twice": lambda text: _json(_json(text)),
    "JSON escapes": _each(r"\u%04x"),
    "JSON escapes in capitals": _each(r"\u%04X"),
    "hexadecimal escapes": lambda text: "".join(rf"\x{byte:02x}" for byte in text.encode()),
    "decimal references": _each("&#%d;"),
    "hexadecimal references": _each("&#x%x;"),
    "HTML": html.escape,
    "HTML of JSON": lambda text: html.escape(_json(text)),
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent where needed": lambda text: urllib.parse.quote(text, safe=""),
    "percent twice": lambda text: urllib.parse.quote(urllib.parse.quote(text, safe=""), safe=""),
    "percent of base64": lambda text: urllib.parse.quote(_b64(text.encode()), safe=""),
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "null characters between": "\0".join,
}


def readings(text: str, layers: int = _LAYERS) -> Iterator[str]:
    """Yield a text as each decoder reads it, and what they make of that."""
    yield text
    if not layers:
        return
    for one in {*_escapes(text), *_blocks(text)} - {text}:
        yield from readings(one, layers - 1)


def _escapes(text: str) -> Iterator[str]:
    yield html.unescape(text)
    yield urllib.parse.unquote(text, errors="replace")
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    yield re.sub(r"\\x([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)
    yield re.sub(r'\\(["\\/])', r"\1", text)
    yield re.sub(r"[\0\s]", "", text)
    try:
        yield text.encode("latin-1").decode()
    except UnicodeError:
        return


def _blocks(text: str) -> Iterator[str]:
    for start in range(4):
        yield " ".join(_from_base64(run[start:]) for run in _RUN.findall(text))
    for start in range(2):
        runs = (run[start:] for run in _HEX_RUN.findall(text))
        yield " ".join(codecs.decode(run[: len(run) // 2 * 2], "hex").decode("latin-1") for run in runs)


def _from_base64(run: str) -> str:
    part = run.replace("-", "+").replace("_", "/")
    whole = part[: len(part) - (len(part) % 4 == 1)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("latin-1")


def is_readable(secret: str, text: str, layers: int = _LAYERS) -> bool:
    """Return whether a decoder finds a secret in a text."""
    forms = {secret, secret.encode().decode("latin-1")}
    return any(form in one for one in readings(text, layers) for form in forms)
