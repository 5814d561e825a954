"""Send requests to a target over HTTP with `requests`, on one kept connection for each connection name.

Redirects are not followed, and no cookies, no credentials of `.netrc` and no proxy of the environment are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from orders_conformance.harness.client.deadline import Adapter, has_surplus
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError, TargetUnavailableError
from orders_conformance.harness.exchange import REFUSED, Failure, Request, Response
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import readable

_CHUNK = 64 * 1024


class _Session(requests.Session):
    """A session that ignores the header `Location`: the library raises an error for an invalid one."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - its signature is the library's
        """Return None: there is no redirect to follow."""
        return


@dataclass
class HttpClient:
    """A client for a target over HTTP: each connection name has its own session; `new` is a new one for each request.

    Attributes:
        url: the base URL.
        path: the path of the endpoint.
        retry_policy: the timeout, and the largest body that is read.
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
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the URLs, and that the certificates can be read."""
        self.url = check_url(self.url)
        proxy, bundle = self.options.proxy, self.options.ca_bundle
        self._proxy = check_url(proxy, "proxy") if proxy else None
        self._verify = True if bundle is None else str(readable(bundle, "CA bundle", "--ca-bundle"))

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
        """Send a request once."""
        if connection == "new":
            with self._session() as session:
                return self._send(session, request)
        if connection not in self._sessions:
            self._sessions[connection] = self._session()
        outcome = self._send(self._sessions[connection], request)
        if isinstance(outcome, Failure):
            # Bytes that are left on this connection would be read as the next response.
            self._sessions.pop(connection).close()
        return outcome

    def close(self) -> None:
        """Close every connection."""
        # A thread that an interrupt left running may still add sessions.
        for session in list(self._sessions.values()):
            session.close()

    def _session(self) -> requests.Session:
        session = _Session()
        session.trust_env = False
        session.proxies = {"http": self._proxy, "https": self._proxy} if self._proxy else {}
        for scheme in ("http://", "https://"):
            session.mount(scheme, Adapter())
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    def _send(self, session: requests.Session, request: Request) -> Response | Failure:
        url = f"{self.endpoint}/{request.item}" if request.item else self.endpoint
        prepared = requests.Request(request.method, url, headers=self.headers(request), data=request.body).prepare()
        try:
            response = session.send(
                prepared, timeout=self.retry_policy.timeout, allow_redirects=False, stream=True, verify=self._verify
            )
            with response:
                return self._read(response)
        except requests.exceptions.SSLError as error:
            message = f"TLS with {self.url} failed ({_reason(error)}): fix the certificate or name a CA bundle"
            raise TargetUnavailableError(message) from None
        except requests.exceptions.ConnectTimeout:
            message = (
                f"{self.url} cannot be reached within {self.retry_policy.timeout:g} s: check host, port and network"
            )
            return Failure(REFUSED, message)
        except (requests.exceptions.Timeout, ReadTimeoutError):
            return self._timeout()
        except requests.exceptions.RequestException as error:
            return self._failure(error)
        except HTTPError as error:
            return Failure("protocol", _reason(error))

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request as they are sent."""
        agent = f"{self.user_agent} ({request.purpose})" if request.purpose else self.user_agent
        headers = {"User-Agent": agent, "Accept": "application/json"}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if request.authorization is not None:
            headers["Authorization"] = request.authorization
        if request.cookie is not None:
            headers["Cookie"] = request.cookie
        return headers

    def _read(self, response: requests.Response) -> Response | Failure:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.retry_policy.largest:
                return Failure(
                    "protocol", f"a response of more than the {self.retry_policy.largest} bytes that are read"
                )
        if has_surplus(response.raw):
            return Failure("protocol", "a response longer than its announced length")
        headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, headers, bytes(body))

    def _timeout(self) -> Failure:
        return Failure("timeout", f"no complete response within {self.retry_policy.timeout:g} s")

    def _failure(self, error: requests.exceptions.RequestException) -> Failure:
        cause = error.args[0] if error.args else None
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, NameResolutionError):
            return Failure(REFUSED, f"the host of {self.url} cannot be found: check its name, and the network")
        if isinstance(reason, NewConnectionError):
            message = f"{self.url} refuses connections ({_reason(reason)}): start the target, or check host and port"
            return Failure(REFUSED, message)
        if isinstance(reason, ReadTimeoutError):
            return self._timeout()
        if isinstance(error, requests.exceptions.ConnectionError):
            return Failure("dropped", _reason(reason or error))
        return Failure("protocol", _reason(error))


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
        (parts.hostname or "").encode("idna")
        requests.Request("POST", url).prepare()
    except ValueError:
        port, parts = None, urlsplit("")
    usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
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


def _reason(error: object) -> str:
    """Return a short reason of at most 200 characters; the messages of the library nest objects and addresses."""
    while isinstance(error, Exception) and error.args and isinstance(error.args[-1], Exception):
        error = error.args[-1]
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return " ".join(text.split())[:200]
