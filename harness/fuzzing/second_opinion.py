"""A second opinion on responses: the checks of schemathesis, used as a library.

Nothing here sends anything. `run_checks` and its context are not documented by schemathesis, so its minor version is
pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import requests
import schemathesis
from schemathesis import APIOperation, Case, CheckFunction
from schemathesis.checks import CHECKS, CheckContext, load_all_checks, run_checks
from schemathesis.core.failures import Failure
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
    contexts: dict[str | None, CheckContext] = field(default_factory=dict)

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
        said: list[str] = []

        def note(check: str, _before: set[Failure], failure: Failure) -> None:
            said.append(f"{check}: {failure.title}")

        run_checks(case=case, response=answer, ctx=self._context(case), checks=checks, on_failure=note)
        return said

    def _context(self, case: Case[Any]) -> CheckContext:
        phase = case.meta.phase.name.value if case.meta else None
        if phase not in self.contexts:
            config = self.operation.schema.config.checks_config_for(operation=self.operation, phase=phase)
            self.contexts[phase] = CheckContext(
                override=None, auth=None, headers=None, config=config, transport_kwargs=None, response_checks=None
            )
        return self.contexts[phase]
