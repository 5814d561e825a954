"""One request to an application: what it receives and sends, and what becomes of what it sends wrongly."""

from __future__ import annotations

import asyncio

import h11

from orders_conformance.harness.client.application.loading import Application, Message, called
from orders_conformance.harness.client.content_coding import (
    CodingError,
    TooLargeError,
    UnsupportedCodingError,
    decoder,
)
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.messages.exchange import UNREAD, Failure, Response

_START, _BODY = "http.response.start", "http.response.body"
# What a header takes beside its name and its value: a colon, a space and the end of the line.
_HEADER = 4


class Call:
    """One request, and what the application sends for it; used in the event loop of the application."""

    def __init__(self, application: Application, scope: Message, body: bytes, limits: RetryPolicy) -> None:
        """Prepare a request; of its response not more is read than `limits` says."""
        self._application, self._scope, self._limits = application, scope, limits
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._complete = asyncio.Event()
        self._head: h11.Response | None = None
        self._body = bytearray()
        self._unread: Failure | None = None

    async def perform(self) -> Response | Failure:
        """Return the response, or that which a server sends when the application fails."""
        task = asyncio.ensure_future(called(self._application, self._scope, self._receive, self._send))
        complete = asyncio.ensure_future(self._complete.wait())
        try:
            # What the application does after its response, others need not wait for.
            await asyncio.wait([task, complete], return_when=asyncio.FIRST_COMPLETED)
        finally:
            complete.cancel()
            if self._unread or not self._complete.is_set():
                task.cancel()
            task.add_done_callback(_forgotten)
        if self._unread:
            return self._unread
        return self._response() if self._complete.is_set() else self._failed(task)

    async def _receive(self) -> Message:
        if self._requests:
            return self._requests.pop()
        await self._complete.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        """Take a message; one that no server can send is an error in the application, as it is under a server."""
        # However fast it sends, other requests have their turn.
        await asyncio.sleep(0)
        kind = message["type"]
        if kind == _START and self._head is None:
            self._take_head(message)
        elif kind == _BODY and self._head is not None and not self._complete.is_set():
            self._take_body(self._head, message)
        else:
            text = f"{kind} is not expected here"
            raise RuntimeError(text)

    def _take_head(self, message: Message) -> None:
        headers = [(name, bytes(value).strip(b" \t")) for name, value in message.get("headers", ())]
        if sum(len(name) + len(value) + _HEADER for name, value in headers) > self._limits.largest_head:
            detail = f"a response with headers of more than the {self._limits.largest_head} bytes that are read"
            self._give_up(Failure(UNREAD, detail))
            return
        # It checks status, names and values as a server does.
        self._head = h11.Response(status_code=message["status"], headers=headers)

    def _take_body(self, head: h11.Response, message: Message) -> None:
        content = message.get("body", b"")
        if not isinstance(content, bytes | bytearray | memoryview):
            text = f"a body is bytes, not {type(content).__name__}"
            raise TypeError(text)
        self._body += content
        if len(self._body) > self._limits.largest:
            self._give_up(self._too_large(head.status_code))
        elif not message.get("more_body", False):
            self._complete.set()

    def _give_up(self, failure: Failure) -> None:
        self._unread = failure
        self._complete.set()

    def _too_large(self, status: int) -> Failure:
        return Failure(UNREAD, f"a response of more than the {self._limits.largest} bytes that are read", status)

    def _response(self) -> Response | Failure:
        assert self._head is not None  # noqa: S101 - a body comes after it
        status = self._head.status_code
        merged: dict[str, str] = {}
        for raw_name, raw_value in self._head.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            merged[name] = f"{merged[name]}, {value}" if name in merged else value
        try:
            decode = decoder(merged.get("content-encoding", ""))
            body = decode.decode(bytes(self._body), self._limits.largest)
            decode.finish()
        except TooLargeError:
            return self._too_large(status)
        except UnsupportedCodingError as error:
            return Failure(UNREAD, f"a response in {error}", status)
        except CodingError as error:
            return Failure("protocol", str(error))
        return Response(status, merged, body)

    def _failed(self, task: asyncio.Future[None]) -> Response | Failure:
        error = None if task.cancelled() else task.exception()
        if self._head is None:
            # As servers respond to an error that the application does not handle.
            return Response(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")
        reason = type(error).__name__ if error else "it returned"
        return Failure("dropped", f"the application ended within its response ({reason})")


def _forgotten(task: asyncio.Future[None]) -> None:
    """Take an error of the application, which is no error of ours."""
    if not task.cancelled():
        task.exception()
