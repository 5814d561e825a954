"""What a network does to a request: each fault is a function of the connection that it came by, and of random numbers.

It says whether the connection goes on.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from tests.chaos.proxy import ProxiedConnection, Proxy, Response

Chancy = Callable[[ProxiedConnection, random.Random], bool]

HUGE = 100 * 1024 * 1024
# How often a fault is so bad that the run has to end.
_RARELY = 0.04
_REDIRECTS = (301, 302, 307, 308)


def refused(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Lose the request, and refuse every connection for a while."""
    connection.proxy.begin_outage(60.0 if dice.random() < _RARELY else dice.choice((0.1, 1.0, 3.0)))
    connection.reset()
    return False


def reset_before(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Reset the connection before the server sees the request."""
    connection.reset()
    return False


def reset_after(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Reset the connection instead of bringing the answer."""
    connection.forward()
    connection.reset()
    return False


def hung_before(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Swallow the request."""
    connection.hang()
    return False


def hung_after(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Swallow the answer."""
    connection.forward()
    connection.hang()
    return False


def late(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Bring the request to the server only when the client has given it up."""
    connection.hang()
    connection.forward()
    return False


def slow(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Response in single bytes, but soon enough."""
    answer = connection.forward().whole
    lame = dice.randrange(1, 40)
    connection.trickle(answer[:lame], connection.proxy.seconds / 200)
    connection.trickle(answer[lame:], 0)
    return True


def too_slow(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Response in single bytes, for longer than anybody waits."""
    connection.trickle(connection.forward().whole, connection.proxy.seconds / 20)
    return True


def cut_short(connection: ProxiedConnection, dice: random.Random) -> bool:
    """End the connection within the answer."""
    answer = connection.forward()
    connection.send(answer.whole[: -dice.randrange(1, len(answer.whole))])
    return False


def cut_unseen(connection: ProxiedConnection, dice: random.Random) -> bool:
    """End the connection within the body of an answer whose length is only told by that end."""
    answer = connection.forward()
    connection.send(answer.head(length=None) + answer.body[: dice.randrange(len(answer.body) or 1)])
    return False


def length_too_long(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Announce more than comes, and either end the connection or leave it open."""
    answer = connection.forward()
    connection.send(answer.head(length=len(answer.body) + dice.randrange(1, 1000)) + answer.body)
    return dice.random() < 0.5


def length_too_short(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Announce less than comes."""
    answer = connection.forward()
    cut = dice.randrange(len(answer.body) or 1)
    connection.send(answer.head(length=cut) + answer.body[:cut])
    if dice.random() < 0.5:
        connection.pause()
    connection.send(answer.body[cut:])
    return True


def huge(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Response with a hundred megabytes."""
    answer = connection.forward() if dice.random() < 0.5 else _response(dice.choice((200, 201, 400, 502)))
    connection.send(answer.head(length=HUGE) if dice.random() < 0.5 else answer.head(length=None))
    connection.flood(HUGE, b" ")
    return False


def huge_when_unpacked(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Response with a hundred megabytes that are small on the wire."""
    answer = connection.forward() if dice.random() < 0.5 else _response(dice.choice((200, 201, 400)))
    packed = Response(answer.status, answer.reason, (*answer.headers, ("Content-Encoding", "gzip")), _bomb())
    connection.send(packed.whole)
    return True


def too_many(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Refuse for now, with or without a word about how long."""
    connection.send(_refusal(connection, 429, dice).whole)
    return True


def unavailable_before(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Be unavailable before the server sees the request."""
    connection.send(_refusal(connection, 503, dice).whole)
    return True


def unavailable_after(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Be unavailable after the server processed the request."""
    connection.forward()
    connection.send(_refusal(connection, 503, dice).whole)
    return True


def bad_gateway(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Respond as a gateway that got nothing from the server, before or after the server processed the request."""
    if dice.random() < 0.5:
        connection.forward()
    connection.send(_page(dice.choice((502, 504))).whole)
    return True


def outage(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Respond as a gateway whose server is down, for a while."""
    connection.proxy.begin_outage_behind(600.0 if dice.random() < _RARELY else dice.choice((1.0, 5.0, 20.0)))
    connection.send(down(connection.proxy).whole)
    return True


def down(proxy: Proxy) -> Response:
    """Return the page of a gateway whose server is down."""
    return _page(502 if int(proxy.clock()) % 2 else 504)


def restart(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Restart the server with the request in it: end the connection, and refuse others for a moment."""
    if dice.random() < 0.5:
        connection.forward()
    connection.proxy.begin_outage(dice.choice((0.05, 0.2, 0.5)))
    connection.reset()
    return False


def early_hints(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Send interim responses before the answer."""
    answer = connection.forward()
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n"
    connection.send(hint * dice.randrange(1, 4))
    connection.send(answer.whole)
    return True


def wrong_clock(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Respond with a date that is wrong by ten minutes, and sometimes with a wait until a time of that clock."""
    wrong = datetime.now(UTC) + dice.choice((-1, 1)) * timedelta(minutes=10)
    date = f"Date: {format_datetime(wrong, usegmt=True)}\r\n".encode()
    if dice.random() < 0.5:
        until = format_datetime(wrong + timedelta(seconds=1), usegmt=True)
        answer = _response(dice.choice((429, 503)), ("Retry-After", until), body=b"busy")
    else:
        answer = connection.forward()
    first, _, rest = answer.whole.partition(b"\r\n")
    connection.send(first + b"\r\n" + date + rest)
    return True


def drip(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Bring the answer in pieces of a few bytes with pauses, soon enough."""
    answer = connection.forward().whole
    size = max(1, len(answer) // dice.randrange(2, 8))
    for start in range(0, len(answer), size):
        connection.send(answer[start : start + size])
        connection.pause()
    return True


def closed_between(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Bring the answer, and end the connection although nothing said so."""
    connection.send(connection.forward().whole)
    return False


def redirect(connection: ProxiedConnection, dice: random.Random) -> bool:
    """Lead to another host, before or after the server processed the request."""
    if dice.random() < 0.5:
        connection.forward()
    there = ("Location", f"{connection.proxy.elsewhere}/v2.1/orders")
    connection.send(_response(dice.choice(_REDIRECTS), there).whole)
    return True


def echo(connection: ProxiedConnection, _dice: random.Random) -> bool:
    """Send back what came, credentials and all, which is no HTTP answer."""
    connection.send(connection.head + b"\r\n\r\n" + connection.body)
    return False


FAULTS: Mapping[str, Chancy] = {
    fault.__name__.replace("_", " "): fault
    for fault in (
        refused,
        reset_before,
        reset_after,
        hung_before,
        hung_after,
        late,
        slow,
        too_slow,
        cut_short,
        cut_unseen,
        length_too_long,
        length_too_short,
        huge,
        huge_when_unpacked,
        too_many,
        unavailable_before,
        unavailable_after,
        bad_gateway,
        outage,
        restart,
        early_hints,
        wrong_clock,
        drip,
        closed_between,
        redirect,
        echo,
    )
}


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(HUGE), compresslevel=1)


def _page(status: int) -> Response:
    page = b"<html><head><title>Bad Gateway</title></head><body><center>nginx</center></body></html>"
    return Response(status, "Gateway", (("Content-Type", "text/html"),), page)


def _response(status: int, *headers: tuple[str, str], body: bytes = b"") -> Response:
    return Response(status, "Whatever", headers, body)


def _refusal(connection: ProxiedConnection, status: int, dice: random.Random) -> Response:
    """Make an answer of the network's own; some repeat the request, as chatty gateways do."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    words = "600" if dice.random() < _RARELY else dice.choice((None, None, "0", "1", "7", soon, "in a while"))
    headers = () if words is None else (("Retry-After", words),)
    return _response(status, *headers, body=connection.head if dice.random() < 0.5 else b"busy")
