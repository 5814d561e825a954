"""The command `replay`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.console.confirmation import YES, confirmation
from orders_conformance.harness.cli.settings_file import configured
from orders_conformance.harness.cli.target.run import run
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.text import clipped, telling_apart

if TYPE_CHECKING:
    from orders_conformance.harness.replay.replay import Replayed

# So many characters of a text, and so many steps, the last ones, have a line.
_TEXT_LIMIT, _STEPS = 600, 20


@click.command("replay")
@click.argument("record", type=click.Path(path_type=Path))
@click.argument("finding")
@click.option("--target", metavar="URL", help="The base URL of the target: the record's or another one, or its name.")
@YES
@options.apply(
    options.CONFIG,
    options.MAX_ORDERS,
    options.MAX_REQUESTS,
    options.MAX_TIME,
    options.MAX_WRONG_LOGINS,
    options.CONNECTION,
)
@click.pass_context
def replay(context: click.Context, /, **_options: Any) -> NoReturn:
    """Send the exchange of a FINDING in a RECORD again, and print whether it still fails.

    FINDING is the id of a finding (f1) or of a requirement that failed. If the exchange alone no longer fails, earlier
    requests of the run are sent before it. Orders are written into the ledger beside the record. Exit status: 0 it no
    longer fails, 1 it still fails, 2 wrong usage, 3 it could not be tried.
    """
    # Imported here: other commands do not need it.
    from orders_conformance.harness.replay.invocation import ReplayInvocation, target_of  # noqa: PLC0415 - see above
    from orders_conformance.harness.replay.invocation import replay as send_again  # noqa: PLC0415 - see above
    from orders_conformance.reports.text import console_line  # noqa: PLC0415 - see above

    target = target_of(context.params["record"])
    confirm = confirmation(yes=context.params.pop("yes"))
    replayed = send_again(ReplayInvocation.of(configured(context, os.environ, run, target)), confirm)
    for line in _lines(replayed):
        click.echo(console_line(line))
    sys.exit(1 if replayed.fails else 0)


def _lines(replayed: Replayed) -> Iterator[str]:
    """Yield what a replay has shown: whether the failure still shows, what was expected and observed, and each step."""
    word = "still fails" if replayed.fails else "no longer fails"
    before = replayed.sent - 1
    yield f"{replayed.requirement} {word}: {replayed.observed} ({counted(before, 'step')} before it)"
    expected, observed = telling_apart(replayed.expected, replayed.before)
    yield f"Expected:         {clipped(expected, _TEXT_LIMIT)}"
    yield f"Observed before:  {clipped(observed, _TEXT_LIMIT)}"
    _, now = telling_apart(replayed.expected, replayed.now or replayed.observed)
    yield f"Observed now:     {clipped(now, _TEXT_LIMIT)}"
    steps = replayed.steps
    if (more := len(steps) - _STEPS) > 0:
        yield f"… and {counted(more, 'earlier request')}"
    for number, step in enumerate(steps[-_STEPS:], max(0, more) + 1):
        yield f"  {number}. {step.exchange} {step.probe}: before {step.before}, now {step.now}"
