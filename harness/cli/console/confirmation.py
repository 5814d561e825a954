"""Ask before something is sent that cannot be taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from orders_conformance.harness.errors import InvalidInputError

YES = click.option("--yes", is_flag=True, help="Do not ask before requests are sent.")


def confirmation(*, yes: bool) -> Callable[[str], None]:
    """Return a function that asks whether to do something, such as `delete 3 orders at https://api.example.com`.

    It raises `InvalidInputError` where the user says no, or where nobody can be asked and `yes` was not given.
    """

    def confirm(what: str) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            message = f"nobody can be asked whether to {what}: say so with --yes"
            raise InvalidInputError(message)
        if not click.confirm(f"{what[0].upper()}{what[1:]}?", err=True):
            message = f"nothing was sent: you chose not to {what}"
            raise InvalidInputError(message)

    return confirm
