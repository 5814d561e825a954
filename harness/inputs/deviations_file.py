"""Check the file that a run is to write its failures into, as deviations to declare."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

from orders_conformance.harness.errors import InvalidInputError

_OPTION, _TABLE = "--write-deviations", "deviation"


def check_appendable(path: Path) -> None:
    """Check that a file can be created, or is a deviations file that can be added to.

    Raises:
        InvalidInputError: neither is so.

    """
    try:
        # Only creating it shows whether it can be created; an empty file would declare that nothing deviates.
        path.open("xb").close()
        path.unlink()
    except FileExistsError:
        _check_existing(path)
    except OSError as error:
        message = f"{str(path)!r} cannot be written ({error.strerror}): name another file with {_OPTION}"
        raise InvalidInputError(message) from None


def _check_existing(path: Path) -> None:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            message = f"{str(path)!r} is no regular file, and is not written to: name another with {_OPTION}"
            raise InvalidInputError(message)
        with path.open("r+b") as file:
            # A table can be added only where the file has a list of tables, or nothing, of that name.
            content = tomllib.loads(f"{file.read().decode()}\n[[{_TABLE}]]\n")
    except OSError as error:
        message = f"{str(path)!r} cannot be added to ({error.strerror}): name another file with {_OPTION}"
        raise InvalidInputError(message) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        message = f"{str(path)!r} is no deviations file in TOML: fix it, or name another with {_OPTION}"
        raise InvalidInputError(message) from None
    if content.keys() != {_TABLE}:
        message = f"{str(path)!r} is no deviations file, and is not added to: name another with {_OPTION}"
        raise InvalidInputError(message)
