"""Enumerates the requirements of a contract: everything that it requires of a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from orders_conformance.spec.extension import Extension
from orders_conformance.spec.fields import DocumentedResponse, RequestField, ResponseField
from orders_conformance.spec.rules import Rule
from orders_conformance.spec.sources import REQUEST_SECTION, RESPONSE_SECTION, Level, Source, check, in_one_line
from orders_conformance.spec.templates import Template


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement.

    Attributes:
        id: the stable id, made of names and never of positions: `create/request/price/type`.
        level: whether it is stated (must), shown or standard (should), or not specified (info).
        sentence: the sentence that reports show.
        sources: where it comes from.
        argument: why the level is another one than follows from the sources; None where it is not.
        family: the family or rule that it belongs to.
        subject: which requirement of the family it is: `("price",)`.
        formerly: the id in earlier versions of the contract, if it was another one. Deviations and patterns may use it.
        needs: the features of a target without which there is nothing to judge.

    """

    id: str
    level: Level
    sentence: str
    sources: tuple[Source, ...]
    family: Rule
    subject: tuple[str, ...] = ()
    argument: str | None = None
    formerly: str | None = None
    needs: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Return the sources in one line."""
        return in_one_line(self.sources)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the id, and the former id where there is one."""
        return (self.id,) if self.formerly is None else (self.id, self.formerly)


def enumerate_requirements(
    extension: Extension, fields: Iterable[RequestField], responses: Iterable[DocumentedResponse]
) -> tuple[Requirement, ...]:
    """Enumerate the requirements of a contract, in its order.

    Args:
        extension: the contract's `x-conformance`.
        fields: the fields of the request.
        responses: the documented responses that have a body.

    Raises:
        ValueError: two requirements would have the same id, or sources do not support a requirement.

    """
    fields, responses = tuple(fields), tuple(responses)
    expansion = _Expansion(extension)
    found = [
        *expansion.request(fields),
        *expansion.kinds(),
        *expansion.responses(responses),
        *expansion.rules(),
    ]
    documented = {(REQUEST_SECTION, field.name) for field in fields}
    documented |= {(RESPONSE_SECTION.format(one.status), field.name) for one in responses for field in one.fields}
    seen: set[str] = set()
    for requirement in found:
        check(requirement.id, requirement.level, requirement.argument, requirement.sources, documented)
        if requirement.id in seen:
            message = f"two requirements have the id {requirement.id!r}"
            raise ValueError(message)
        seen.add(requirement.id)
    return tuple(found)


class _Expansion:
    """Expands the templates of an extension into requirements."""

    def __init__(self, extension: Extension) -> None:
        self._extension = extension
        self._prefix = extension.name
        self._statuses = asdict(extension.statuses)

    def _from_family(self, family: Rule, *subject: str, level: Level | None = None, **words: Any) -> Requirement:
        words |= {f"a_{name}": _with_article(str(words[name])) for name in ("type", "format") if words.get(name)}
        return self._from_template(family, subject, self._extension.families[family], level, words)

    def _from_template(
        self, rule: Rule, subject: tuple[str, ...], template: Template, level: Level | None, words: Mapping[str, Any]
    ) -> Requirement:
        effective = level or template.level
        if effective is None:
            message = f"x-conformance: {rule} has no level: add must, should or info"
            raise ValueError(message)
        words = {**words, **self._statuses, "MUST": effective.upper()}
        return Requirement(
            id=f"{self._prefix}/{template.id.format(**words)}",
            level=effective,
            sentence=template.sentence.format(**words),
            sources=tuple(one.source(words) for one in template.source if one.level in {None, effective}),
            family=rule,
            subject=subject,
            argument=template.argument,
            formerly=f"{self._prefix}/{template.formerly.format(**words)}" if template.formerly else None,
            needs=template.needs,
        )

    def request(self, fields: Iterable[RequestField]) -> Iterator[Requirement]:
        for field in fields:
            name = field.name
            families = [Rule.OPTIONAL, Rule.NULL_OPTIONAL]
            if field.required:
                families = [Rule.REQUIRED, Rule.NAME_CASE, Rule.NULL_REQUIRED]
            families += [Rule.TYPE, Rule.ENUM] if field.enum else [Rule.TYPE, Rule.ACCEPT, Rule.UNUSUAL_VALUES]
            families += [Rule.FORMAT, Rule.OFFSET, Rule.FRACTION] if field.format == "date-time" else []
            for family in families:
                yield self._from_family(family, name, field=name, type=field.type)
            for value in field.enum:
                yield self._from_family(Rule.VALUE, name, value, field=name, value=value)

    def kinds(self) -> Iterator[Requirement]:
        for kind, body in self._extension.bodies.items():
            yield self._from_family(Rule.BODY, kind, level=body.level, kind=kind, text=body.text)
        for variant, text in self._extension.credentials.wrong.items():
            one = self._from_family(Rule.CREDENTIALS, variant, variant=variant, text=text)
            # A server that asks for any credentials rejects this, whether it can tell right from wrong or not.
            anonymous = variant in self._extension.credentials.anonymous
            yield replace(one, needs=self._included(one.needs)) if anonymous else one

    def _included(self, needs: tuple[str, ...]) -> tuple[str, ...]:
        """Return the features that the given ones include, in place of those that include one."""
        features = self._extension.features
        return tuple(features[name].includes or name for name in needs)

    def responses(self, responses: Iterable[DocumentedResponse]) -> Iterator[Requirement]:
        for response in responses:
            status = str(response.status)
            yield self._from_family(Rule.MEDIA_TYPE, status, status=status)
            yield self._from_family(Rule.OBJECT, status, status=status)
            yield self._from_family(Rule.UNIQUE_NAMES, status, status=status)
            for field in response.fields:
                words: dict[str, Any] = {
                    "status": status,
                    "path": "/".join(field.path),
                    "name": field.name,
                    "type": field.type,
                    "format": field.format,
                }
                for family in _response_families(field):
                    yield self._from_family(family, status, field.name, **words)
                if field.equals is not None:
                    words["value"] = field.equals
                    yield self._from_family(Rule.EQUALS, status, field.name, level=field.equals_level, **words)

    def rules(self) -> Iterator[Requirement]:
        return (self._from_template(rule, (), template, None, {}) for rule, template in self._extension.rules.items())


# The names of JSON Schema formats in sentences.
_FORMATS = {"date-time": "RFC 3339 date-time", "uri": "URI"}


def _with_article(noun: str) -> str:
    noun = _FORMATS.get(noun, noun)
    # "a URI", but "an RFC" and "an integer".
    return f"{'an' if noun[0] in 'aeio' or noun.startswith('RFC') else 'a'} {noun}"


def _response_families(field: ResponseField) -> list[Rule]:
    families = [Rule.PRESENT_WHEN_SENT, Rule.LEFT_OUT] if field.only_repeats else [Rule.PRESENT]
    families += [Rule.RESPONSE_TYPE]
    families += [Rule.RESPONSE_ENUM] if field.enum else []
    families += [Rule.RESPONSE_FORMAT] if field.format else []
    if field.echo:
        families.append(Rule.ECHO_OR_NOW if field.echo == "instant-or-now" else Rule.ECHO)
    if field.only_repeats:
        families.append(Rule.NOT_FROM_ANOTHER_ORDER)
    return families
