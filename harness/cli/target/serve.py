"""The command `serve`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE, read_credentials
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.reports.manifest import record_file
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.text import clipped, console_line
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import default_organisation

if TYPE_CHECKING:
    from orders_conformance.mock.service import Service
    from orders_conformance.mock.stand_in import LogEntry

# Characters of a path in the log.
_LONGEST = 200


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free port.")
@click.option(
    "--latency", metavar="MS", type=options.FiniteRange(min=0, max=600_000), default=0, help="Delay of each response."
)
@click.option(
    "--database",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Keep the orders in an SQLite file; by default they are forgotten at the end.",
)
@click.option(
    "--like",
    metavar="RECORD",
    type=click.Path(path_type=Path),
    help="Behave as the target of this record.jsonl, or of the run in this folder, as far as it shows; see learn.",
)
@click.option(
    "--behaviour", metavar="FILE", type=click.Path(path_type=Path), help="Behave as this file says, which learn wrote."
)
@click.option("--log", is_flag=True, help="Write one line for each request to standard error.")
@options.CONTRACT
def serve(  # noqa: PLR0913, PLR0917 - one for each option
    host: str,
    port: int,
    latency: float,
    database: Path | None,
    like: Path | None,
    behaviour: Path | None,
    log: bool,  # noqa: FBT001 - a flag
    contract_path: Path | None,
) -> None:
    """Serve the embedded server until it gets SIGINT or SIGTERM.

    Its credentials are read from ORDERS_CLIENT_KEY and ORDERS_API_TOKEN. Without them it prints random ones. A line
    that begins with "serving" says that it is ready, and so does GET /health.
    """
    # Imported here: other commands do not need the server.
    from orders_conformance.mock.server import serve as serve_until_ended  # noqa: PLC0415 - see above
    from orders_conformance.mock.stand_in import StandIn  # noqa: PLC0415 - see above

    if not host.strip():
        # An empty host would be every address of this machine.
        message = "the host is empty: name the address to listen on, such as 127.0.0.1"
        raise InvalidInputError(message)
    contract = read_contract(contract_path)
    credentials = _credentials(os.environ)
    kind, organisation = _kind(contract, like, behaviour)
    try:
        service = kind(
            contract,
            organisation=organisation,
            client_key=credentials.client_key,
            api_token=credentials.api_token,
            database=str(database or ":memory:"),
        )
    except sqlite3.Error as error:
        message = f"{str(database)!r} cannot be used as a database ({error}): name a new file, or one that serve made"
        raise InvalidInputError(message) from error
    served = StandIn(service, latency / 1000, _log(credentials) if log else lambda _entry: None)
    try:
        serve_until_ended(
            served, host, port, ready=lambda url: _say(f"serving {contract.title} at {url}", credentials, os.environ)
        )
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no name of a host"
        message = f"{host}:{port} cannot be listened on ({reason}): choose another host or port"
        raise InvalidInputError(message) from error
    finally:
        service.close()


def _kind(
    contract: Contract, like: Path | None, behaviour: Path | None
) -> tuple[type[Service], Mapping[str, str] | None]:
    """Return the class of the server, and the organisation's own values; None for the contract's examples.

    Raises:
        InvalidInputError, RecordError: the record or the behaviour cannot be used.

    """
    # Imported here, as above.
    from orders_conformance.harness.learning.behaviour_file import read_behaviour  # noqa: PLC0415 - see above
    from orders_conformance.harness.learning.lesson import taught  # noqa: PLC0415 - see above
    from orders_conformance.mock.learned.server import server_of  # noqa: PLC0415 - see above
    from orders_conformance.mock.service import Service  # noqa: PLC0415 - see above

    if like is not None and behaviour is not None:
        message = "a behaviour from a record and from a file: give --like or --behaviour, not both"
        raise InvalidInputError(message)
    if like is not None:
        record = read(record_file(like))
        learned = taught(record, contract).learned
        if record.damage is not None:
            click.echo(console_line(f"{SUITE}: learned from a part: {record.damage}"), err=True)
    elif behaviour is not None:
        learned = read_behaviour(behaviour, contract)
    else:
        return Service, None
    return server_of(learned), {**default_organisation(contract), **learned.organisation}


def _credentials(environment: Mapping[str, str]) -> Credentials:
    if not any(environment.get(name) for name in (KEY_VARIABLE, TOKEN_VARIABLE)):
        # Imported here, as above.
        from orders_conformance.harness.client.in_process import random_credentials  # noqa: PLC0415 - see above

        return random_credentials()
    return read_credentials(environment)


def _say(ready: str, credentials: Credentials, environment: Mapping[str, str]) -> None:
    """Print credentials that nobody else knows, then the line that says that the server is ready."""
    if not environment.get(KEY_VARIABLE):
        click.echo(f"export {KEY_VARIABLE}={credentials.client_key} {TOKEN_VARIABLE}={credentials.api_token}")
    click.echo(ready)


def _log(credentials: Credentials) -> Callable[[LogEntry], None]:
    """Return a function that prints a request in one line, without secrets."""
    redactor = Redactor(credentials)

    def write(entry: LogEntry) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        path = clipped(redactor.hide(entry.path), _LONGEST)
        said = f"{at} {entry.method} {path} {entry.status} {entry.length} bytes {entry.seconds * 1000:.0f} ms"
        click.echo(console_line(said), err=True)

    return write
