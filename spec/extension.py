"""The extension `x-conformance` of `orders.yaml`, which adds what OpenAPI cannot express, as frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from orders_conformance.spec.features import Feature, parse_features
from orders_conformance.spec.page.additions import PageDeclaration
from orders_conformance.spec.rules import Rule
from orders_conformance.spec.sources import Document, Level, parse_documents
from orders_conformance.spec.templates import Template, parse_templates

_SCHEMA = Path(__file__).with_name("extension.schema.json")


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """The duplicate rule: the two fields of the key, and after how many days a reference may be used again."""

    reference: str
    instant: str
    recycled_after_days: float


@dataclass(frozen=True, slots=True)
class Identity:
    """The response fields by which the service identifies an order: its own reference, and the link."""

    reference: str
    link: str


@dataclass(frozen=True, slots=True)
class Statuses:
    """The documented statuses by meaning."""

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
        fixed: fields with the same value in every record.
        order: the object that describes the order.
        identity: its field for the service's own reference.

    """

    record: str
    fixed: Mapping[str, str]
    order: str
    identity: str


@dataclass(frozen=True, slots=True)
class PlainCore:
    """The plain core: orders that every conformant server accepts, with the organisation's own values.

    Attributes:
        schema: a JSON Schema for orders.
        together: groups of fields whose plain values depend on each other.
        decimals: digits after the decimal point, at most.
        after: the earliest plain instant.
        fraction_digits: digits of fractional seconds, at most.
        offset_hours: the least and the greatest offset from UTC, in hours.
        chronology: date-time fields, none of which is before the one listed ahead of it.

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
    """The kinds of right and of wrong credentials, each with the words that its sentence uses.

    `anonymous` are those of the wrong ones that hold no credentials.
    """

    right: Mapping[str, str]
    wrong: Mapping[str, str]
    anonymous: frozenset[str]


@dataclass(frozen=True, slots=True)
class BodyKind:
    """A kind of body that must be rejected: `text` completes "a body that ..."."""

    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class MediaTypes:
    """Media types that should be accepted like `application/json`, and some that should be rejected."""

    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension.

    Attributes:
        name: the beginning of every requirement id.
        path: the path of the operation.
        source: the document that the contract is written from.
        documents: the documents that requirements cite, by name.
        page: what the contract adds to the vendor's page.
        duplicate: the duplicate rule.
        identity: how the service identifies an order.
        statuses: the documented statuses by meaning.
        message_fields: response fields that hold a message.
        batch: the batch file that deletes orders.
        core: the plain core.
        clock_tolerance_seconds: by how much "the time of the request" in a response may differ from our clock.
        credentials: the kinds of credentials.
        bodies: the kinds of bodies that must be rejected.
        media_types: further media types.
        features: the features that a target may lack, by name.
        families: templates of one requirement for each field, value, response or kind.
        rules: templates of one requirement each, in the order of the file.

    """

    name: str
    path: str
    source: str
    documents: Mapping[str, Document]
    page: PageDeclaration
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
    features: Mapping[str, Feature]
    families: Mapping[Rule, Template]
    rules: Mapping[Rule, Template]

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Return the extension in plain values, as YAML is parsed.

        Raises:
            ValueError: a key is missing or unknown, or a value has the wrong type; the message is one line.

        """
        error = best_match(Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8"))).iter_errors(value))
        if error is not None:
            message = f"x-conformance: {error.json_path}: {error.message}: correct that value"
            raise ValueError(message)
        _check_rules({*value["families"], *value["rules"]})
        core, credentials = value["core"], value["credentials"]
        features, documents = parse_features(value["features"]), parse_documents(value["sources"])
        return cls(
            name=value["name"],
            path=value["path"],
            source=value["source"],
            documents=documents,
            page=PageDeclaration.parse(value["page"]),
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
            credentials=CredentialKinds(
                credentials["right"], credentials["wrong"], frozenset(credentials["anonymous"])
            ),
            bodies={kind: BodyKind(**body) for kind, body in value["bodies"].items()},
            media_types=MediaTypes(**{kind: tuple(listed) for kind, listed in value["media_types"].items()}),
            features=features,
            families=parse_templates(value["families"], features, documents),
            rules=parse_templates(value["rules"], features, documents),
        )


def _check_rules(named: set[str]) -> None:
    """Check that contract and code have the same families and rules.

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
