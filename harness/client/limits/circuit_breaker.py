"""Stop a run after a number of server errors in a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.errors import CircuitOpenError
from orders_conformance.harness.messages.exchange import SERVER_ERROR


@dataclass
class CircuitBreaker:
    """Opens after a number of server errors in a row, for any requests; `limit` None for never."""

    limit: int | None
    _errors: int = field(default=0, init=False)

    def check(self) -> None:
        """Check that the circuit is closed.

        Raises:
            CircuitOpenError: it is open.

        """
        if self.limit is not None and self._errors >= self.limit:
            message = f"{self._errors} server errors in a row: the run stopped to spare the target"
            raise CircuitOpenError(message)

    def settle(self, status: int | None) -> None:
        """Count a response by its status; None, where there was no response, changes nothing."""
        if status is not None:
            self._errors = self._errors + 1 if status >= SERVER_ERROR else 0
