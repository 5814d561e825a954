"""Faulty servers: variants of the embedded server with one fault each, which the docstring names."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty import (
    authentication,
    combinations,
    created,
    dates,
    dates_returned,
    enums,
    forgetting,
    forms,
    identity,
    json_types,
    keys,
    other_requests,
    price,
    protocol,
    rejections,
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
    "dates returned": dates_returned.SERVERS,
    "price": price.SERVERS,
    "text": text.SERVERS,
    "created": created.SERVERS,
    "identity": identity.SERVERS,
    "forms": forms.SERVERS,
    "stateful": stateful.SERVERS,
    "other requests": other_requests.SERVERS,
    "combinations": combinations.SERVERS,
    "keys": keys.SERVERS,
    "forgetting": forgetting.SERVERS,
    "repeats": repeats.SERVERS,
    "rejections": rejections.SERVERS,
    "protocol": protocol.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
