"""Reading an answer off the wire: within one deadline for the whole of it, and not one byte more than it says.

The library's timeout holds for each piece that arrives, so that an answer in single bytes could take for ever; and it
drops silently what follows an answer that is longer than its own `Content-Length`. Both matter to a judge.
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
    """What comes from a socket before a deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self.patient = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if self.patient and left <= 0:
            message = "the deadline of the whole answer has passed"
            raise TimeoutError(message)
        self._socket.settimeout(left if self.patient else 0)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Buffer(io.BufferedReader):
    """Looks, when it is closed, whether something is left that no answer announced."""

    surplus = False
    at_end = False

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.at_end = not line
        return line

    def close(self) -> None:
        if not self.closed:
            self.surplus = self._has_more()
        super().close()

    def _has_more(self) -> bool:
        cast("_Incoming", self.raw).patient = False
        try:
            return bool(self.peek(1))
        except (OSError, ssl.SSLError, ValueError):
            return False


class _Response(http.client.HTTPResponse):
    """An answer that has the time of one timeout for all of itself."""

    def __init__(self, sock: socket.socket, *arguments: Any, **words: Any) -> None:
        super().__init__(sock, *arguments, **words)
        timeout = sock.gettimeout()
        self.fp.close()
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        self.buffer = self.fp = _Buffer(_Incoming(sock, deadline))

    def begin(self) -> None:
        super().begin()
        # The library takes the end of the connection for the end of the head.
        if self.buffer.at_end:
            message = "the connection ended within the head of the answer"
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
    """The library's adapter with answers that have a deadline."""

    def init_poolmanager(self, *arguments: Any, **words: Any) -> None:
        """Make the pools of a session."""
        super().init_poolmanager(*arguments, **words)
        _watch(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **words: Any) -> PoolManager:
        """Make the pools of a proxy."""
        manager: PoolManager = super().proxy_manager_for(*arguments, **words)
        _watch(manager)
        return manager


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def has_surplus(response: Any) -> bool:
    """Whether more came than a response that was read to its end had announced.

    Args:
        response: the library's raw response.

    """
    # urllib3 keeps the response that it wraps under this name only, and nothing public leads from one to the other.
    original = getattr(response, "_original_response", None)
    return isinstance(original, _Response) and original.buffer.surplus
