"""Read a record and the finding to replay, and check all that is to be sent: a record may have been edited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.replay.steps import check_usable
from orders_conformance.reports.manifest import record_file
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record, RecordError
from orders_conformance.reports.text import clipped
from orders_conformance.spec.contract import Contract

# The references of a run begin so; in a record that was edited any text could, which would be replaced in each body.
_PREFIX = re.compile(r"[A-Za-z0-9]{4,32}")
# Characters of a text of the record in an error message.
_LONGEST = 100


def open_record(path: Path) -> Record:
    """Read a record.

    Raises:
        InvalidInputError: the record cannot be read.

    """
    try:
        return read(record_file(path))
    except RecordError as error:
        raise InvalidInputError(str(error)) from error


def load(path: Path, identifier: str, contract: Contract) -> tuple[Record, Mapping[str, Any]]:
    """Return a record, and its finding with an id, or its first finding on the requirement with that id.

    Raises:
        InvalidInputError: the record cannot be read, was made with another contract, has no such finding, or does not
            have what is to be sent.

    """
    record = open_record(path)
    if record.header["contract"]["digest"] != contract.digest:
        message = "the record was made with another version of the contract: name that file with --contract"
        raise InvalidInputError(message)
    finding = _named(record, identifier)
    if finding["requirement"] not in contract.requirements:
        name = clipped(finding["requirement"], _LONGEST)
        message = f"the contract has no requirement {name}, which {finding['id']} is on: name another finding"
        raise InvalidInputError(message)
    if not _PREFIX.fullmatch(record.header["reference_prefix"]):
        prefix = clipped(record.header["reference_prefix"], _LONGEST)
        message = f"the references of the record begin with {prefix!r}, which no run chooses: name the record of a run"
        raise InvalidInputError(message)
    organisation(record, contract)
    check_usable(record, finding)
    return record, finding


def _named(record: Record, identifier: str) -> Mapping[str, Any]:
    for finding in record.findings:
        if identifier in {finding["id"], finding["requirement"]}:
            return finding
    known = ", ".join(finding["id"] for finding in record.findings[:10]) or "none"
    message = (
        f"the record has no finding {identifier!r}: name one of its findings ({known}) or a requirement that failed"
    )
    raise InvalidInputError(message)


def organisation(record: Record, contract: Contract) -> dict[str, str]:
    """Return the values that the organisation defines, by field.

    Raises:
        InvalidInputError: the record lacks one.

    """
    names = [field.name for field in contract.fields.values() if field.organisation]
    found = {name: record.header["settings"].get(name) for name in names}
    values = {name: value for name, value in found.items() if isinstance(value, str)}
    if missing := [name for name in names if name not in values]:
        message = f"the settings in the record have no {missing[0]} of the organisation: name the record of a run"
        raise InvalidInputError(message)
    return values
