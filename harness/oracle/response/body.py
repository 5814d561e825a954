"""Judge the body of a response by the contract's schema for its status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.messages.json_body import read_members
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Evidence, checked, excerpt
from orders_conformance.harness.oracle.response.field import ResponseFieldJudge
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule


class ResponseBodyJudge:
    """Judges media type, JSON and every documented field of documented responses."""

    def __init__(self, contract: Contract) -> None:
        """Prepare a judge for each documented field of each documented response."""
        self._contract = contract
        self._fields = {
            status: [ResponseFieldJudge(field, status, response.schema) for field in response.fields]
            for status, response in contract.responses.items()
        }

    def judge(
        self, response: Response, classification: Classification
    ) -> tuple[Mapping[str, Any] | None, list[Evidence]]:
        """Judge a response whose status the contract documents with a body.

        Args:
            response: the response.
            classification: of the request; optional fields that were sent must be returned.

        Returns:
            The body if it is a JSON object, else None; and the evidence.

        """
        status = str(response.status)
        media = response.headers.get("content-type", "")
        expected = self._contract.responses[response.status].media_type
        evidence = [
            checked(
                (Rule.MEDIA_TYPE, status),
                lambda: (f"Content-Type: {expected}", f"Content-Type: {media}" if media else "no Content-Type"),
                held=response.media_type == expected,
            )
        ]
        body, repeated = read_members(response.body)
        evidence.append(
            checked((Rule.OBJECT, status), lambda: ("a JSON object", excerpt(response.body)), held=body is not None)
        )
        if body is not None:
            evidence.append(
                checked(
                    (Rule.UNIQUE_NAMES, status),
                    lambda: ("each name once", f"the name {excerpt(repeated)} twice in {excerpt(response.body)}"),
                    held=repeated is None,
                )
            )
            for field in self._fields[response.status]:
                evidence += field.judge(body, classification)
        return body, evidence
