"""A second opinion on responses: the checks of schemathesis, used as a library.

Nothing here sends anything. How to look a check up by its name is not documented by schemathesis, so its minor version
is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import requests
import schemathesis
from schemathesis import APIOperation, Case, CheckFunction
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.errors import FailureGroup
from schemathesis.generation.meta import CONTENT_TYPE_PROBES, coverage_scenario

from orders_conformance.harness.exchange import Exchange

# `ignored_auth` is left out: it sends requests of its own. The others of schemathesis are about other operations.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
)
# Only to describe a request that was sent; nothing is sent there.
_NOWHERE = "http://127.0.0.1"


def _load_checks() -> tuple[CheckFunction, ...]:
    load_all_checks()
    return cast("tuple[CheckFunction, ...]", tuple(CHECKS.get_by_names(_CHECKS)))


@dataclass(frozen=True)
class SecondOpinion:
    """The checks of schemathesis for one operation.

    Attributes:
        operation: the operation that the cases belong to.

    """

    operation: APIOperation[Any, Any, Any, Any]
    checks: tuple[CheckFunction, ...] = field(default_factory=_load_checks)

    def opinions(self, case: Case[Any], exchange: Exchange) -> list[str]:
        """Say which checks of schemathesis fail for the reply to a case."""
        response = exchange.response
        if response is None:
            return []
        answer = schemathesis.Response(
            status_code=response.status,
            headers={name: [value] for name, value in response.headers.items()},
            content=response.body,
            request=requests.Request("POST", _NOWHERE, data=exchange.request.body).prepare(),
            elapsed=exchange.elapsed,
            verify=True,
            message="",
        )
        # This check repeats a request by itself after a server error to a media type probe.
        resends = coverage_scenario(case) in CONTENT_TYPE_PROBES
        checks = [one for one in self.checks if not (resends and one.__name__ == "not_a_server_error")]
        # All at once first: most replies pass, and a failure does not say which check it is of.
        if not _failures(case, answer, checks):
            return []
        return [f"{check.__name__}: {title}" for check in checks for title in _failures(case, answer, [check])]


def _failures(case: Case[Any], answer: schemathesis.Response, checks: list[CheckFunction]) -> list[str]:
    try:
        case.validate_response(answer, checks=checks)
    except FailureGroup as group:
        return sorted(failure.title for failure in group.exceptions)
    return []
