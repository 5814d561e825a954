"""Faulty servers: variants of the embedded server with one fault each, which the docstring names."""

from collections.abc import Mapping

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty import (
    authentication,
    columns,
    combinations,
    created,
    dates,
    dates_returned,
    enums,
    forgetting,
    forgiven,
    forms,
    identity,
    json_types,
    keys,
    names,
    order_of_checks,
    price,
    protocol,
    rejections,
    repeats,
    required,
    sessions,
    stateful,
    text,
    time_zones,
)

FAMILIES: Mapping[str, Catalogue] = {
    "authentication": authentication.SERVERS,
    "sessions": sessions.SERVERS,
    "order of checks": order_of_checks.SERVERS,
    "required": required.SERVERS,
    "names": names.SERVERS,
    "types": json_types.SERVERS,
    "enums": enums.SERVERS,
    "dates": dates.SERVERS,
    "dates returned": dates_returned.SERVERS,
    "time zones": time_zones.SERVERS,
    "price": price.SERVERS,
    "text": text.SERVERS,
    "columns": columns.SERVERS,
    "created": created.SERVERS,
    "identity": identity.SERVERS,
    "forms": forms.SERVERS,
    "stateful": stateful.SERVERS,
    "combinations": combinations.SERVERS,
    "forgiven": forgiven.SERVERS,
    "keys": keys.SERVERS,
    "forgetting": forgetting.SERVERS,
    "repeats": repeats.SERVERS,
    "rejections": rejections.SERVERS,
    "protocol": protocol.SERVERS,
}
CATALOGUE = Catalogue(*FAMILIES.values())
