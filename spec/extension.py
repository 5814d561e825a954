"""`x-conformance`: the extension of `orders.yaml` that says what OpenAPI cannot, as frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from orders_conformance.spec.rules import Rule

Level = Literal["must", "should", "info"]

_SCHEMA = Path(__file__).with_name("extension.schema.json")


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """The fields that make two orders the same, and the distance in days from which a reference may be used again."""

    reference: str
    instant: str
    recycled_after_days: float


@dataclass(frozen=True, slots=True)
class Identity:
    """The response fields by which the service names an order: its own reference, and the link to the order."""

    reference: str
    link: str


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses of the contract by their meaning."""

    created: int
    rejected: int
    unauthorized: int
    conflict: int
    media_type: int


@dataclass(frozen=True, slots=True)
class BatchFile:
    """The vendor's batch file that deletes orders.

    Attributes:
        record: the field that identifies a record of the file.
        fixed: what every record contains.
        order: the field that names the order.
        identity: the field below it that holds the service's own reference.

    """

    record: str
    fixed: Mapping[str, str]
    order: str
    identity: str


@dataclass(frozen=True, slots=True)
class PlainCore:
    """The orders that every conformant server accepts; the organisation's own values are added to it.

    Attributes:
        schema: a JSON Schema for orders.
        together: groups of fields whose plain values depend on each other.
        decimals: digits that a number has at most after the point.
        after: the earliest plain instant.
        fraction_digits: digits of fractional seconds at most.
        offset_hours: the least and the greatest offset from UTC, in hours.
        chronology: date fields of which none is before the one ahead of it.

    """

    schema: Mapping[str, Any]
    together: tuple[tuple[str, ...], ...]
    decimals: int
    after: str
    fraction_digits: int
    offset_hours: tuple[float, float]
    chronology: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialKinds:
    """The kinds of right and of wrong credentials, each with the words that a sentence uses for it."""

    right: Mapping[str, str]
    wrong: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BodyKind:
    """A kind of body that must be rejected: what is wrong with it, in words, and the level of that obligation."""

    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class MediaTypes:
    """Media types that should be accepted beside `application/json`, and some that should be rejected."""

    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """What requirements of a family, or the one of a rule, are made of; names in braces are filled in.

    `level` is None where each requirement has its own. `formerly` is the id in earlier versions of the contract.
    """

    id: str
    sentence: str
    source: str
    level: Level | None = None
    formerly: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """The whole extension.

    Attributes:
        name: what the id of every requirement begins with.
        path: the path of the operation.
        source: the document that the contract is read from.
        duplicate: when an order is a duplicate.
        identity: how the service names an order.
        statuses: the documented statuses by meaning.
        message_fields: response fields that hold a message.
        batch: the batch file that deletes orders.
        core: the plain core of orders.
        clock_tolerance_seconds: how far "the time of the request" may be from ours.
        credentials: kinds of credentials.
        bodies: kinds of bodies that must be rejected.
        media_types: further media types.
        families: templates that are expanded over fields, values, responses and kinds.
        rules: templates of one requirement each, in the order of the file.

    """

    name: str
    path: str
    source: str
    duplicate: DuplicateRule
    identity: Identity
    statuses: Statuses
    message_fields: tuple[str, ...]
    batch: BatchFile
    core: PlainCore
    clock_tolerance_seconds: float
    credentials: CredentialKinds
    bodies: Mapping[str, BodyKind]
    media_types: MediaTypes
    families: Mapping[Rule, Template]
    rules: Mapping[Rule, Template]

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read the extension as YAML gives it.

        Raises:
            ValueError: a key is missing or unknown, or a value has the wrong type; the message is one line.

        """
        error = best_match(Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8"))).iter_errors(value))
        if error is not None:
            message = f"x-conformance: {error.json_path}: {error.message}: mend that value"
            raise ValueError(message)
        _check_rules({*value["families"], *value["rules"]})
        core = value["core"]
        return cls(
            name=value["name"],
            path=value["path"],
            source=value["source"],
            duplicate=DuplicateRule(**value["duplicate"]),
            identity=Identity(**value["identity"]),
            statuses=Statuses(**value["statuses"]),
            message_fields=tuple(value["message_fields"]),
            batch=BatchFile(**value["batch"]),
            core=PlainCore(
                schema=core["schema"],
                together=tuple(map(tuple, core["together"])),
                decimals=core["decimals"],
                after=core["after"],
                fraction_digits=core["fraction_digits"],
                offset_hours=(core["offset_hours"][0], core["offset_hours"][1]),
                chronology=tuple(core["chronology"]),
            ),
            clock_tolerance_seconds=value["clock_tolerance_seconds"],
            credentials=CredentialKinds(**value["credentials"]),
            bodies={kind: BodyKind(**body) for kind, body in value["bodies"].items()},
            media_types=MediaTypes(**{kind: tuple(listed) for kind, listed in value["media_types"].items()}),
            families={Rule(name): Template(**template) for name, template in value["families"].items()},
            rules={Rule(name): Template(**template) for name, template in value["rules"].items()},
        )


def _check_rules(named: set[str]) -> None:
    """See that the contract and the code know the same families and rules.

    Raises:
        ValueError: they do not.

    """
    known = {str(rule) for rule in Rule}
    for name in sorted(named - known):
        message = f"x-conformance: nothing judges the rule {name!r}: use a name of spec/rules.py, or add it there"
        raise ValueError(message)
    for name in sorted(known - named):
        message = f"x-conformance: the rule {name!r} is missing: add it to families or rules"
        raise ValueError(message)
