"""The time that a run may take: it ends before a wait that would exceed it, and within a response that does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.errors import TimeSpentError
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.run.environment import RunEnvironment

# Seconds from the end of a run until a request that is still unanswered is cut off.
_AFTER_END = 0.1


@dataclass(frozen=True)
class TimeLimit:
    """The end of the time of a run, or of a replay.

    Attributes:
        seconds: how long it may take.
        end: when that is over, in seconds of the clock.
        clock: returns seconds, monotonic.
        what: what ends, for the message.

    """

    seconds: float
    end: float
    clock: Callable[[], float]
    what: str = "run"

    @classmethod
    def beginning(
        cls, seconds: float, clock: Callable[[], float], end_after: Callable[[float], None], what: str = "run"
    ) -> Self:
        """Return the limit of what begins now.

        Args:
            seconds: how long it may take.
            clock: returns seconds, monotonic.
            end_after: lets no request last longer than a number of seconds from now.
            what: what ends, for the message.

        """
        # Later than the end, so that a request that is cut off is never taken for one without a response.
        end_after(seconds + _AFTER_END)
        return cls(seconds, clock() + seconds, clock, what)

    def sleeping(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Return a function that waits as `sleep` does, unless the wait would last beyond the end."""

        def limited(seconds: float) -> None:
            self._check(seconds)
            sleep(seconds)

        return limited

    def sending(self, transport: Transport) -> Transport:
        """Return a transport that sends nothing after the end, and that takes no timeout after it for the target's."""

        def limited(request: Request, connection: str) -> Response | Failure:
            self._check()
            outcome = transport(request, connection)
            if isinstance(outcome, Failure):
                self._check()
            return outcome

        return limited

    def _check(self, wait: float = 0.0) -> None:
        """Check that the end has not come, and does not come within a wait.

        Raises:
            TimeSpentError: it does.

        """
        if self.clock() + wait >= self.end:
            asked = f", and a wait of {wait:.0f} s would come next" if wait >= 1 else ""
            message = (
                f"the {self.what} was not complete within the {self.seconds:g} s that it may take{asked}: "
                "see why the target is slow, or allow more with --max-time"
            )
            raise TimeSpentError(message)


def limited(environment: RunEnvironment, seconds: float) -> RunEnvironment:
    """Return an environment whose waits and requests end when a number of seconds has passed."""
    limit = TimeLimit.beginning(seconds, environment.clock, environment.end_after)
    return replace(
        environment,
        transport=limit.sending(environment.transport),
        sleep=limit.sleeping(environment.sleep),
    )
