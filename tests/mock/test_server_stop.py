"""The server stops at once, and leaves no connection open, while clients go on to connect."""

from __future__ import annotations

import gc
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from orders_conformance.mock.server import serving
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import opened

pytestmark = pytest.mark.slow  # 2 s: a server that stops ten times

_STOPS, _CLIENTS = 10, 2
# Connections after which the server is stopped, by each client.
_CONNECTIONS = 20
# Seconds; a connection that the server does not drop is kept for five.
_LONGEST = 3.0


def connect(port: int, connected: threading.Event, stop: threading.Event) -> None:
    """Connect again and again until told to stop, and keep every connection until then."""
    kept: list[socket.socket] = []
    while not stop.is_set():
        try:
            kept.append(socket.create_connection(("127.0.0.1", port), timeout=1))
        except OSError:
            # The server has stopped listening.
            stop.wait(0.01)
        if len(kept) >= _CONNECTIONS:
            connected.set()
    for one in kept:
        one.close()


def test_a_stop_while_clients_connect_leaves_no_connection_open(contract: Contract) -> None:
    longest = 0.0
    for _ in range(_STOPS):
        stop = threading.Event()
        connected = [threading.Event() for _ in range(_CLIENTS)]
        service = opened(contract)
        with ThreadPoolExecutor() as pool:
            try:
                with serving(service) as url:
                    for one in connected:
                        pool.submit(connect, urlsplit(url).port or 0, one, stop)
                    assert all(one.wait(10) for one in connected)
                    began = time.monotonic()
                longest = max(longest, time.monotonic() - began)
            finally:
                stop.set()
        service.close()
    # What was left open is a warning now, and so an error of this test.
    gc.collect()
    assert longest < _LONGEST
