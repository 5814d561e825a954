"""Catalogues of variants of the embedded server, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from orders_conformance.mock.service import Service

_Server = TypeVar("_Server", bound=Service)
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Catalogue(Mapping[str, type[Service]]):
    """Variants of the embedded server by name: the class name in lower case, its words joined by hyphens."""

    def __init__(self, *parts: Mapping[str, type[Service]]) -> None:
        """Merge catalogues.

        Raises:
            ValueError: a name occurs in two of them.

        """
        self._servers: dict[str, type[Service]] = {}
        for part in parts:
            for name, server in part.items():
                self._put(name, server)

    def add(self, server: type[_Server]) -> type[_Server]:
        """Add a server class and return it; to be used as a decorator.

        Raises:
            ValueError: the catalogue has a server of that name.

        """
        self._put(_WORD.sub("-", server.__name__).lower(), server)
        return server

    def derive(self, base: type[Service], name: str, description: str, **attributes: Any) -> None:
        """Make a subclass with other class attributes, and add it.

        Args:
            base: the base class.
            name: the name of the subclass.
            description: its docstring.
            attributes: its class attributes.

        Raises:
            ValueError: the catalogue has a server of that name.

        """
        self.add(type(name, (base,), {"__doc__": description, "__module__": base.__module__, **attributes}))

    def _put(self, name: str, server: type[Service]) -> None:
        if name in self._servers:
            message = f"two servers are named {name}: rename one"
            raise ValueError(message)
        self._servers[name] = server

    def __getitem__(self, name: str) -> type[Service]:
        """Return the server class of a name."""
        return self._servers[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in the order in which they were added."""
        return iter(self._servers)

    def __len__(self) -> int:
        """Return the number of servers."""
        return len(self._servers)
