"""Read the reader's own copy of the vendor's page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.reports.quotes import Quotes
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.page.page import Page, PageError, read_page
from orders_conformance.spec.page.quotes import quotes

# The page has 6 KiB.
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the page: what it says, its text, and the digest of its bytes."""

    page: Page
    text: str
    digest: str


def read_source(file: Path) -> Copy:
    """Return the page in a file.

    Raises:
        InvalidInputError: the file cannot be read, or is no page of the form.

    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        message = f"the page {str(file)!r} cannot be read ({error.strerror}): name another file"
        raise InvalidInputError(message) from error
    reason = f"it is larger than {_LARGEST} bytes"
    if len(content) <= _LARGEST:
        try:
            text = content.decode()
            return Copy(read_page(text), text, f"sha256:{hashlib.sha256(content).hexdigest()}")
        except PageError as error:
            reason = str(error)
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
    message = f"{str(file)!r} is no page of the vendor's form: {reason}: save the operation's page as text"
    raise InvalidInputError(message)


def read_quotes(contract: Contract, file: Path, recorded: str | None = None) -> Quotes:
    """Return the words of the page in a file for the requirements of a contract.

    Args:
        contract: the contract.
        file: the path of the copy.
        recorded: the digest of the page that a run named; None for none.

    Raises:
        InvalidInputError: the file cannot be read, is no page of the form, or is not the page that the run named.

    """
    copy = read_source(file)
    if recorded not in {None, copy.digest}:
        message = f"{str(file)!r} is not the page of the run, which is {recorded}: name that one"
        raise InvalidInputError(message)
    return Quotes(copy.digest, quotes(contract, copy.text))
