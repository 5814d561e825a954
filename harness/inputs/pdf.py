"""Check that a PDF can be made before anything is sent."""

from __future__ import annotations

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.reports.page.pdf import NAME, lack


def optional_files(*, pdf: bool) -> tuple[str, ...]:
    """Return the names of the optional files that the option `--pdf` asks for.

    Raises:
        InvalidInputError: they cannot be made here.

    """
    if not pdf:
        return ()
    if (reason := lack()) is not None:
        raise InvalidInputError(reason)
    return (NAME,)
