"""Showing how a run goes: a line that moves on a terminal, and nothing where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from orders_conformance.harness.exchange import Exchange


@contextmanager
def progress_line(stream: TextIO) -> Iterator[Callable[[Exchange], None]]:
    """Show progress on a stream while the context lasts; yields what is to be called with each exchange."""
    if not stream.isatty():
        yield lambda _exchange: None
        return
    # Imported here: without a terminal there is nothing to draw.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.markup import escape  # noqa: PLC0415 - see above

    sent = 0
    with Console(file=stream).status("asking whether the target is there") as status:

        def show(exchange: Exchange) -> None:
            nonlocal sent
            sent += 1
            status.update(f"{sent} requests, now {escape(exchange.probe)}")

        yield show
