"""Variants of the embedded server that differ from it and still meet the contract."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.different import headers, limits, messages, representation, rules, wire

FAMILIES: Mapping[str, Catalogue] = {
    "messages": messages.SERVERS,
    "representation": representation.SERVERS,
    "headers": headers.SERVERS,
    "wire": wire.SERVERS,
    "limits": limits.SERVERS,
    "rules": rules.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
