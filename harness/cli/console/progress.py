"""Show the progress of a run: a line that is updated on a terminal, or a line for each exchange."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from orders_conformance.harness.cli.console.colour import has_colours, is_interactive
from orders_conformance.harness.engine.progress import Progress, Show
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.text import console_line

# Before so many requests and seconds, their number says little about the time that is left.
_FEW, _SOON = 10, 2.0
_MINUTE = 60
# The columns of the sign before the line, which turns, and of one that stays free.
_SPINNER = 3


@contextmanager
def progress_line(
    stream: TextIO, environment: Mapping[str, str], total: Callable[[], int | None], rate: float = 0.0
) -> Iterator[Show | None]:
    """Show progress on a stream within the context; yields the function to call, or None where nobody watches.

    Args:
        stream: the stream.
        environment: the environment variables, which tell a CI system and a terminal without a cursor.
        total: returns how many requests a conformant server gets; None as long as that is not known.
        rate: the most requests per second; 0 for no limit.

    """
    if not is_interactive(stream, environment):
        yield None
        return
    # Imported here: only needed on a terminal.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    began = time.monotonic()
    console = Console(file=stream, no_color=not has_colours(stream, environment))

    def line(text: str) -> Text:
        shown = Text(text)
        shown.truncate(max(1, console.width - _SPINNER), overflow="ellipsis")
        return shown

    with console.status(line("checking that the target can be reached")) as status:

        def show(progress: Progress) -> None:
            told = progress_text(progress, total(), time.monotonic() - began, rate)
            status.update(line(f"{told}; now {console_line(progress.exchange.probe)}"))

        yield show


def progress_text(progress: Progress, total: int | None, elapsed: float, rate: float = 0.0) -> str:
    """Return how far a run is, in words.

    The total is that of a conformant server: failures make a run send more, so that it is said to be about so many.

    Args:
        progress: how far it is.
        total: how many requests a conformant server gets; None as long as that is not known.
        elapsed: the seconds so far.
        rate: the most requests per second; 0 for no limit.

    """
    sent = progress.requests
    of = "" if total is None or sent > total else f" of about {total:,}"
    parts = [f"{sent:,}{of} requests", *_left(sent, total, elapsed, rate)]
    parts += [f"{counted(progress.failures, 'failure')} so far", counted(progress.orders, "order")]
    return ", ".join(parts)


def _left(sent: int, total: int | None, elapsed: float, rate: float) -> Iterator[str]:
    if total is None:
        return
    if sent > total:
        yield "some more to come"
    elif sent < total and sent >= _FEW and elapsed >= _SOON:
        seconds = (total - sent) * max(elapsed / sent, 1 / rate if rate else 0.0)
        yield (
            f"about {round(seconds / _MINUTE)} min left"
            if seconds >= 2 * _MINUTE
            else f"about {max(1.0, seconds):.0f} s left"
        )


def exchange_line(progress: Progress) -> str:
    """Return a printable line on an exchange: number, probe, method, status, duration and verdict."""
    exchange = progress.exchange
    result = str(exchange.response.status) if exchange.response else exchange.failure.kind if exchange.failure else "-"
    retries = f" after {counted(len(exchange.attempts), 'retry', 'retries')}" if exchange.attempts else ""
    milliseconds = exchange.elapsed * 1000
    return console_line(
        f"{exchange.id} {exchange.probe}: POST {result}{retries}, {milliseconds:,.0f} ms, {_verdict(progress)}"
    )


def _verdict(progress: Progress) -> str:
    if progress.broken:
        return f"failed {', '.join(progress.broken)}"
    if progress.exchange.blocked:
        return "no evidence: not the target's own response"
    return "to be looked into" if progress.suspected else "passed"
