"""Variants of the embedded server that differ from it and still meet the contract."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.different import (
    headers,
    lenient,
    limits,
    messages,
    numbers,
    protections,
    representation,
    rules,
    stored_instants,
    texts,
    transfer,
    waits,
    wire,
    written_instants,
)

FAMILIES: Mapping[str, Catalogue] = {
    "messages": messages.SERVERS,
    "representation": representation.SERVERS,
    "headers": headers.SERVERS,
    "wire": wire.SERVERS,
    "limits": limits.SERVERS,
    "rules": rules.SERVERS,
    "lenient": lenient.SERVERS,
    "stored instants": stored_instants.SERVERS,
    "written instants": written_instants.SERVERS,
    "texts": texts.SERVERS,
    "numbers": numbers.SERVERS,
    "transfer": transfer.SERVERS,
    "waits": waits.SERVERS,
    "protections": protections.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
