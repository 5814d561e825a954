"""Where Hypothesis keeps its files: in a temporary folder, so that a command leaves nothing in the current one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# https://hypothesis.readthedocs.io: the folder of the database of examples and of tables that are derived from Unicode.
_VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"


@contextmanager
def temporary_storage() -> Iterator[None]:
    """Let Hypothesis keep its files in a temporary folder, which is deleted at the end; a folder of the user is used.

    It has an effect only before Hypothesis reads or writes its first file.
    """
    if _VARIABLE in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="orders-conformance-", ignore_cleanup_errors=True) as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]
