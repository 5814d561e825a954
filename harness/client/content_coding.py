"""Decode the content codings gzip and deflate (RFC 9110, 8.4.1), with a limit on the decoded bytes while decoding."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

_GZIP = {"gzip", "x-gzip"}
_DEFLATE = "deflate"
# Registered codings that nothing here decodes. A name that is not registered says nothing about the body.
_UNSUPPORTED = {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"}
_GZIP_FORMAT, _ZLIB_FORMAT, _RAW_FORMAT = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
# Codings of one body: each takes 40 kB while it decodes, and a header has room for 50,000.
_MOST_CODINGS = 4
# The bytes that show the format of what follows.
_MAGIC_SIZE = 2


class CodingError(Exception):
    """The body is not in the coding that the response names; the message is one line."""


class UnsupportedCodingError(Exception):
    """Nothing here decodes the body; the message names its coding, or says that there are too many."""


class TooLargeError(Exception):
    """The decoded body is larger than the limit."""


class Decoder(Protocol):
    """Decodes a body piece by piece."""

    def decode(self, data: bytes, most: int) -> bytes:
        """Return what a piece decodes to.

        Raises:
            CodingError: it is not in the coding.
            TooLargeError: it decodes to more than `most` bytes.

        """
        ...

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            CodingError: it is not.

        """
        ...


def decoder(content_encoding: str) -> Decoder:
    """Return what decodes a body.

    Args:
        content_encoding: the value of the header `Content-Encoding`; empty for none.

    Raises:
        UnsupportedCodingError: it names a registered coding that nothing here decodes.

    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    unsupported = next((name for name in names if name in _UNSUPPORTED), None)
    if unsupported is not None:
        named = f"the content coding {unsupported}"
        raise UnsupportedCodingError(named)
    if sum(name in _GZIP or name == _DEFLATE for name in names) > _MOST_CODINGS:
        # What the target wrote is not repeated: a part of a secret could not be found any more.
        several = f"more than {_MOST_CODINGS} codings"
        raise UnsupportedCodingError(several)
    # The codings are listed in the order in which they were applied.
    steps = [_Inflate(name) for name in reversed(names) if name in _GZIP or name == _DEFLATE]
    return _Chain(steps) if steps else _Identity()


class _Identity:
    def decode(self, data: bytes, most: int) -> bytes:
        if len(data) > most:
            raise TooLargeError
        return data

    def finish(self) -> None:
        return


@dataclass
class _Chain:
    steps: Iterable[Decoder]

    def decode(self, data: bytes, most: int) -> bytes:
        for step in self.steps:
            data = step.decode(data, most)
        return data

    def finish(self) -> None:
        for step in self.steps:
            step.finish()


@dataclass
class _Inflate:
    """One coding: gzip with any number of members, or deflate with or without the zlib header that some servers omit.

    What follows the data is ignored, as other clients do.
    """

    name: str

    def __post_init__(self) -> None:
        self._inflate: Any = None
        self._members = 0
        self._ended = False
        # Bytes that are too few to show the format of what follows.
        self._held = b""

    def decode(self, data: bytes, most: int) -> bytes:
        data, self._held = self._held + data, b""
        decoded = bytearray()
        while data and not self._ended:
            self._inflate = self._inflate or self._next_member(data)
            if self._inflate is None:
                self._held = data
                break
            try:
                # One byte more than the limit shows that there is more.
                decoded += self._inflate.decompress(data, most + 1 - len(decoded))
            except zlib.error:
                message = f"the body is not {self.name}, as its Content-Encoding says"
                raise CodingError(message) from None
            if len(decoded) > most:
                raise TooLargeError
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data, self._inflate, self._members = self._inflate.unused_data, None, self._members + 1
        return bytes(decoded)

    def finish(self) -> None:
        # A body without bytes needs no coding.
        if self._inflate is not None or (self._held and not self._members):
            message = f"the {self.name} data of the body ends early"
            raise CodingError(message)

    def _next_member(self, data: bytes) -> Any:
        """Return what decodes the following bytes; None where there are too few of them, or the data has ended."""
        if len(data) < _MAGIC_SIZE:
            return None
        if self.name in _GZIP:
            self._ended = bool(self._members) and not data.startswith(_GZIP_MAGIC)
            return None if self._ended else zlib.decompressobj(_GZIP_FORMAT)
        self._ended = bool(self._members)
        return None if self._ended else zlib.decompressobj(_ZLIB_FORMAT if _has_zlib_header(data) else _RAW_FORMAT)


def _has_zlib_header(data: bytes) -> bool:
    """Return whether bytes begin as RFC 1950, 2.2 says: the method in the lower half, and a multiple of 31."""
    return data[0] & 0x0F == zlib.DEFLATED and (data[0] * 256 + data[1]) % 31 == 0
