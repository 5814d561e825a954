"""The command `plan`."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.cli.settings_file import configured
from orders_conformance.harness.cli.target.run import run


@click.command()
@options.apply(*options.RUN)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers only, as JSON.")
@click.pass_context
def plan(context: click.Context, /, **_options: Any) -> None:
    """Predict the requests and orders of a run, and what it leaves untested; nothing is sent."""
    # Imported here: only a plan needs a dry run.
    from orders_conformance.harness.run.invocation.options import Invocation  # noqa: PLC0415 - see above
    from orders_conformance.harness.run.plan import numbers  # noqa: PLC0415 - see above
    from orders_conformance.harness.run.plan import plan as planned  # noqa: PLC0415 - see above

    as_json = context.params.pop("as_json")
    invocation = Invocation.of(configured(context, os.environ, run))
    if as_json:
        click.echo(json.dumps(numbers(invocation)))
        return
    for line in planned(invocation):
        click.echo(line)
