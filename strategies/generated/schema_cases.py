"""Requests that schemathesis generates from the contract's schema.

This module sends nothing. It uses `iter_coverage_cases`, `generation_for` and `schemathesis.generation.meta`, which
schemathesis does not document; hence its minor version is pinned.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

import requests
import schemathesis
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core import NOT_SET

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.references import with_whole_schemas
from orders_conformance.strategies.generated.draw import draw
from orders_conformance.strategies.generated.hypothesis_provider import reproducible
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order, Probe

Mode = Literal["positive", "negative"]
_MODES: tuple[Mode, ...] = ("positive", "negative")

# A base URL to build requests with; nothing is sent there.
_UNUSED_URL = "http://127.0.0.1"
# Draws per requested case: some cases are equal to earlier ones.
_DRAWS_PER_CASE = 2


@dataclass(frozen=True)
class SchemaCases:
    """Generates cases for the operation of the contract.

    Attributes:
        operation: the operation in schemathesis.
        orders: the factory of plain orders, which has the organisation's own values.
        plain: a plain order with all fields.

    """

    operation: APIOperation[Any, Any, Any, Any]
    orders: OrderFactory
    plain: Order

    @classmethod
    def load(cls, contract: Contract, orders: OrderFactory, plain: Order) -> Self:
        """Load the operation of a contract into schemathesis.

        Args:
            contract: the contract.
            orders: the factory of plain orders, which has the organisation's own values.
            plain: a plain order with all fields; its values replace generated ones where these are not under test.

        """
        statuses = contract.extension.statuses
        config = schemathesis.Config.from_dict(
            {
                # Probes set the credentials: wrong ones may lock an account.
                "generation": {"with-security-parameters": False, "allow-extra-parameters": False},
                "phases": {"coverage": {"unexpected-methods": []}},
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": [str(statuses.created)]},
                    "negative_data_rejection": {"expected-statuses": ["4xx", "5xx"]},
                },
            }
        )
        schema = schemathesis.openapi.from_dict(deepcopy(with_whole_schemas(contract.document)), config=config)
        return cls(schema[contract.path]["POST"], orders, plain)

    def coverage(self) -> Iterator[Case[Any]]:
        """Generate the cases of schemathesis's coverage phase; they do not depend on a seed."""
        schema = self.operation.schema
        with reproducible():
            cases = list(
                schema.iter_coverage_cases(
                    self.operation,
                    generation_modes=[GenerationMode(mode) for mode in _MODES],
                    generation_config=schema.config.generation_for(operation=self.operation, phase="coverage"),
                )
            )
        return self._distinct(cases)

    def fuzzed(self, number: int, seeds: random.Random) -> Iterator[Case[Any]]:
        """Generate `number` random cases at most, valid and invalid ones in turn."""
        share = -(-number // len(_MODES))
        drawn = [list(itertools.islice(self._distinct(self._drawn(mode, share, seeds)), share)) for mode in _MODES]
        turns = itertools.chain.from_iterable(itertools.zip_longest(*drawn))
        return itertools.islice((case for case in turns if case is not None), number)

    def probe(self, case: Case[Any]) -> Probe:
        """Return the probe that sends a case."""
        prepared = requests.Request(**case.as_transport_kwargs(base_url=_UNUSED_URL)).prepare()
        body = prepared.body or b""
        body = body.encode() if isinstance(body, str) else body
        return Probe("schema", body, content_type=prepared.headers.get("Content-Type"))

    def _drawn(self, mode: Mode, number: int, seeds: random.Random) -> list[Case[Any]]:
        strategy = self.operation.as_strategy(generation_mode=GenerationMode(mode))
        return draw(strategy, number * _DRAWS_PER_CASE, seeds)

    def _distinct(self, cases: Iterable[Case[Any]]) -> Iterator[Case[Any]]:
        """Replace values by plain ones except for the mutation of an invalid case, and leave out duplicate cases.

        Any other unusual value in an invalid order could be the reason why a server rejects it, and would hide that the
        server accepts the mutation.
        """
        seen: set[str] = set()
        for case in cases:
            if _mode(case) == "negative":
                self._replace(case, dict.fromkeys(_names(case) - self.plain.keys()), remove=True)
                self._replace(case, self.plain)
            self._replace(case, {self.orders.reference: self.plain[self.orders.reference]})
            self._replace(case, self.orders.organisation)
            signature = _signature(case, self.orders.reference)
            if signature not in seen:
                seen.add(signature)
                yield case

    def _replace(self, case: Case[Any], values: Mapping[str, Any], *, remove: bool = False) -> None:
        """Replace values of a case by given ones of the same JSON type, or remove them; never the mutated ones.

        Schemathesis updates the mode of a changed case; a change that turns an invalid case into a valid one is undone.
        """
        mode = _mode(case)
        for name in sorted(_names(case) & values.keys() - _mutated(case)):
            before = cast("dict[str, Any]", case.body)
            if remove:
                case.body = {other: value for other, value in before.items() if other != name}
            elif _kind(before[name]) == _kind(values[name]):
                case.body = {**before, name: values[name]}
            if _mode(case) != mode:
                case.body = before


def _names(case: Case[Any]) -> frozenset[str]:
    return frozenset(case.body) if isinstance(case.body, dict) else frozenset()


def _kind(value: object) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _mode(case: Case[Any]) -> Mode:
    return "negative" if case.meta is not None and case.meta.generation.mode.is_negative else "positive"


def _mutated(case: Case[Any]) -> frozenset[str]:
    """Return the fields that an invalid case mutates: coverage cases have a schema path, fuzzed ones a body path."""
    if case.meta is None or _mode(case) == "positive":
        return frozenset()
    data = case.meta.phase.data
    paths = [mutation.path for mutation in data.mutations]
    parts = (data.location or "").split("/")
    if parts[:2] == ["", "properties"]:
        paths.append((parts[2],))
    return frozenset(str(path[0]) for path in paths if path)


def _signature(case: Case[Any], reference: str) -> str:
    body = case.body
    if isinstance(body, dict) and isinstance(body.get(reference), str) and reference not in _mutated(case):
        body = {name: value for name, value in body.items() if name != reference}
    text = repr(body) if isinstance(body, bytes) or body is NOT_SET else json.dumps(body, sort_keys=True)
    return f"{dict(case.headers)}{case.media_type}{text}"
