"""Templates of requirements: one of a family, for each field, value, response or kind; or one of a rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from orders_conformance.spec.rules import Rule
from orders_conformance.spec.sources import Document, Level, SourceTemplate, parse_sources


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the requirements of a family, or of the one requirement of a rule.

    Names in braces are replaced. `level` is None where each requirement has its own. `formerly` is the template of the
    id in earlier versions of the contract. `needs` are the features without which there is nothing to judge.
    `argument` says why the level is another one than follows from the sources.
    """

    id: str
    sentence: str
    source: tuple[SourceTemplate, ...]
    level: Level | None = None
    formerly: str | None = None
    needs: tuple[str, ...] = ()
    argument: str | None = None


def parse_templates(
    value: Mapping[str, Any], features: Collection[str], documents: Mapping[str, Document]
) -> Mapping[Rule, Template]:
    """Return templates in plain values, which the schema has checked, by rule.

    Raises:
        ValueError: one needs a feature that is not there, or cites a document that is not there.

    """
    found: dict[Rule, Template] = {}
    for name, template in value.items():
        needs = tuple(template.get("needs", ()))
        missing = next((one for one in needs if one not in features), None)
        if missing is not None:
            message = f"x-conformance: {name} needs {missing!r}, which is not there: use a name of features"
            raise ValueError(message)
        source = parse_sources(name, template["source"], documents)
        found[Rule(name)] = Template(**{**template, "needs": needs, "source": source})
    return found
