"""The options that say how to reach a target; run, replay and cleanup have them in common."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How to reach a target, unchecked; None stands for the default.

    Attributes:
        timeout: seconds to wait for a whole response.
        rate: requests a second at most; 0 for any number.
        ca_bundle: CA certificates that the target's certificate is verified by.
        proxy: the URL of a proxy; none is used by default.
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
        """Split the options of a command into those of the connection and the others."""
        own = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in options.items() if name in own}), {
            name: value for name, value in options.items() if name not in own
        }
