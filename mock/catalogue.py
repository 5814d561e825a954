"""Catalogues of siblings of the embedded server, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from orders_conformance.mock.service import Service

_Server = TypeVar("_Server", bound=Service)
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Catalogue(Mapping[str, type[Service]]):
    """Siblings by name; a name is the class's own, in lower case with hyphens."""

    def __init__(self, *parts: Mapping[str, type[Service]]) -> None:
        """Join catalogues.

        Raises:
            ValueError: a name occurs in two of them.

        """
        self._servers: dict[str, type[Service]] = {}
        for part in parts:
            for name, server in part.items():
                self._put(name, server)

    def add(self, server: type[_Server]) -> type[_Server]:
        """Add a sibling; a decorator.

        Raises:
            ValueError: there is one of that name already.

        """
        self._put(_WORD.sub("-", server.__name__).lower(), server)
        return server

    def _put(self, name: str, server: type[Service]) -> None:
        if name in self._servers:
            message = f"two servers are named {name}: rename one"
            raise ValueError(message)
        self._servers[name] = server

    def __getitem__(self, name: str) -> type[Service]:
        """Look up a sibling by its name."""
        return self._servers[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names in the order in which they were added."""
        return iter(self._servers)

    def __len__(self) -> int:
        """Count the siblings."""
        return len(self._servers)
