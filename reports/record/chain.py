"""The hash chain of a record: each line carries the digest of the line before, so that no line can be changed alone.

The digest is SHA-256 of the exact bytes of a line, with its line feed. The first line carries that of a constant. Who
changes a line can compute all later digests again: only a signature shows who wrote a record.
"""

from hashlib import sha256


def digest(content: bytes) -> str:
    """Return the digest of bytes, in the form of a record."""
    return f"sha256:{sha256(content).hexdigest()}"


# The name of the field that carries the digest of the line before.
PREVIOUS = "previous"
# What the first line carries.
BEGINNING = digest(b"orders-conformance record 2")
# The first version of the record whose lines are a chain.
CHAINED = 2
