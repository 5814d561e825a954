"""The command `source`."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import NoReturn

import click

from orders_conformance.harness.cli import options
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.reports.text import console_line
from orders_conformance.spec.page.comparison import differences
from orders_conformance.spec.page.page import Page, PageError, read_page

# The page has 6 KiB.
_LARGEST = 1 << 20


@click.command("source")
@click.argument("file", type=click.Path(path_type=Path))
@options.CONTRACT
def source(file: Path, contract_path: Path | None) -> NoReturn:
    """Compare FILE, the vendor's page as text, with the contract, field by field.

    What the contract adds on purpose is declared in it and not reported. Exit status: 0 if they agree, 1 if not.
    """
    contract = read_contract(contract_path)
    page, digest = _read(file)
    found = differences(contract, page)
    for line in found:
        click.echo(console_line(line))
    count = f"{len(found)} difference{'' if len(found) == 1 else 's'}" if found else "no difference"
    click.echo(
        f"{count} between page and contract, in {page.size} fields of {len(page.sections)} sections; "
        f"the page is {digest}"
    )
    sys.exit(1 if found else 0)


def _read(file: Path) -> tuple[Page, str]:
    """Return the page in a file, and the digest of its bytes.

    Raises:
        InvalidInputError: the file cannot be read, or is no page of the form.

    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        message = f"the page {str(file)!r} cannot be read ({error.strerror}): name another file"
        raise InvalidInputError(message) from error
    return _parsed(file, content), f"sha256:{hashlib.sha256(content).hexdigest()}"


def _parsed(file: Path, content: bytes) -> Page:
    reason = f"it is larger than {_LARGEST} bytes"
    if len(content) <= _LARGEST:
        try:
            return read_page(content.decode())
        except PageError as error:
            reason = str(error)
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
    message = f"{str(file)!r} is no page of the vendor's form: {reason}: save the operation's page as text"
    raise InvalidInputError(message)
