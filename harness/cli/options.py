"""Options that several commands have, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orders_conformance.harness.cli.settings_file import variable
from orders_conformance.harness.run.profiles import PROFILES

Command = Callable[..., Any]
Option = Callable[[Command], Command]


def apply(*options: Option) -> Option:
    """Give a command options, in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


CONFIG = click.option(
    "--config",
    envvar=variable("config"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings; by default [tool.orders-conformance] in pyproject.toml.",
)
MAX_ORDERS = click.option(
    "--max-orders",
    envvar=variable("max-orders"),
    metavar="N",
    type=click.IntRange(min=0),
    help="Orders that may be created at most; needed for a target that is not loopback.",
)
MAX_REQUESTS = click.option(
    "--max-requests",
    envvar=variable("max-requests"),
    metavar="N",
    type=click.IntRange(min=0),
    help="Requests that may be sent at most, retries included.",
)
RATE = click.option(
    "--rate",
    envvar=variable("rate"),
    metavar="N",
    type=click.FloatRange(min=0, max=1000),
    help="Requests a second at most, 0 for any number; by default the profile's own.",
)
TIMEOUT = click.option(
    "--timeout",
    envvar=variable("timeout"),
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="How long to wait for a whole answer; by default the profile's own.",
)
CONTRACT = click.option(
    "--contract",
    "contract_path",
    envvar=variable("contract"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Another contract than spec/orders.yaml.",
)
CA_BUNDLE = click.option(
    "--ca-bundle",
    envvar=variable("ca-bundle"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CA certificates that the target's certificate is verified by.",
)
PROXY = click.option("--proxy", envvar=variable("proxy"), metavar="URL", help="A proxy; none is used unless asked for.")
CREDENTIALS_FD = click.option(
    "--credentials-fd",
    metavar="N",
    type=click.IntRange(min=0),
    help="Read client key and API token, a line each, from a file descriptor.",
)
KEYRING = click.option(
    "--keyring", envvar=variable("keyring"), metavar="SERVICE", help="Take the credentials from the system's keyring."
)
# How a target is reached and which credentials it gets.
NETWORK = apply(CA_BUNDLE, PROXY, CREDENTIALS_FD, KEYRING)
# What every command has that sends something to a target that it did not choose itself.
CONNECTION = apply(RATE, TIMEOUT, NETWORK, CONTRACT)
PATTERN = click.option("-k", "pattern", metavar="PATTERN", help="Only requirements whose id matches, as with pytest.")
# What a run and its plan have in common.
RUN: tuple[Option, ...] = (
    CONFIG,
    click.option(
        "--target",
        envvar=variable("target"),
        metavar="URL",
        help="Base URL of the service, or a name of the settings; without it, the embedded server is judged.",
    ),
    click.option(
        "--profile",
        envvar=variable("profile"),
        metavar="NAME",
        default="ci",
        show_default=True,
        help=f"How thorough: {' or '.join(PROFILES)}.",
    ),
    MAX_ORDERS,
    MAX_REQUESTS,
    RATE,
    TIMEOUT,
    click.option(
        "--organisation",
        envvar=variable("organisation"),
        metavar="FIELD=VALUE",
        multiple=True,
        help="A value that the organisation defines; repeatable.",
    ),
    click.option(
        "--seed",
        envvar=variable("seed"),
        metavar="N",
        type=click.IntRange(min=0),
        help="Repeat the random traffic of another run.",
    ),
    PATTERN,
    click.option(
        "--deviations",
        envvar=variable("deviations"),
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Deviations that were declared beforehand.",
    ),
    CONTRACT,
)
