"""Show the progress of a run: a line that is updated on a terminal, and nothing on other streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from orders_conformance.harness.messages.exchange import Exchange


@contextmanager
def progress_line(stream: TextIO) -> Iterator[Callable[[Exchange], None]]:
    """Show progress on a stream within the context; yields the function to call with each exchange."""
    if not stream.isatty():
        yield lambda _exchange: None
        return
    # Imported here: only needed on a terminal.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.markup import escape  # noqa: PLC0415 - see above

    sent = 0
    with Console(file=stream).status("checking that the target can be reached") as status:

        def show(exchange: Exchange) -> None:
            nonlocal sent
            sent += 1
            status.update(f"{sent} requests, now {escape(exchange.probe)}")

        yield show
