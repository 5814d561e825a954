"""The options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orders_conformance.harness.cli.settings_file import variable
from orders_conformance.harness.engine.recording import RESERVE
from orders_conformance.harness.run.profiles import MIB, PROFILES

Command = Callable[..., Any]
Option = Callable[[Command], Command]


def apply(*options: Option) -> Option:
    """Return a decorator that adds options to a command, in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


class FiniteRange(click.FloatRange):
    """A range of numbers without those that are not numbers, and without infinity."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to a number within the range."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number: give one such as 5 or 0.5.", param, ctx)
        return number


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
    help="The most orders that may be created; required for a target that is not loopback.",
)
MAX_REQUESTS = click.option(
    "--max-requests",
    envvar=variable("max-requests"),
    metavar="N",
    type=click.IntRange(min=0),
    help="The most requests that may be sent, including retries.",
)
MAX_RECORD = click.option(
    "--max-record",
    envvar=variable("max-record"),
    metavar="MIB",
    type=click.IntRange(min=2 * RESERVE // MIB),
    help="The most MiB of record.jsonl; beyond it, exchanges are recorded without headers and bodies.",
)
MAX_TIME = click.option(
    "--max-time",
    envvar=variable("max-time"),
    metavar="SECONDS",
    type=FiniteRange(min=0, min_open=True),
    help="The most seconds that it may take; by default the limit of the profile.",
)
MAX_WRONG_LOGINS = click.option(
    "--max-wrong-logins",
    envvar=variable("max-wrong-logins"),
    metavar="N",
    type=click.IntRange(min=0),
    help="The most requests with the right client key and a wrong token, including retries.",
)
RATE = click.option(
    "--rate",
    envvar=variable("rate"),
    metavar="N",
    type=FiniteRange(min=0, max=1000),
    help="The most requests per second, 0 for no limit; by default the limit of the profile.",
)
TIMEOUT = click.option(
    "--timeout",
    envvar=variable("timeout"),
    metavar="SECONDS",
    type=FiniteRange(min=0, min_open=True),
    help="How long to wait for a complete response; by default the timeout of the profile.",
)
SOURCE = click.option(
    "--source",
    envvar=variable("source"),
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your copy of the vendor's page as text, which the reports quote.",
)
PDF = click.option(
    "--pdf",
    envvar=variable("pdf"),
    is_flag=True,
    help="Write report.pdf, too; it takes some seconds, and needs the extra pdf.",
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
    help="CA certificates that verify the certificate of the target.",
)
PROXY = click.option("--proxy", envvar=variable("proxy"), metavar="URL", help="A proxy; by default none is used.")
CREDENTIALS_FD = click.option(
    "--credentials-fd",
    metavar="N",
    type=click.IntRange(min=0),
    help="Read client key and API token, a line each, from a file descriptor.",
)
KEYRING = click.option(
    "--keyring", envvar=variable("keyring"), metavar="SERVICE", help="Read the credentials from the system's keyring."
)
# How a target is reached and which credentials it gets.
NETWORK = apply(CA_BUNDLE, PROXY, CREDENTIALS_FD, KEYRING)
# The options of every command that sends requests to a target.
CONNECTION = apply(RATE, TIMEOUT, NETWORK, CONTRACT)
PATTERN = click.option("-k", "pattern", metavar="PATTERN", help="Only requirements whose id matches, as with pytest.")
# The options that a run and its plan share.
RUN: tuple[Option, ...] = (
    CONFIG,
    click.option(
        "--target",
        envvar=variable("target"),
        metavar="URL",
        help="Base URL of the service, or the name of a target in the settings; by default the embedded server.",
    ),
    click.option(
        "--app",
        envvar=variable("app"),
        metavar="MODULE:NAME",
        help="Judge an ASGI application in this process, without a port, in place of a target.",
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
    MAX_TIME,
    MAX_RECORD,
    MAX_WRONG_LOGINS,
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
        "--without",
        envvar=variable("without"),
        metavar="FEATURES",
        multiple=True,
        help="Features that the target lacks, such as memory,echo; what needs them is not tested.",
    ),
    click.option(
        "--force",
        envvar=variable("force"),
        metavar="HEADER",
        help="A header that makes a mock respond with a status: 'Specmatic-Response-Code: {status}'.",
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
        help="The declared deviations.",
    ),
    CONTRACT,
)
