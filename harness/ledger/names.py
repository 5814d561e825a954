"""Read from requests and responses what identifies an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.spec.contract import Contract


@dataclass(frozen=True)
class OrderNames:
    """Reads the names of orders.

    Attributes:
        contract: the contract, which names the fields that identify an order.
        prefix: the text that every reference of the run begins with.

    """

    contract: Contract
    prefix: str

    @cached_property
    def _key(self) -> tuple[str, str]:
        rule = self.contract.extension.duplicate
        return rule.reference, rule.instant

    @cached_property
    def _own_reference(self) -> re.Pattern[bytes]:
        return re.compile(re.escape(self.prefix.encode()) + rb"-[0-9A-Z]+")

    def in_request(self, body: bytes) -> Mapping[str, str]:
        """Return reference and instant of an order in a request body, by field name, as far as they are there."""
        document = read_body(body)[1]
        if document is not None and isinstance(document.get(self._key[0]), str):
            return _texts(document, self._key)
        # A server may accept a body that is not JSON, too.
        found = self._own_reference.search(body)
        return {self._key[0]: found[0].decode()} if found else {}

    def in_response(self, body: bytes) -> Mapping[str, str]:
        """Return what identifies an order in the body of a response, by field name, as far as it is there."""
        identity = self.contract.extension.identity
        return _texts(read_body(body)[1] or {}, (*self._key, identity.reference, identity.link))

    def key(self, body: bytes) -> tuple[str | None, str]:
        """Return reference and instant of a request body; None and an empty text for what is not there."""
        found = self.in_request(body)
        return found.get(self._key[0]) or None, found.get(self._key[1], "")

    def ref(self, body: bytes) -> str | None:
        """Return the service's own reference in the body of a response, or None."""
        return self.in_response(body).get(self.contract.extension.identity.reference) or None


def _texts(document: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, str]:
    return {name: value for name in names if isinstance(value := document.get(name), str)}
