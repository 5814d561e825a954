"""Open a ledger to append to it: only a regular file, only one that can be read, and only for one process at a time."""

from __future__ import annotations

import stat
from pathlib import Path

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.writer import LedgerFile


def open_ledger(path: Path, *, synced: bool = True) -> LedgerFile:
    """Open or create the ledger at a path, and lock it until it is closed.

    Orders are created only where `cleanup` can read later what was created.

    Raises:
        InvalidInputError: it is no regular file, no ledger that can be read, or in use by another process.

    """
    check_regular(path, "ledger")
    ledger = LedgerFile(path, synced=synced)
    try:
        ledger.lock()
        if path.stat().st_size:
            _check_readable(path)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _check_readable(path: Path) -> None:
    try:
        read_ledger(path)
    except InvalidInputError as problem:
        reason, _, _ = str(problem).partition(": ")
        message = f"{reason}, so that nothing can be added to it: move it away, or name another folder"
        raise InvalidInputError(message) from None


def check_regular(path: Path, what: str) -> None:
    """Check that a path is free or that of a regular file: nothing is written through a link, or to a device.

    Args:
        path: the path.
        what: what the file is, for the message.

    Raises:
        InvalidInputError: it is a link, a folder, a pipe or a device.

    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"the {what} {str(path)!r} cannot be written ({error.strerror}): name another folder"
        raise InvalidInputError(message) from error
    if not stat.S_ISREG(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no regular file"
        message = f"the {what} {str(path)!r} is {kind}, and is not written to: remove it, or name another folder"
        raise InvalidInputError(message)
