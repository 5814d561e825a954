"""Find secrets in bytes, in any encoding and up to two of them inside each other, and hide them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orders_conformance.harness.redaction.decodings import decoded

# The text that replaces a secret.
HIDDEN = "[hidden]"
# How many encodings may be inside each other: two in a JSON document. In large content it is one less, since each may
# take as long as all of it takes without.
_DEPTH = 3
_LARGE = 64 * 1024  # bytes
# Bytes with more secrets than this are hidden as a whole: to find the bounds of each would take too long.
_MOST = 64
# The characters of base64, hexadecimal digits and percent-encoding: next to a secret, they may hold a part of it.
_ENCODED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_%")
_BACKSLASH = ord("\\")


class Matcher:
    """Finds and hides some secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Prepare the bytes that each secret is written as: in UTF-8, Latin-1 and UTF-16, and UTF-8 read as Latin-1."""
        self.secrets = frozenset(secret for secret in secrets if secret)
        forms = {form for secret in self.secrets for form in _written(secret)}
        # The longest first: it may hold others.
        self._plain = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self._shortest = min(map(len, self._plain), default=0)

    def finds(self, content: bytes) -> bool:
        """Return whether bytes hold a secret."""
        return bool(self._plain) and self._finds(content, _DEPTH - (len(content) > _LARGE))

    def hide(self, content: bytes) -> bytes:
        """Return bytes in which every secret is replaced; an encoded one with what is encoded beside it."""
        if not self.finds(content):
            return content
        for form in self._plain:
            content = content.replace(form, HIDDEN.encode())
        for _ in range(_MOST):
            if not self.finds(content):
                return content
            start, end = self._bounds(content)
            content = content[:start] + HIDDEN.encode() + content[end:]
        return HIDDEN.encode()

    def _finds(self, content: bytes, depth: int) -> bool:
        # Loops, since this is called for every response: generators take twice the time.
        for form in self._plain:
            if form in content:
                return True
        if not depth or len(content) < self._shortest:
            return False
        for view in decoded(content, self._shortest):  # noqa: SIM110 - see above
            if self._finds(view, depth - 1):
                return True
        return False

    def _bounds(self, content: bytes) -> tuple[int, int]:
        """Return where the first secret begins and ends, together with the encoded text that it is a part of."""
        end = _least(len(content), lambda end: self.finds(content[:end]))
        start = end - _least(end, lambda length: self.finds(content[end - length : end]))
        while end < len(content) and content[end] in _ENCODED:
            end += 1
        while start and content[start - 1] in _ENCODED:
            start -= 1
        # An escape must not be cut: what is left would be no JSON any more.
        while start and content[start - 1] == _BACKSLASH:
            start -= 1
        return start, end


def _written(secret: str) -> Iterable[bytes]:
    yield secret.encode("utf-8", "surrogatepass")
    if secret.isascii():
        # In Latin-1 it is the same, and UTF-16 is decoded by leaving out null characters.
        return
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        try:
            yield secret.encode(encoding)
        except UnicodeEncodeError:
            continue
    yield secret.encode("utf-8", "surrogatepass").decode("latin-1").encode()


def _least(most: int, holds: Callable[[int], bool]) -> int:
    """Return the least number up to `most` for which something holds, which holds for `most` and for all between."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high
