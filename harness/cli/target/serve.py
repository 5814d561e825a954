"""The command `serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import read_credentials


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free port.")
@options.CONTRACT
def serve(host: str, port: int, contract_path: Path | None) -> None:
    """Serve the embedded server until it is interrupted.

    Its credentials are read from ORDERS_CLIENT_KEY and ORDERS_API_TOKEN.
    """
    # Imported here: other commands do not need the server.
    from orders_conformance.harness.client.in_process import embedded_service  # noqa: PLC0415 - see above
    from orders_conformance.mock.server import serve as serve_forever  # noqa: PLC0415 - see above

    contract = read_contract(contract_path)
    service = embedded_service(contract, read_credentials(os.environ))
    try:
        serve_forever(service, host, port, ready=lambda url: click.echo(f"serving {contract.title} at {url}"))
    except OSError as error:
        message = f"{host}:{port} cannot be listened on ({error.strerror}): choose another host or port"
        raise InvalidInputError(message) from error
