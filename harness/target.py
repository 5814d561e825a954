"""The target: HTTP over `requests`, one connection kept for each name, transient failures retried.

Nothing is followed, guessed or added: no redirect, no cookie, no credentials from `.netrc`, no proxy from the
environment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.util import Retry

from harness.errors import TargetUnavailable, UsageProblem
from harness.exchange import TOO_MANY_REQUESTS, Attempt, Failure, Reply, Request

_UNAVAILABLE = 503
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try.

    Attributes:
        timeout: seconds until a connection, and until each piece of an answer.
        transient: tries of a request that is answered 429 or 503.
        dropped: tries of a request whose connection ends early; `hung` likewise for one that is not answered.
        longest_wait: seconds that a `Retry-After` may ask for.
        largest: bytes of a body that are read.

    """

    timeout: float = 5.0
    transient: int = 8
    dropped: int = 8
    hung: int = 2
    longest_wait: float = 60.0
    largest: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: a reply or a failure, after the attempts that did not count."""

    reply: Reply | None
    failure: Failure | None
    attempts: tuple[Attempt, ...]


class Transport(Protocol):
    """Sends one request once. Raises `TargetUnavailable` where nothing can be reached."""

    def __call__(self, request: Request, connection: str) -> Reply | Failure:
        """Send a request by the named connection."""
        ...


@dataclass
class Retrying:
    """Sends a request until it counts: a transient status or failure is tried again, within limits.

    A second try tells a habit of not answering from a hiccup. Once a target has shown the habit, there is one try only:
    each would cost the whole timeout.
    """

    send: Transport
    patience: Patience
    sleep: Callable[[float], None] = time.sleep
    _hangs: bool = field(default=False, init=False)

    def __call__(self, request: Request, connection: str) -> Outcome:
        """Send a request; the last attempt counts, whatever it is."""
        attempts: list[Attempt] = []
        while True:
            answer = self.send(request, connection)
            tried = len(attempts) + 1
            status = answer.status if isinstance(answer, Reply) else None
            failure = answer if isinstance(answer, Failure) else None
            if tried >= self._tries(status, failure):
                self._hangs = self._hangs or (failure is not None and failure.kind == "timeout")
                return Outcome(answer if isinstance(answer, Reply) else None, failure, tuple(attempts))
            wait = self._wait(answer, tried)
            attempts.append(Attempt(status, failure.kind if failure else None, wait))
            if wait:
                self.sleep(wait)

    def _tries(self, status: int | None, failure: Failure | None) -> int:
        if failure is not None and failure.kind == "timeout":
            return 1 if self._hangs else self.patience.hung
        if failure is not None:
            return self.patience.dropped
        return self.patience.transient if status in {TOO_MANY_REQUESTS, _UNAVAILABLE} else 1

    def _wait(self, answer: Reply | Failure, tried: int) -> float:
        header = answer.headers.get("retry-after") if isinstance(answer, Reply) else None
        if header:
            try:
                return float(min(Retry().parse_retry_after(header), self.patience.longest_wait))
            except (HTTPError, ValueError, OverflowError):
                header = None
        # The vendor says to try again at once after a 503; only then do waits grow.
        return 0.0 if tried == 1 else min(0.05 * 2**tried, 2.0)


class _Session(requests.Session):
    """A session that does not even read where a redirect leads; one that leads nowhere would be an error."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - its signature is the library's
        """Find no redirect."""
        return


@dataclass
class Connections:
    """A target over HTTP: each connection name has a session of its own, `new` a fresh one each time.

    Raises:
        UsageProblem: the URL is none that requests can be sent to.

    """

    url: str
    path: str
    patience: Patience
    user_agent: str
    proxies: bool = False
    verify: bool | str = True
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the URL."""
        self.url = check_url(self.url)

    @property
    def endpoint(self) -> str:
        """The URL that orders are sent to."""
        return f"{self.url}{self.path}"

    def __call__(self, request: Request, connection: str) -> Reply | Failure:
        """Send a request once."""
        if connection == "new":
            with self._session() as session:
                return self._send(session, request)
        if connection not in self._sessions:
            self._sessions[connection] = self._session()
        return self._send(self._sessions[connection], request)

    def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            session.close()

    def _session(self) -> requests.Session:
        session = _Session()
        session.trust_env = self.proxies
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    def _send(self, session: requests.Session, request: Request) -> Reply | Failure:
        prepared = requests.Request("POST", self.endpoint, headers=self.headers(request), data=request.body).prepare()
        try:
            response = session.send(
                prepared, timeout=self.patience.timeout, allow_redirects=False, stream=True, verify=self.verify
            )
            with response:
                return self._read(response)
        except requests.exceptions.SSLError as error:
            message = f"TLS with {self.url} failed ({_reason(error)}): mend the certificate or name a CA bundle"
            raise TargetUnavailable(message) from None
        except requests.exceptions.ConnectTimeout:
            message = f"{self.url} cannot be reached within {self.patience.timeout:g} s: check host, port and network"
            raise TargetUnavailable(message) from None
        except (requests.exceptions.Timeout, ReadTimeoutError):
            return Failure("timeout", f"no complete answer within {self.patience.timeout:g} s")
        except requests.exceptions.RequestException as error:
            return self._failure(error)
        except HTTPError as error:
            return Failure("protocol", _reason(error))

    def headers(self, request: Request) -> dict[str, str]:
        """List the headers of a request as they are sent."""
        headers = {"User-Agent": self.user_agent, "Accept": "application/json"}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if request.authorization is not None:
            headers["Authorization"] = request.authorization
        return headers

    def _read(self, response: requests.Response) -> Reply:
        body = bytearray()
        truncated = False
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.patience.largest:
                truncated = True
                break
        headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, bytes(body[: self.patience.largest]), truncated)

    def _failure(self, error: requests.exceptions.RequestException) -> Failure:
        cause = error.args[0] if error.args else None
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, NameResolutionError):
            message = f"the host of {self.url} cannot be found: check its name, and the network"
            raise TargetUnavailable(message) from None
        if isinstance(reason, NewConnectionError):
            message = f"{self.url} refuses connections ({_reason(reason)}): start the target, or check host and port"
            raise TargetUnavailable(message) from None
        if isinstance(error, requests.exceptions.ConnectionError):
            return Failure("timeout" if isinstance(reason, ReadTimeoutError) else "dropped", _reason(reason or error))
        return Failure("protocol", _reason(error))


def check_url(url: str) -> str:
    """Check a base URL.

    Returns:
        The URL without a slash at its end.

    Raises:
        UsageProblem: it is no base URL.

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
        message = "the target has credentials in its URL: put them into the environment"
        raise UsageProblem(message)
    if not usable:
        message = f"the target {url!r} is no base URL: {example}"
        raise UsageProblem(message)
    if parts.query or parts.fragment:
        message = f"the target {url!r} has a query or a fragment: {example}"
        raise UsageProblem(message)
    return url.rstrip("/")


def _reason(error: object) -> str:
    """Say why in a few words; the library's messages nest objects and addresses."""
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return " ".join(text.split())[:200]
