"""Servers that store or write odd texts in another way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.lenient import Lenient
from orders_conformance.mock.service import Result

SERVERS = Catalogue()

# A text in JSON.
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_SURROGATE = re.compile("[\ud800-\udfff]")


class _HalfPairs(Lenient):
    """Stores something else in the place of half a surrogate pair."""

    replacement: ClassVar[str]

    def stored_text(self, value: str) -> str:
        return _SURROGATE.sub(self.replacement, value)


@SERVERS.add
class HalfPairAsReplacement(_HalfPairs):
    """Stores U+FFFD for half a surrogate pair, as Go does."""

    replacement = "\ufffd"


@SERVERS.add
class HalfPairAsQuestionMark(_HalfPairs):
    """Stores a question mark for half a surrogate pair, as Java does."""

    replacement = "?"


@SERVERS.add
class HalfPairAsThreeReplacements(_HalfPairs):
    """Stores three U+FFFD for half a surrogate pair, one for each of its bytes, as decoders of UTF-8 do."""

    replacement = "\ufffd" * 3


@SERVERS.add
class HalfPairAsEscapedText(Lenient):
    r"""Stores the six characters of its escape for half a surrogate pair, as Python's backslashreplace does."""

    def stored_text(self, value: str) -> str:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


@SERVERS.add
class HalfPairRejected(Lenient):
    """Accepts odd texts, but no half of a surrogate pair."""

    def stored_text(self, value: str) -> str:
        if _SURROGATE.search(value):
            message = "half of a surrogate pair"
            raise ValueError(message)
        return value


@SERVERS.add
class NulRejected(Lenient):
    """Accepts odd texts, but no NUL character, which PostgreSQL cannot store."""

    def stored_text(self, value: str) -> str:
        if "\0" in value:
            message = "a NUL character"
            raise ValueError(message)
        return value


@SERVERS.add
class ThreeBytesAtMost(Lenient):
    """Accepts odd texts, but no character of four bytes in UTF-8, which older tables of MySQL cannot store."""

    def stored_text(self, value: str) -> str:
        if any(ord(character) > 0xFFFF for character in value):
            message = "a character of four bytes"
            raise ValueError(message)
        return value


class _Escapes(Lenient):
    """Writes characters of texts as escapes."""

    escaped: ClassVar[re.Pattern[str]]
    escapes: ClassVar[Mapping[str, str]] = {}
    upper: ClassVar[bool] = False

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        written = super().encode(outcome, body).decode()
        return _TEXT.sub(lambda text: self.escaped.sub(self._escape, text[0]), written).encode()

    def _escape(self, found: re.Match[str]) -> str:
        written = self.escapes.get(found[0]) or json.dumps(found[0])[1:-1]
        if len(written) == 1:
            written = f"\\u{ord(written):04x}"
        return re.sub(r"(?<=\\u)[0-9a-f]{4}", lambda digits: digits[0].upper(), written) if self.upper else written


@SERVERS.add
class EscapesWhatIsNotAscii(_Escapes):
    """Accepts odd texts, and writes what is not ASCII as escapes in small letters, as Python does."""

    escaped = re.compile(r"[^\x00-\x7e]")


@SERVERS.add
class EscapesInCapitals(_Escapes):
    """Writes what is not ASCII, and characters that HTML needs, as escapes in capital letters, as .NET does."""

    escaped = re.compile(r"[^\x00-\x7e]|[<>&'+`]")
    upper = True


@SERVERS.add
class EscapesForHtml(_Escapes):
    """Writes characters that HTML or JavaScript needs as escapes, as Go does."""

    escaped = re.compile("[<>&\u2028\u2029]")


@SERVERS.add
class EscapesSlashes(_Escapes):
    """Writes slashes and what is not ASCII as escapes, as PHP does."""

    escaped = re.compile(r"[^\x00-\x7e]|/")
    escapes: ClassVar[Mapping[str, str]] = {"/": "\\/"}
