"""Judging the body of a reply by the contract's schema of its status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orders_conformance.harness.exchange import Response
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Evidence, checked, excerpt
from orders_conformance.harness.oracle.response_field import ResponseFieldJudge
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule


class ResponseBodyJudge:
    """Judges media type, JSON and every documented field of documented replies."""

    def __init__(self, contract: Contract) -> None:
        """Prepare a judge for each documented field of each reply."""
        self._contract = contract
        self._fields = {
            status: [ResponseFieldJudge(field, status, response.schema) for field in response.fields]
            for status, response in contract.responses.items()
        }

    def judge(self, response: Response, seen: Classification) -> tuple[Mapping[str, Any] | None, list[Evidence]]:
        """Judge a reply whose status the contract documents with a body.

        Args:
            response: what came back.
            seen: the request; it says which optional fields must come back.

        Returns:
            The body where it is an object, and the evidence.

        """
        status = str(response.status)
        media = response.headers.get("content-type", "")
        expected = self._contract.responses[response.status].media_type
        evidence = [
            checked(
                (Rule.MEDIA_TYPE, status),
                lambda: (f"Content-Type: {expected}", f"Content-Type: {media}" if media else "no Content-Type"),
                held=_media_type(response) == expected,
            )
        ]
        body = read_object(response.body)
        evidence.append(
            checked((Rule.OBJECT, status), lambda: ("a JSON object", excerpt(response.body)), held=body is not None)
        )
        if body is not None:
            sent = seen.plainly_sent()
            for field in self._fields[response.status]:
                evidence += field.judge(body, sent)
        return body, evidence


def is_damaged(response: Response, contract: Contract) -> bool:
    """Whether a documented answer says that it is JSON and is not: the wire may have cut it, or the server wrote it.

    Where only the end of a connection tells the length of an answer, nothing else shows that some of it is missing.
    """
    documented = contract.responses.get(response.status)
    if documented is None or _media_type(response) != documented.media_type:
        return False
    try:
        json.loads(response.body)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def _media_type(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_utf_8(body: bytes) -> bool:
    """Whether bytes are a text in UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_object(body: bytes) -> Mapping[str, Any] | None:
    """Read a JSON object, its numbers as decimals; None where the bytes are none."""
    try:
        value = json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(text: str) -> float:
    message = f"{text} is not JSON"
    raise ValueError(message)
