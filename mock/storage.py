"""Storage of orders in SQLite; a UNIQUE constraint enforces the duplicate rule."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    ref TEXT PRIMARY KEY,
    reference BLOB NOT NULL,
    instant INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (reference, instant)
)
"""


class OrderStore:
    """The orders of one organisation; thread-safe."""

    def __init__(self, database: str) -> None:
        """Open a database: a path or `:memory:`.

        Raises:
            sqlite3.Error: the database cannot be opened, or is another program's.

        """
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        # Orders survive the end of the process, not that of the machine: nobody waits for the disk.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(_SCHEMA)
        self._connection.execute("SELECT ref, reference, instant, record FROM orders LIMIT 0")

    def add(self, ref: str, reference: str, instant: int, record: bytes) -> bool:
        """Store an order, its instant in microseconds since 1970; return False where its key exists already."""
        with self._lock:
            try:
                self._connection.execute(
                    "INSERT INTO orders VALUES (?, ?, ?, ?)", (ref, _bytes(reference), instant, record)
                )
            except sqlite3.IntegrityError:
                return False
        return True

    def instants(self, reference: str) -> tuple[int, ...]:
        """Return the instants of all orders with a reference, in microseconds since 1970."""
        rows = self._rows("SELECT instant FROM orders WHERE reference = ?", _bytes(reference))
        return tuple(instant for (instant,) in rows)

    def by_ref(self, ref: str) -> bytes | None:
        """Return the record of an order as JSON; None where there is no such order."""
        return next((record for (record,) in self._rows("SELECT record FROM orders WHERE ref = ?", ref)), None)

    def by_reference(self, reference: str) -> list[bytes]:
        """Return the records of all orders with a reference, oldest first."""
        query = "SELECT record FROM orders WHERE reference = ? ORDER BY rowid"
        return [record for (record,) in self._rows(query, _bytes(reference))]

    def records(self) -> list[bytes]:
        """Return the records of all orders, oldest first."""
        return [record for (record,) in self._rows("SELECT record FROM orders ORDER BY rowid")]

    def remove(self, ref: str) -> bool:
        """Remove an order; return whether it existed."""
        with self._lock:
            return self._connection.execute("DELETE FROM orders WHERE ref = ?", (ref,)).rowcount > 0

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def _rows(self, query: str, *parameters: str | bytes) -> list[tuple[Any]]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()


def _bytes(reference: str) -> bytes:
    """Return a reference as bytes; it may have halves of surrogate pairs."""
    return reference.encode("utf-8", "surrogatepass")
