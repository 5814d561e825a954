"""The command `cleanup`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.console.confirmation import YES, confirmation
from orders_conformance.harness.cli.settings_file import configured
from orders_conformance.harness.cli.target.run import run


@click.command("cleanup")
@click.argument("ledger", type=click.Path(path_type=Path))
@click.option("--run", "runs", metavar="ID", multiple=True, help="Only the orders of this run; repeatable.")
@click.option("--look-up", is_flag=True, help="First ask the target for orders whose outcome is unknown, by GET.")
@click.option("--delete", is_flag=True, help="First do so, and send a DELETE request for each order.")
@click.option(
    "--batch",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The batch file to write; by default deletion.jsonl.gz beside the ledger.",
)
@click.option("--target", metavar="URL", help="With these two: the base URL of the ledger's target, or its name.")
@YES
@options.apply(
    options.CONFIG,
    options.CONNECTION,
)
@click.pass_context
def cleanup(context: click.Context, /, **_options: Any) -> NoReturn:
    """List the orders that runs of a LEDGER created or may have created; write the batch file that deletes them.

    Exit status: 0 the batch file can delete all that is left, 1 an order needs manual deletion, 2 wrong usage,
    3 not everything could be tried.
    """
    # Imported here: other commands do not need the ledger.
    from orders_conformance.harness.cleanup.cleanup import CleanupInvocation, clean_up  # noqa: PLC0415 - see above
    from orders_conformance.harness.cleanup.selection import target_of  # noqa: PLC0415 - see above

    target = target_of(context.params["ledger"], context.params["runs"])
    confirm = confirmation(yes=context.params.pop("yes"))
    invocation = CleanupInvocation.of(configured(context, os.environ, run, target))
    sys.exit(clean_up(invocation, click.echo, confirm))
