"""Where Hypothesis keeps its files: in a temporary folder, so that a command leaves nothing in the current one."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# https://hypothesis.readthedocs.io: the folder of the database of examples and of tables that are derived from Unicode.
_VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
# The table of what UTF-8 can encode, and of what is then decoded as something else: all but halves of surrogate pairs,
# and nothing. To make it takes Hypothesis a second and 190 MiB; a version that looks for another file makes it still.
UTF_8 = "codec-v2-utf-8.json.gz"
_ENCODABLE = ((0, 0xD7FF), (0xE000, 0x10FFFF))


@contextmanager
def temporary_storage() -> Iterator[None]:
    """Let Hypothesis keep its files in a temporary folder, which is deleted at the end; a folder of the user is used.

    It has an effect only before Hypothesis reads or writes its first file.
    """
    if _VARIABLE in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="orders-conformance-", ignore_cleanup_errors=True) as folder:
        tables = Path(folder, "unicode_data", unicodedata.unidata_version)
        tables.mkdir(parents=True)
        (tables / UTF_8).write_bytes(gzip.compress(json.dumps([_ENCODABLE, []]).encode(), mtime=0))
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]
