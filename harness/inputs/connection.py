"""The options of the connection to a target, which run, replay and cleanup have in common."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """The options of a connection, not yet checked; None stands for the default.

    Attributes:
        timeout: seconds to wait for a complete response.
        rate: the most requests per second; 0 for no limit.
        ca_bundle: the file of CA certificates that verify the target's certificate.
        proxy: the URL of a proxy; None for no proxy.
        credentials_fd: the file descriptor that holds the credentials.
        keyring: the service under which the system's keyring holds the credentials.

    """

    timeout: float | None = None
    rate: float | None = None
    ca_bundle: Path | None = None
    proxy: str | None = None
    credentials_fd: int | None = None
    keyring: str | None = None

    @classmethod
    def split_from(cls, options: dict[str, Any]) -> tuple[Self, dict[str, Any]]:
        """Split the options of a command, by name, into those of the connection and the others."""
        own = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in options.items() if name in own}), {
            name: value for name, value in options.items() if name not in own
        }
