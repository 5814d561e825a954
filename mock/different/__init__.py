"""Servers that merely differ from the embedded one: each keeps the contract."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.different import answers, headers, limits, rules, wire, wording

FAMILIES: Mapping[str, Catalogue] = {
    "wording": wording.SERVERS,
    "answers": answers.SERVERS,
    "headers": headers.SERVERS,
    "wire": wire.SERVERS,
    "limits": limits.SERVERS,
    "rules": rules.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
