"""Check that a record has all that the replay of a finding needs: it may be damaged, edited or invented."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import NEAR_HEADERS, VARIANTS, Credentials

# The value of a header field as this suite sends it: visible ASCII and blanks.
_VISIBLE = range(0x20, 0x7F)


def check_replayable(
    record: Record, finding: Mapping[str, Any], contract: Contract, credentials: Credentials | None = None
) -> None:
    """Check that a finding of a record can be replayed; with these credentials, if they are given.

    Raises:
        InvalidInputError: the record was made with another contract, or lacks something.

    """
    if record.header["contract"]["digest"] != contract.digest:
        message = "the record was made with another version of the contract: name that file with --contract"
        raise InvalidInputError(message)
    near = NEAR_HEADERS if credentials is None else credentials.near_headers()
    for problem in _problems(record, finding, contract, near):
        message = f"the record is damaged: {problem}: name a record as a run wrote it"
        raise InvalidInputError(message)


def _problems(record: Record, finding: Mapping[str, Any], contract: Contract, near: Collection[str]) -> Iterator[str]:
    if finding["requirement"] not in contract.requirements:
        yield f"the contract has no requirement {finding['requirement']!r}"
    for name in (finding["exchange"], *finding.get("before", ())):
        if name not in record.exchanges:
            yield f"the finding {finding['id']!r} names the exchange {name!r}, which it lacks"
    settings = record.header["settings"]
    for field in contract.fields.values():
        if field.organisation and not isinstance(settings.get(field.name), str):
            yield f"its settings have no {field.name}"
    for exchange in record.exchanges.values():
        request = exchange["request"]
        if request["credentials"] not in VARIANTS and exchange["probe"].removeprefix("credentials/") not in near:
            yield f"the exchange {exchange['id']!r} has credentials of no known kind"
        if not all(ord(letter) in _VISIBLE for _, value in request["headers"] for letter in value):
            yield f"the exchange {exchange['id']!r} has a header with a character that no request has"
        if not _has_content(request["body"]):
            yield f"the exchange {exchange['id']!r} has a body that cannot be read"


def _has_content(body: Mapping[str, Any]) -> bool:
    try:
        _ = body["text"].encode() if "text" in body else base64.b64decode(body["base64"])
    except (KeyError, UnicodeEncodeError, binascii.Error):
        return False
    return True
