"""Everything that the contract obliges a server to, enumerated from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from orders_conformance.spec.fields import DocumentedResponse, RequestField, ResponseField

Level = Literal["must", "should", "info"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One obligation.

    `id` is stable and named, never positional; `sentence` is what a report shows; `source` is the section that says
    so. `family` and `subject` are what the oracle looks it up by: `("type", ("price",))`.
    """

    id: str
    level: Level
    sentence: str
    source: str
    family: str
    subject: tuple[str, ...] = ()


def enumerate_requirements(
    extension: Mapping[str, Any], fields: Iterable[RequestField], responses: Iterable[DocumentedResponse]
) -> tuple[Requirement, ...]:
    """Enumerate the requirements of a contract.

    Args:
        extension: the contract's `x-conformance`.
        fields: the fields of the request.
        responses: the documented replies that have a body.

    Raises:
        ValueError: two requirements would have the same id.

    """
    expand = _Expansion(extension)
    found = [*expand.request(fields), *expand.lists(), *expand.responses(responses), *expand.rules()]
    seen: set[str] = set()
    for requirement in found:
        if requirement.id in seen:
            message = f"two requirements have the id {requirement.id!r}"
            raise ValueError(message)
        seen.add(requirement.id)
    return tuple(found)


class _Expansion:
    def __init__(self, extension: Mapping[str, Any]) -> None:
        self._extension = extension
        self._prefix = extension["name"]

    def _one(self, family: str, *subject: str, level: Level | None = None, **words: Any) -> Requirement:
        template = self._extension["families"][family]
        obligation: Level = level or template["level"]
        words["MUST"] = obligation.upper()
        return Requirement(
            id=f"{self._prefix}/{template['id'].format(**words)}",
            level=obligation,
            sentence=template["sentence"].format(**words),
            source=template["source"].format(**words),
            family=family,
            subject=subject,
        )

    def request(self, fields: Iterable[RequestField]) -> Iterator[Requirement]:
        for field in fields:
            name = field.name
            families = ["required", "null_required"] if field.required else ["optional", "null_optional"]
            families += ["type", "enum"] if field.enum else ["type", "accept", "beyond"]
            families += ["format", "offset", "fraction"] if field.format == "date-time" else []
            for family in families:
                yield self._one(family, name, field=name, type=field.type)
            for value in field.enum:
                yield self._one("value", name, value, field=name, value=value)

    def lists(self) -> Iterator[Requirement]:
        for kind, body in self._extension["bodies"].items():
            yield self._one("body", kind, level=body["level"], kind=kind, text=body["text"])
        for variant, text in self._extension["credentials"]["wrong"].items():
            yield self._one("credentials", variant, variant=variant, text=text)

    def responses(self, responses: Iterable[DocumentedResponse]) -> Iterator[Requirement]:
        for response in responses:
            status = str(response.status)
            yield self._one("media_type", status, status=status)
            yield self._one("object", status, status=status)
            for field in response.fields:
                words: dict[str, Any] = {
                    "status": status,
                    "path": "/".join(field.path),
                    "name": field.name,
                    "type": field.type,
                    "format": field.format,
                }
                for family in _reply_families(field):
                    yield self._one(family, status, field.name, **words)
                if field.equals is not None:
                    words["value"] = field.equals
                    yield self._one("equals", status, field.name, level=field.equals_level, **words)

    def rules(self) -> Iterator[Requirement]:
        for name, rule in self._extension["rules"].items():
            yield Requirement(
                id=f"{self._prefix}/{rule['id']}",
                level=rule["level"],
                sentence=rule["sentence"],
                source=rule["source"],
                family=name,
            )


def _reply_families(field: ResponseField) -> list[str]:
    families = ["present_when_sent" if field.only_repeats else "present", "reply_type"]
    families += ["reply_enum"] if field.enum else []
    families += ["reply_format"] if field.format else []
    if field.echo:
        families.append("echo_or_now" if field.echo == "instant-or-now" else "echo")
    if field.only_repeats:
        families.append("own")
    return families
