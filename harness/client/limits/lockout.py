"""Send no more than a few requests with wrong credentials in a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.messages.exchange import Request


@dataclass
class LockoutProtection:
    """Limits requests with wrong credentials in a row, since a server may lock the account after a few.

    Attributes:
        limit: the most that may be sent in a row, including retries.

    """

    limit: int = 4
    _in_a_row: int = field(default=0, init=False)

    def is_due(self, request: Request) -> bool:
        """Count a request that is about to be sent; return whether one with right credentials must be sent first."""
        self._in_a_row = 0 if request.has_right_credentials else self._in_a_row + 1
        due = self._in_a_row > self.limit
        if due:
            self._in_a_row = 1
        return due

    def count_retries(self, retries: int) -> None:
        """Count the retries of the last request."""
        if self._in_a_row:
            self._in_a_row += retries
