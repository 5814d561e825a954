"""Send requests to a target over HTTP/1.1, on one kept connection for each connection name.

Redirects are not followed, and no cookies, no credentials of `.netrc` and no proxy of the environment are used.
"""

from __future__ import annotations

import re
import ssl
import time
from dataclasses import dataclass, field
from ipaddress import ip_address
from math import inf
from typing import Self
from urllib.parse import urlsplit

import h11

from orders_conformance.harness.client.connection import Connection, ReadLimits
from orders_conformance.harness.client.network import (
    ConnectError,
    Endpoint,
    Stream,
    TlsError,
    ascii_host,
    connect,
    encoded,
    tls_context,
    tls_reason,
)
from orders_conformance.harness.client.response_head import NoResponseError
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError, TargetUnavailableError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import readable
from orders_conformance.harness.messages.exchange import REFUSED, SUCCESS, Failure, Request, Response

# Methods whose requests have a length even where they have no body (RFC 9110, 8.6).
_BODILESS = {"GET", "HEAD"}
# A timeout of 0 would mean not to wait at all.
_LEAST_TIMEOUT = 0.001
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


@dataclass
class HttpClient:
    """A client for a target over HTTP: each connection name has its own connection; `new` is a new one each time.

    A server that serves one connection at a time does not respond on a second one while the first is kept. It is seen
    once, where a response comes as soon as the others are closed; from then on no connection is kept.

    Attributes:
        url: the base URL.
        path: the path of the endpoint.
        retry_policy: the timeout, and the most that is read of a response.
        user_agent: the name of the suite; in a request the id of the requirement that it is sent for follows.
        options: the proxy and the CA certificates.

    Raises:
        InvalidInputError: requests cannot be sent to a URL, or the certificates cannot be read.

    """

    url: str
    path: str
    retry_policy: RetryPolicy
    user_agent: str
    options: ConnectionOptions = field(default_factory=ConnectionOptions)
    # The connections that are kept and not in use.
    _idle: dict[str, Connection] = field(default_factory=dict)
    # When the run ends that requests are sent for, in seconds of `time.monotonic`.
    _end: float = field(default=inf, init=False)
    # Whether the target serves one connection at a time; None until that was tried.
    _one_at_a_time: bool | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Check the URLs, and that the certificates can be read."""
        self.url = check_url(self.url)
        proxy, bundle = self.options.proxy, self.options.ca_bundle
        self._target = Endpoint.of(self.url)
        self._proxy = Endpoint.of(check_url(proxy, "proxy")) if proxy else None
        trusted = None if bundle is None else str(readable(bundle, "CA bundle", "--ca-bundle"))
        secure = self._target.secure or (self._proxy is not None and self._proxy.secure)
        try:
            self._tls = tls_context(trusted) if secure else None
        except ssl.SSLError:
            message = f"the CA bundle {bundle} has no certificates: give a file with CA certificates in PEM"
            raise InvalidInputError(message) from None

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close every connection."""
        self.close()

    @property
    def endpoint(self) -> str:
        """The URL that orders are sent to."""
        return f"{self.url}{self.path}"

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once.

        Raises:
            TargetUnavailableError: TLS fails.

        """
        try:
            used = self._connection(connection)
            try:
                return self._send(used, request)
            finally:
                # Bytes that are left on a connection would be read as the next response.
                if used.reusable and connection != "new" and not self._one_at_a_time:
                    self._keep(connection, used)
                else:
                    used.close()
        except ConnectError as error:
            return Failure(REFUSED, str(error))
        except (TlsError, ssl.SSLError) as error:
            reason = tls_reason(error) if isinstance(error, ssl.SSLError) else str(error)
            message = f"TLS with {self.url} failed ({reason}): fix the certificate or name a CA bundle"
            raise TargetUnavailableError(message) from None

    def close(self) -> None:
        """Close every connection."""
        # A thread that an interrupt left running may still add connections.
        for name in list(self._idle):
            self._close_kept(name)

    def end_after(self, seconds: float) -> None:
        """Let no request last longer than a number of seconds from now."""
        self._end = time.monotonic() + seconds

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request as they are sent."""
        return request_headers(self.user_agent, request)

    def _connection(self, name: str) -> Connection:
        """Take the kept connection of a name, or open one."""
        kept = self._idle.pop(name, None)
        if kept is not None and kept.is_fresh():
            return kept
        if kept is not None:
            kept.close()
        policy = self.retry_policy
        seconds = min(policy.timeout, max(self._end - time.monotonic(), _LEAST_TIMEOUT))
        stream = connect(self._target, self._proxy, self._tls, seconds, self._tunnel)
        limits = ReadLimits(policy.largest, policy.largest_head, policy.most_interim)
        return Connection(stream, limits)

    def _keep(self, name: str, connection: Connection) -> None:
        self._close_kept(name)
        self._idle[name] = connection

    def _close_kept(self, name: str) -> None:
        kept = self._idle.pop(name, None)
        if kept is not None:
            kept.close()

    def _extended(self, connection: Connection) -> float:
        """Close the other connections where they may be why there is no response; return another deadline.

        Raises:
            TimeoutError: they are not.

        """
        if self._one_at_a_time is not None or not connection.is_new or not self._idle:
            raise TimeoutError
        self._one_at_a_time = False
        self.close()
        return self._deadline()

    def _deadline(self) -> float:
        return min(time.monotonic() + self.retry_policy.timeout, self._end)

    def _send(self, connection: Connection, request: Request) -> Response | Failure:
        item, query = (
            f"{mark}{text}" if text else "" for mark, text in (("/", encoded(request.item)), ("?", request.query))
        )
        path = f"{self._target.path}{encoded(self.path)}{item}{query}"
        proxied = self._proxy is not None and not self._target.secure
        headers = {"Host": self._target.host_header, "Accept-Encoding": "identity", **self.headers(request)}
        if request.body or request.method not in _BODILESS:
            headers["Content-Length"] = str(len(request.body))
        head = h11.Request(
            method=request.method,
            target=f"{self._target.origin}{path}" if proxied else path,
            headers=[(name.encode(), value.strip(" \t").encode("latin-1")) for name, value in headers.items()],
        )
        try:
            response = connection.exchange(head, request.body, self._deadline(), lambda: self._extended(connection))
        except TimeoutError:
            return Failure("timeout", f"no complete response within {self.retry_policy.timeout:g} s")
        except NoResponseError as error:
            return error.failure
        self._one_at_a_time = connection.was_extended or self._one_at_a_time
        return response

    def _tunnel(self, stream: Stream, proxy: Endpoint) -> None:
        """Ask a proxy for a tunnel to the target.

        Raises:
            ConnectError: it does not make one.

        """
        limits = ReadLimits(0, self.retry_policy.largest_head, self.retry_policy.most_interim)
        try:
            status = Connection(stream, limits).tunnel(self._target.authority, self._deadline())
            reason = "" if status in SUCCESS else f"status {status}"
        except TimeoutError:
            reason = f"no response within {self.retry_policy.timeout:g} s"
        except NoResponseError as error:
            reason = error.failure.detail
        if reason:
            message = f"the proxy {proxy.url} does not connect to {self.url} ({reason}): check the proxy and the target"
            raise ConnectError(message)


def request_headers(user_agent: str, request: Request) -> dict[str, str]:
    """Return the headers that a request is sent with, apart from those that HTTP needs."""
    agent = f"{user_agent} ({request.purpose})" if request.purpose else user_agent
    headers = {"User-Agent": agent, "Accept": "application/json"}
    if request.content_type is not None:
        headers["Content-Type"] = request.content_type
    if request.authorization is not None:
        headers["Authorization"] = request.authorization
    if request.cookie is not None:
        headers["Cookie"] = request.cookie
    if request.forced is not None:
        headers[request.forced.name] = request.forced.value
    return headers


def is_loopback(url: str) -> bool:
    """Return whether a URL is one of this machine, judged by its host alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_url(url: str, what: str = "target") -> str:
    """Check a base URL.

    Args:
        url: the URL.
        what: the name of what it leads to, for an error message.

    Returns:
        The URL without a slash at its end.

    Raises:
        InvalidInputError: it is not a base URL.

    """
    example = "write it like https://api.example.com"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        usable = parts.scheme in {"http", "https"} and port != 0 and _is_host(host)
    except ValueError:
        parts, usable = urlsplit(""), False
    if "@" in parts.netloc or ("@" in url and not usable):
        # The URL is not repeated: where it is malformed, the password could be anywhere in it.
        message = f"the {what} has credentials in its URL: put them into the environment"
        raise InvalidInputError(message)
    if not usable:
        message = f"the {what} {url!r} is not a base URL: {example}"
        raise InvalidInputError(message)
    if parts.query or parts.fragment:
        message = f"the {what} {url!r} has a query or a fragment: {example}"
        raise InvalidInputError(message)
    return url.rstrip("/")


def _is_host(host: str) -> bool:
    """Return whether a host is a name or an address; raises ValueError where it is neither."""
    # An IPv6 address may have a zone.
    return bool(_HOST.fullmatch(ascii_host(host)) or ip_address(host.partition("%")[0]))
