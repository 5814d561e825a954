"""Read a response within one deadline for the whole of it, and detect bytes beyond its announced length.

The timeout of `requests` is one for each read of the socket, so that a response in single bytes could take any time.
The library also discards, without an error, bytes that follow the announced `Content-Length`.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Incoming(io.RawIOBase):
    """The bytes that are received from a socket before a deadline, in seconds of `time.monotonic`."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self.blocking = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if self.blocking and left <= 0:
            message = "the deadline of the whole response has passed"
            raise TimeoutError(message)
        self._socket.settimeout(left if self.blocking else 0)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _ResponseBuffer(io.BufferedReader):
    """Detects, when it is closed, bytes that the response did not announce."""

    surplus = False
    at_end = False

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.at_end = not line
        return line

    def close(self) -> None:
        if not self.closed:
            self.surplus = self._has_more_bytes()
        super().close()

    def _has_more_bytes(self) -> bool:
        cast("_Incoming", self.raw).blocking = False
        try:
            return bool(self.peek(1))
        except (OSError, ssl.SSLError, ValueError):
            return False


class _Response(http.client.HTTPResponse):
    """A response whose timeout is one deadline for all of it."""

    def __init__(self, sock: socket.socket, *arguments: Any, **keywords: Any) -> None:
        super().__init__(sock, *arguments, **keywords)
        timeout = sock.gettimeout()
        self.fp.close()
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        self.buffer = self.fp = _ResponseBuffer(_Incoming(sock, deadline))

    def begin(self) -> None:
        super().begin()
        # The library accepts the end of the connection as the end of the headers.
        if self.buffer.at_end:
            message = "the connection ended within the headers of the response"
            raise http.client.RemoteDisconnected(message)


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """The adapter of `requests`, with a deadline for each response."""

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        """Create the connection pools of a session."""
        super().init_poolmanager(*arguments, **keywords)
        _use_deadlines(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **keywords: Any) -> PoolManager:
        """Return the connection pools of a proxy."""
        manager: PoolManager = super().proxy_manager_for(*arguments, **keywords)
        _use_deadlines(manager)
        return manager


def _use_deadlines(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def has_surplus(response: Any) -> bool:
    """Return whether a response, read to its end, had more bytes than it announced.

    Args:
        response: the raw response of `urllib3`.

    """
    # urllib3 has no public attribute for the response that it wraps.
    original = getattr(response, "_original_response", None)
    return isinstance(original, _Response) and original.buffer.surplus
