"""Faulty servers: each is the embedded one with one change, and its docstring says which lie it tells."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty import (
    authentication,
    combinations,
    created,
    dates,
    dates_answered,
    enums,
    forgetting,
    forms,
    identity,
    json_types,
    keys,
    price,
    protocol,
    refusals,
    repeats,
    required,
    stateful,
    text,
)

FAMILIES: Mapping[str, Catalogue] = {
    "authentication": authentication.SERVERS,
    "required": required.SERVERS,
    "types": json_types.SERVERS,
    "enums": enums.SERVERS,
    "dates": dates.SERVERS,
    "dates answered": dates_answered.SERVERS,
    "price": price.SERVERS,
    "text": text.SERVERS,
    "created": created.SERVERS,
    "identity": identity.SERVERS,
    "forms": forms.SERVERS,
    "stateful": stateful.SERVERS,
    "combinations": combinations.SERVERS,
    "keys": keys.SERVERS,
    "forgetting": forgetting.SERVERS,
    "repeats": repeats.SERVERS,
    "refusals": refusals.SERVERS,
    "protocol": protocol.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
