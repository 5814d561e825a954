"""A second opinion on responses: the checks of schemathesis, used as a library.

Sends nothing. The look-up of a check by its name is not documented by schemathesis, so its minor version is pinned.
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

from orders_conformance.harness.messages.exchange import Exchange

# `ignored_auth` is left out: it sends requests of its own. The others of schemathesis are about other operations.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
)
# schemathesis wants a URL with a response; nothing is sent to it.
_UNUSED_URL = "http://127.0.0.1"


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
        """Return the checks of schemathesis that fail for the response to a case, each with its failure's title."""
        received = exchange.response
        if received is None:
            return []
        response = schemathesis.Response(
            status_code=received.status,
            headers={name: [value] for name, value in received.headers.items()},
            content=received.body,
            request=requests.Request("POST", _UNUSED_URL, data=exchange.request.body).prepare(),
            elapsed=exchange.elapsed,
            verify=True,
            message="",
        )
        # After a server error to a media type probe, this check would send a request itself.
        resends = coverage_scenario(case) in CONTENT_TYPE_PROBES
        checks = [one for one in self.checks if not (resends and one.__name__ == "not_a_server_error")]
        # First all checks at once, since most responses pass; a failure does not say which check failed.
        if not _failures(case, response, checks):
            return []
        return [f"{check.__name__}: {title}" for check in checks for title in _failures(case, response, [check])]


def _failures(case: Case[Any], response: schemathesis.Response, checks: list[CheckFunction]) -> list[str]:
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup as group:
        return sorted(failure.title for failure in group.exceptions)
    return []
