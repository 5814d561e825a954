"""Reasons why a request is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Result = Literal["created", "rejected", "unauthorized", "conflict", "media_type", "not_found", "method"]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field with an invalid value, and what is wrong with it: `text` completes a sentence about the field."""

    field: str
    text: str

    def __str__(self) -> str:
        """Write the problem as the vendor's example does, `price: may not be null.` for instance."""
        return f"{self.field}: {self.text}."


class Rejection(Exception):  # noqa: N818 - not an error of the service, but a response
    """The request is rejected.

    Attributes:
        outcome: which kind of error response is sent.
        message: the text of `message`; empty to use the contract's example.
        developer_message: the text of `developerMessage`.

    """

    def __init__(self, outcome: Result, message: str = "", developer_message: str = "") -> None:
        """Set the attributes; `developer_message` is the same as `message` where it is empty."""
        super().__init__(message)
        self.outcome: Result = outcome
        self.message = message
        self.developer_message = developer_message or message
