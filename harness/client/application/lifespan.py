"""The lifespan protocol of ASGI: an application starts before the first request, and ends after the last one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from orders_conformance.harness.client.application.loading import Application, Message, called
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.reports.text import clipped

# Seconds that an application has to end.
_END = 10.0
# Characters of the reason that it gives.
_LONGEST = 500
_ANSWERS = {f"lifespan.{event}.{outcome}" for event in ("startup", "shutdown") for outcome in ("complete", "failed")}


class Lifespan:
    """The lifespan of one application; all its methods run in its event loop.

    Attributes:
        state: what the application keeps for its requests.

    """

    def __init__(self, application: Application) -> None:
        """Prepare the lifespan."""
        self._application = application
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self, seconds: float) -> None:
        """Start the application within a number of seconds; one that knows no lifespan is started already.

        Raises:
            InvalidInputError: it says that it cannot start, or does not start in time.

        """
        self._task = asyncio.create_task(self._run())
        await self._events.put({"type": "lifespan.startup"})
        try:
            answer = await asyncio.wait_for(self._answers.get(), seconds)
        except TimeoutError:
            raise not_started(seconds) from None
        if answer is not None and answer["type"] == "lifespan.startup.failed":
            reason = " ".join(str(answer.get("message", "")).split()).rpartition("Error: ")[2] or "no reason given"
            message = f"the application failed to start ({clipped(reason, _LONGEST)}): start it alone to see why"
            raise InvalidInputError(message)

    async def end(self) -> None:
        """End the application."""
        if self._task is None or self._task.done():
            return
        await self._events.put({"type": "lifespan.shutdown"})
        with suppress(TimeoutError):
            await asyncio.wait_for(self._answers.get(), _END)
        self._task.cancel()

    async def _run(self) -> None:
        scope: Message = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        # An application that knows no lifespan raises an error, of whatever kind.
        with suppress(BaseException):
            await called(self._application, scope, self._events.get, self._send)
        await self._answers.put(None)

    async def _send(self, message: Message) -> None:
        if message["type"] not in _ANSWERS:
            text = f"{message['type']} is not expected here"
            raise RuntimeError(text)
        await self._answers.put(message)


def not_started(seconds: float) -> InvalidInputError:
    """Return the error of an application that did not start in time."""
    return InvalidInputError(f"the application did not start within {seconds:g} s: start it alone to see why")
