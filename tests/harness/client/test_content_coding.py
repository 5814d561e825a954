"""Decoding of content codings: what is decoded, what is refused, and the limit while decoding."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from orders_conformance.harness.client.content_coding import (
    CodingError,
    TooLargeError,
    UnsupportedCodingError,
    decoder,
)

BODY = b'{"name": "value"}' * 20


def packed_gzip(data: bytes) -> bytes:
    """Pack bytes without the time, so that the name of a test is always the same."""
    return gzip.compress(data, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def decoded(coding: str, data: bytes, piece: int = 1_000_000, most: int = 1_000_000) -> bytes:
    decode = decoder(coding)
    read = bytearray()
    for start in range(0, len(data), piece):
        read += decode.decode(data[start : start + piece], most - len(read))
    decode.finish()
    return bytes(read)


@pytest.mark.parametrize("piece", [1, 2, 3, 50, 1_000_000])
@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", BODY),
        ("identity", BODY),
        ("UTF-8", BODY),
        ("none", BODY),
        ("gzip", packed_gzip(BODY)),
        ("x-gzip", packed_gzip(BODY)),
        (" GZip ", packed_gzip(BODY)),
        ("gzip", packed_gzip(BODY[:7]) + packed_gzip(BODY[7:])),
        ("gzip", packed_gzip(BODY) + b"\0" * 9),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("deflate", zlib.compress(BODY) + b"more"),
        ("deflate, gzip", packed_gzip(zlib.compress(BODY))),
        ("identity, gzip", packed_gzip(BODY)),
        ("gzip,gzip", packed_gzip(packed_gzip(BODY))),
    ],
)
def test_a_body_is_decoded_whatever_pieces_it_comes_in(coding: str, data: bytes, piece: int) -> None:
    assert decoded(coding, data, piece) == BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, deflate"])
def test_a_body_of_no_bytes_is_empty_in_every_coding(coding: str) -> None:
    assert decoded(coding, b"") == b""


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", b"{}"),
        ("gzip", b"{"),
        ("gzip", packed_gzip(BODY)[:-9]),
        ("gzip", packed_gzip(BODY)[:5]),
        ("gzip", packed_gzip(BODY)[:-8] + bytes(8)),
        ("deflate", zlib.compress(BODY)[:-1]),
        ("deflate", b"\xff" * 30),
        ("gzip, deflate", zlib.compress(BODY)),
    ],
    ids=[
        "not gzip",
        "one byte",
        "cut gzip",
        "cut gzip header",
        "wrong checksum",
        "cut zlib",
        "not deflate",
        "inner not gzip",
    ],
)
def test_a_body_that_is_not_in_its_coding_is_told(coding: str, data: bytes) -> None:
    with pytest.raises(CodingError) as told:
        decoded(coding, data)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, br", "Br"])
def test_a_coding_that_nothing_decodes_is_told_by_its_name(coding: str) -> None:
    with pytest.raises(UnsupportedCodingError, match=coding.rpartition(" ")[2].lower()):
        decoder(coding)


@pytest.mark.parametrize(
    ("coding", "data"),
    [("", BODY), ("gzip", packed_gzip(BODY)), ("deflate", zlib.compress(BODY)), ("deflate", raw_deflate(BODY))],
)
def test_exactly_the_limit_is_decoded_and_one_byte_more_is_not(coding: str, data: bytes) -> None:
    assert decoded(coding, data, most=len(BODY)) == BODY
    with pytest.raises(TooLargeError):
        decoded(coding, data, most=len(BODY) - 1)


@pytest.mark.parametrize(
    ("coding", "wbits"),
    [
        ("gzip", 16 + zlib.MAX_WBITS),
        ("x-gzip", 16 + zlib.MAX_WBITS),
        ("deflate", zlib.MAX_WBITS),
        ("deflate", -zlib.MAX_WBITS),
        ("gzip, gzip", 16 + zlib.MAX_WBITS),
        ("gzip, gzip, gzip", 16 + zlib.MAX_WBITS),
    ],
)
def test_a_body_that_decodes_to_a_hundred_megabytes_takes_no_memory(coding: str, wbits: int) -> None:
    size = 100 * 1024 * 1024
    packer = zlib.compressobj(wbits=wbits)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(size // 1024 // 1024)) + packer.flush()
    for _ in range(coding.count(",")):
        packed = packed_gzip(packed)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        decoded(coding, packed, most=10_000)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip, " * 5 + "gzip", "deflate," * 50_000, "Token-9C1b7d42," + "gzip," * 5])
def test_more_codings_than_anybody_uses_are_not_decoded(coding: str) -> None:
    with pytest.raises(UnsupportedCodingError, match="codings") as told:
        decoder(coding)
    assert str(told.value) == "more than 4 codings"
