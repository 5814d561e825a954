"""The time that a run may take: it ends before a wait that would exceed it, and within a response that does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.errors import TimeSpentError
from orders_conformance.harness.exchange import Failure, Request, Response
from orders_conformance.harness.run.environment import RunEnvironment

# Seconds from the end of a run until a request that is still unanswered is cut off.
_AFTER_END = 0.1


@dataclass(frozen=True)
class TimeLimit:
    """The end of a run's time.

    Attributes:
        seconds: how long the run may take.
        end: when that is over, in seconds of the clock.
        clock: returns seconds, monotonic.

    """

    seconds: float
    end: float
    clock: Callable[[], float]

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
                f"the run was not complete within the {self.seconds:g} s that it may take{asked}: "
                "see why the target is slow, or allow more with --max-time"
            )
            raise TimeSpentError(message)


def limited(environment: RunEnvironment, seconds: float) -> RunEnvironment:
    """Return an environment whose waits and requests end when a number of seconds has passed."""
    # Later than the end, so that a request that is cut off is never taken for one without a response.
    environment.end_after(seconds + _AFTER_END)
    limit = TimeLimit(seconds, environment.clock() + seconds, environment.clock)
    return replace(
        environment,
        transport=limit.sending(environment.transport),
        sleep=limit.sleeping(environment.sleep),
    )
