"""The commands for what a run leaves behind: its orders, and its record."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from harness import parameters
from harness.configuration import configured
from harness.secrecy import check_written, find_credentials, known_credentials
from reports.console import closing_lines
from reports.write import render


def cleanup_command(all_options: click.Command) -> click.Command:
    """Make the command that cleans up; `all_options` has every option that a settings file may hold."""

    @click.command("cleanup")
    @click.argument("ledger", type=click.Path(path_type=Path))
    @click.option("--run", "runs", metavar="ID", multiple=True, help="Only what this run left; repeatable.")
    @click.option("--delete", is_flag=True, help="Try to DELETE each order first.")
    @click.option(
        "--batch",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Where the batch file goes; by default deletion.jsonl.gz beside the ledger.",
    )
    @parameters.given(
        parameters.CONFIG,
        parameters.CONNECTION,
    )
    @click.pass_context
    def cleanup(context: click.Context, /, **_options: Any) -> NoReturn:
        """List what the runs of a LEDGER created or may have created, and write the batch file that deletes it.

        Exit status: 0 the batch file can delete all that is left, 1 something needs a hand, 2 wrong usage, 3 not
        everything could be tried.
        """
        # Imported here: other commands need no ledger.
        from harness.cleanup import Cleanup, clean_up, target_of  # noqa: PLC0415 - see above

        target = target_of(context.params["ledger"], context.params["runs"])
        asked = Cleanup(**configured(context, os.environ, all_options, target))
        sys.exit(clean_up(asked, click.echo))

    return cleanup


def replay_command(all_options: click.Command) -> click.Command:
    """Make the command that sends a finding again; `all_options` has every option that a settings file may hold."""

    @click.command("replay")
    @click.argument("record", type=click.Path(path_type=Path))
    @click.argument("finding")
    @click.option("--target", metavar="URL", help="Another base URL than the record's.")
    @parameters.given(
        parameters.CONFIG,
        parameters.MAX_ORDERS,
        parameters.MAX_REQUESTS,
        parameters.CONNECTION,
    )
    @click.pass_context
    def replay(context: click.Context, /, **_options: Any) -> NoReturn:
        """Send the minimal exchange of a FINDING in a RECORD again, and say whether it still fails.

        FINDING is the id of a finding (f1) or of a requirement that failed. Where the exchange alone does not fail any
        more, what the run sent before it is sent again too. Orders are kept in the ledger beside the record. Exit
        status: 0 it no longer fails, 1 it does, 2 wrong usage, 3 it could not be tried.
        """
        # Imported here: other commands send nothing again.
        from harness.replaying import Replaying, target_of  # noqa: PLC0415 - see above
        from harness.replaying import replay as send_again  # noqa: PLC0415 - see above

        target = target_of(context.params["record"])
        replayed = send_again(Replaying(**configured(context, os.environ, all_options, target)))
        word = "still fails" if replayed.fails else "no longer fails"
        click.echo(f"{replayed.requirement} {word}: {replayed.observed} (after {replayed.sent - 1} steps before it)")
        sys.exit(1 if replayed.fails else 0)

    return replay


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option(
    "--report-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the reports go; by default the folder of the record.",
)
@parameters.given(parameters.CREDENTIALS_FD, parameters.KEYRING)
def report(record: Path, report_dir: Path | None, credentials_fd: int | None, keyring: str | None) -> NoReturn:
    """Render a RECORD again, also one of a run that was killed.

    Credentials are only needed to see that no file holds them. Exit status: as the run's own; 3 when it did not end.
    """
    # Imported here: other commands render nothing again.
    from harness.invocation import exit_status  # noqa: PLC0415 - see above

    named = credentials_fd is not None or keyring is not None
    credentials = find_credentials(os.environ, credentials_fd, keyring) if named else known_credentials(os.environ)
    rendered = render(record, report_dir or record.parent)
    if credentials is not None:
        check_written([record, rendered.json, rendered.html, rendered.junit], credentials)
    for line in closing_lines(rendered.report, rendered.html):
        click.echo(line)
    sys.exit(exit_status(rendered))
