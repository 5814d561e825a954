"""The command `plan`."""

from __future__ import annotations

import os
from typing import Any

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.settings_file import configured
from orders_conformance.harness.cli.target.run import run


@click.command()
@options.apply(*options.RUN)
@click.pass_context
def plan(context: click.Context, /, **_options: Any) -> None:
    """Predict the requests and orders of a run, and what it leaves untested; nothing is sent."""
    # Imported here: only a plan needs a dry run.
    from orders_conformance.harness.run.invocation.options import Invocation  # noqa: PLC0415 - see above
    from orders_conformance.harness.run.plan import plan as planned  # noqa: PLC0415 - see above

    for line in planned(Invocation.of(configured(context, os.environ, run))):
        click.echo(line)
