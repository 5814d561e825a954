"""The target: HTTP over `requests`, one connection kept for each name.

Nothing is followed, guessed or added: no redirect, no cookie, no credentials from `.netrc`, no proxy from the
environment.
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
    """A session that does not even read where a redirect leads; one that leads nowhere would be an error."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - its signature is the library's
        """Find no redirect."""
        return


@dataclass
class HttpClient:
    """A target over HTTP: each connection name has a session of its own, `new` a fresh one each time.

    Attributes:
        url: the base URL.
        path: of the endpoint.
        retry_policy: how long to wait, and how much to read.
        user_agent: names the suite; the requirement that a request is sent for stands behind it.
        options: proxy and CA certificates.

    Raises:
        InvalidInputError: a URL is not one that requests can be sent to, or the certificates cannot be read.

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
        answer = self._send(self._sessions[connection], request)
        if isinstance(answer, Failure):
            # What is left on such a connection would be taken for the next answer.
            self._sessions.pop(connection).close()
        return answer

    def close(self) -> None:
        """Close every connection."""
        # A thread that was left behind by an interrupt may still use them.
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
        made = requests.Request(request.method, url, headers=self.headers(request), data=request.body)
        prepared = made.prepare()
        try:
            response = session.send(
                prepared, timeout=self.retry_policy.timeout, allow_redirects=False, stream=True, verify=self._verify
            )
            with response:
                return self._read(response)
        except requests.exceptions.SSLError as error:
            message = f"TLS with {self.url} failed ({_reason(error)}): mend the certificate or name a CA bundle"
            raise TargetUnavailableError(message) from None
        except requests.exceptions.ConnectTimeout:
            message = (
                f"{self.url} cannot be reached within {self.retry_policy.timeout:g} s: check host, port and network"
            )
            return Failure(REFUSED, message)
        except (requests.exceptions.Timeout, ReadTimeoutError):
            return self._silence()
        except requests.exceptions.RequestException as error:
            return self._failure(error)
        except HTTPError as error:
            return Failure("protocol", _reason(error))

    def headers(self, request: Request) -> dict[str, str]:
        """List the headers of a request as they are sent."""
        agent = f"{self.user_agent} ({request.purpose})" if request.purpose else self.user_agent
        headers = {"User-Agent": agent, "Accept": "application/json"}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if request.authorization is not None:
            headers["Authorization"] = request.authorization
        return headers

    def _read(self, response: requests.Response) -> Response | Failure:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.retry_policy.largest:
                return Failure(
                    "protocol", f"an answer of more than the {self.retry_policy.largest} bytes that are read"
                )
        if has_surplus(response.raw):
            return Failure("protocol", "an answer longer than it says")
        headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, headers, bytes(body))

    def _silence(self) -> Failure:
        return Failure("timeout", f"no complete answer within {self.retry_policy.timeout:g} s")

    def _failure(self, error: requests.exceptions.RequestException) -> Failure:
        cause = error.args[0] if error.args else None
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, NameResolutionError):
            return Failure(REFUSED, f"the host of {self.url} cannot be found: check its name, and the network")
        if isinstance(reason, NewConnectionError):
            message = f"{self.url} refuses connections ({_reason(reason)}): start the target, or check host and port"
            return Failure(REFUSED, message)
        if isinstance(reason, ReadTimeoutError):
            return self._silence()
        if isinstance(error, requests.exceptions.ConnectionError):
            return Failure("dropped", _reason(reason or error))
        return Failure("protocol", _reason(error))


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, seen from its host alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_url(url: str, what: str = "target") -> str:
    """Check a base URL.

    Args:
        url: what is to be one.
        what: what it is the URL of.

    Returns:
        The URL without a slash at its end.

    Raises:
        InvalidInputError: it is no base URL.

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
        message = f"the {what} {url!r} is no base URL: {example}"
        raise InvalidInputError(message)
    if parts.query or parts.fragment:
        message = f"the {what} {url!r} has a query or a fragment: {example}"
        raise InvalidInputError(message)
    return url.rstrip("/")


def _reason(error: object) -> str:
    """Say why in a few words; the library's messages nest objects and addresses."""
    while isinstance(error, Exception) and error.args and isinstance(error.args[-1], Exception):
        error = error.args[-1]
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return " ".join(text.split())[:200]
