"""Why a request is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Result = Literal["created", "rejected", "unauthorized", "conflict", "media_type", "not_found", "method"]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with a field."""

    field: str
    text: str

    def __str__(self) -> str:
        """Write the problem as the vendor's page does."""
        return f"{self.field}: {self.text}."


class Rejection(Exception):  # noqa: N818 - not an error of the service, but an answer
    """A request is refused: with what outcome, and why."""

    def __init__(self, outcome: Result, message: str = "", developer_message: str = "") -> None:
        """Refuse; without a message, the contract's example has the words."""
        super().__init__(message)
        self.outcome: Result = outcome
        self.message = message
        self.developer_message = developer_message or message
