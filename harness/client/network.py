"""Open a connection to a target: TCP, the tunnel of a proxy, and TLS."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit

import certifi

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What RFC 3986 allows in a path, and the percent sign of what is encoded already.
_PATH_CHARACTERS = "!$&'()*+,;=:@/%~"
_ZONE = re.compile(r"%[^\]]*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Stream(Protocol):
    """A connected socket, with TLS or without."""

    def recv(self, most: int, /) -> bytes:
        """Receive bytes; none at the end of the connection."""
        ...

    def send(self, data: bytes | memoryview, /) -> int:
        """Send bytes; return how many were sent."""
        ...

    def settimeout(self, seconds: float | None, /) -> None:
        """Set the timeout of what follows; 0 to raise an error instead of waiting."""
        ...

    def fileno(self) -> int:
        """Return the file descriptor."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class ConnectError(Exception):
    """No connection could be made; nothing of a request was sent. The message is one line."""


class TlsError(Exception):
    """The other side does not speak TLS, or its certificate is not trusted; the message says which, in a few words."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host that connections are made to: `url` as the user wrote it, and its parts as they are used."""

    url: str
    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Endpoint:
        """Return the endpoint of a checked URL."""
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        return cls(url, parts.scheme == "https", ascii_host(parts.hostname or ""), port, encoded(parts.path))

    @property
    def authority(self) -> str:
        """Host and port, as in a tunnel."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """The URL without its path."""
        return f"{'https' if self.secure else 'http'}://{self.host_header}"

    @property
    def host_header(self) -> str:
        """The value of the header `Host`: the port is left out where it is the scheme's own."""
        # A zone has a meaning on this machine only.
        authority = _ZONE.sub("", self.authority)
        default = _DEFAULT_PORTS["https" if self.secure else "http"]
        return authority.removesuffix(f":{self.port}") if self.port == default else authority


def encoded(path: str) -> str:
    """Return a path with everything percent-encoded that a URL may not have; what is encoded already stays so."""
    return quote(_STRAY_PERCENT.sub("%25", path), safe=_PATH_CHARACTERS)


def ascii_host(host: str) -> str:
    """Return a host in ASCII letters; raises ValueError if there is no such host."""
    if host.isascii():
        # The zone of an IPv6 address is percent-encoded in a URL.
        return host.replace("%25", "%")
    # Imported here: few hosts have other letters, and urllib3 takes 30 ms to import.
    from urllib3.util import parse_url  # noqa: PLC0415 - see above

    return parse_url(f"http://{host}").host or ""


def tls_context(bundle: str | None) -> ssl.SSLContext:
    """Return the settings of TLS: the CA certificates of a file, or else those of `certifi`.

    Raises:
        ssl.SSLError: the file has no certificates.

    """
    context = ssl.create_default_context(cafile=bundle or certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def connect(
    target: Endpoint,
    proxy: Endpoint | None,
    tls: ssl.SSLContext | None,
    timeout: float,
    tunnel: Callable[[Stream, Endpoint], None],
) -> Stream:
    """Connect to a target.

    Args:
        target: the target.
        proxy: the proxy; a target without TLS is asked for through it in the requests themselves.
        tls: the settings of TLS; None where neither target nor proxy has it.
        timeout: seconds for each step.
        tunnel: asks a proxy for a tunnel to the target over a connection.

    Raises:
        ConnectError: no connection could be made.
        TlsError: TLS failed.

    """
    first = proxy or target
    stream: Stream = _connected(first, timeout, "target" if proxy is None else "proxy")
    try:
        if first.secure and tls is not None:
            stream = _secured(stream, first, tls, timeout)
        if proxy is not None and target.secure and tls is not None:
            tunnel(stream, proxy)
            stream = _secured(stream, target, tls, timeout)
    except BaseException:
        stream.close()
        raise
    return stream


def _connected(endpoint: Endpoint, timeout: float, role: str) -> socket.socket:
    named = endpoint.url if role == "target" else f"the {role} {endpoint.url}"
    try:
        connected = socket.create_connection((endpoint.host, endpoint.port), timeout)
    except socket.gaierror:
        message = f"the host of {named} cannot be found: check its name, and the network"
        raise ConnectError(message) from None
    except TimeoutError:
        message = f"{named} cannot be reached within {timeout:g} s: check host, port and network"
        raise ConnectError(message) from None
    except ConnectionRefusedError:
        message = f"{named} refuses connections: start the {role}, or check host and port"
        raise ConnectError(message) from None
    except OSError as error:
        message = f"{named} cannot be reached ({error.strerror or error}): check host, port and network"
        raise ConnectError(message) from None
    # A request is one write: waiting for more to send would only delay it.
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _secured(stream: Stream, endpoint: Endpoint, tls: ssl.SSLContext, timeout: float) -> Stream:
    try:
        stream.settimeout(timeout)
        if isinstance(stream, socket.socket) and not isinstance(stream, ssl.SSLSocket):
            return tls.wrap_socket(stream, server_hostname=endpoint.host)
        return _secured_within_tls(stream, endpoint, tls, timeout)
    except ssl.SSLCertVerificationError as error:
        message = f"certificate not trusted: {error.verify_message.rstrip('.')}"
        raise TlsError(message) from None
    except ssl.SSLEOFError:
        message = f"{endpoint.url} ends the connection before TLS is set up: check that it is up, and its port"
        raise ConnectError(message) from None
    except ssl.SSLError as error:
        raise TlsError(tls_reason(error)) from None
    except TimeoutError:
        message = f"{endpoint.url} does not set up TLS within {timeout:g} s: check that it is up, and its port"
        raise ConnectError(message) from None
    except OSError as error:
        message = f"{endpoint.url} ends the connection before TLS is set up ({error.strerror or error}): check its port"
        raise ConnectError(message) from None


def _secured_within_tls(stream: Stream, endpoint: Endpoint, tls: ssl.SSLContext, timeout: float) -> Stream:
    # Imported here: the standard library has no TLS within TLS, which only a proxy with TLS needs.
    from urllib3.util.ssltransport import SSLTransport  # noqa: PLC0415 - see above

    class TlsWithinTls(SSLTransport):
        """Bytes that the outer connection cannot take at once would be lost, so that sending waits."""

        def send(self, data: bytes | memoryview, flags: int = 0) -> int:
            self.settimeout(timeout)
            return super().send(bytes(data), flags)

        def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
            # At the end of the connection urllib3 returns the number 0.
            data = super().recv(buflen, flags)
            return data if isinstance(data, bytes) else b""

    return TlsWithinTls(stream, tls, server_hostname=endpoint.host)  # type: ignore[arg-type] # urllib3 needs no more


def tls_reason(error: ssl.SSLError) -> str:
    """Return an error of TLS in a few words."""
    reason = (error.reason or "").replace("_", " ").lower()
    if reason in {"wrong version number", "record layer failure", "unknown protocol", "http request"}:
        return "no TLS is spoken there"
    return reason or "no reason given"
