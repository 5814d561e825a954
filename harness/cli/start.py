"""Where the command starts: nothing is imported before an interrupt can be reported in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

_USAGE, _BROKEN = 2, 3


def start() -> NoReturn:
    """Run the command line."""
    try:
        # Libraries look for the current folder when they are imported.
        Path.cwd()
    except FileNotFoundError:
        _end(_USAGE, "the current folder is not there any more: change to another one")
    try:
        # Imported here, since that takes a third of a second.
        from orders_conformance.harness.cli.main import main  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        _end(_BROKEN, "interrupted before the run began: start it again")
    main()


def _end(status: int, message: str) -> NoReturn:
    if sys.stderr is not None:
        sys.stderr.write(f"orders-conformance: {message}\n")
    sys.exit(status)
