"""What a network does to a request: each fault is a function of the line that the request came by, and of dice.

It says whether the connection goes on.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from tests.chaos.proxy import Answer, Line

Chancy = Callable[[Line, random.Random], bool]

HUGE = 100 * 1024 * 1024
# How often a fault is so bad that the run has to end.
_RARELY = 0.04
_REDIRECTS = (301, 302, 307, 308)


def refused(line: Line, dice: random.Random) -> bool:
    """Lose the request, and refuse every connection for a while."""
    line.proxy.begin_outage(60.0 if dice.random() < _RARELY else dice.choice((0.1, 1.0, 3.0)))
    line.reset()
    return False


def reset_before(line: Line, _dice: random.Random) -> bool:
    """Reset the connection before the server sees the request."""
    line.reset()
    return False


def reset_after(line: Line, _dice: random.Random) -> bool:
    """Reset the connection instead of bringing the answer."""
    line.forward()
    line.reset()
    return False


def hung_before(line: Line, _dice: random.Random) -> bool:
    """Swallow the request."""
    line.hang()
    return False


def hung_after(line: Line, _dice: random.Random) -> bool:
    """Swallow the answer."""
    line.forward()
    line.hang()
    return False


def late(line: Line, _dice: random.Random) -> bool:
    """Bring the request to the server only when the client has given it up."""
    line.hang()
    line.forward()
    return False


def slow(line: Line, dice: random.Random) -> bool:
    """Answer in single bytes, but soon enough."""
    answer = line.forward().whole
    lame = dice.randrange(1, 40)
    line.trickle(answer[:lame], line.proxy.seconds / 200)
    line.trickle(answer[lame:], 0)
    return True


def too_slow(line: Line, _dice: random.Random) -> bool:
    """Answer in single bytes, for longer than anybody waits."""
    line.trickle(line.forward().whole, line.proxy.seconds / 20)
    return True


def cut_short(line: Line, dice: random.Random) -> bool:
    """End the connection within the answer."""
    answer = line.forward()
    line.send(answer.whole[: -dice.randrange(1, len(answer.whole))])
    return False


def cut_unseen(line: Line, dice: random.Random) -> bool:
    """End the connection within the body of an answer whose length is only told by that end."""
    answer = line.forward()
    line.send(answer.head(length=None) + answer.body[: dice.randrange(len(answer.body) or 1)])
    return False


def length_too_long(line: Line, dice: random.Random) -> bool:
    """Announce more than comes, and either end the connection or leave it open."""
    answer = line.forward()
    line.send(answer.head(length=len(answer.body) + dice.randrange(1, 1000)) + answer.body)
    return dice.random() < 0.5


def length_too_short(line: Line, dice: random.Random) -> bool:
    """Announce less than comes."""
    answer = line.forward()
    cut = dice.randrange(len(answer.body) or 1)
    line.send(answer.head(length=cut) + answer.body[:cut])
    if dice.random() < 0.5:
        line.pause()
    line.send(answer.body[cut:])
    return True


def huge(line: Line, dice: random.Random) -> bool:
    """Answer with a hundred megabytes."""
    answer = line.forward() if dice.random() < 0.5 else _answer(dice.choice((200, 201, 400, 502)))
    line.send(answer.head(length=HUGE) if dice.random() < 0.5 else answer.head(length=None))
    line.flood(HUGE, b" ")
    return False


def huge_when_unpacked(line: Line, dice: random.Random) -> bool:
    """Answer with a hundred megabytes that are small on the wire."""
    answer = line.forward() if dice.random() < 0.5 else _answer(dice.choice((200, 201, 400)))
    packed = Answer(answer.status, answer.reason, (*answer.headers, ("Content-Encoding", "gzip")), _bomb())
    line.send(packed.whole)
    return True


def too_many(line: Line, dice: random.Random) -> bool:
    """Refuse for now, with or without a word about how long."""
    line.send(_refusal(line, 429, dice).whole)
    return True


def unavailable_before(line: Line, dice: random.Random) -> bool:
    """Be unavailable before the server sees the request."""
    line.send(_refusal(line, 503, dice).whole)
    return True


def unavailable_after(line: Line, dice: random.Random) -> bool:
    """Be unavailable after the server processed the request."""
    line.forward()
    line.send(_refusal(line, 503, dice).whole)
    return True


def redirect(line: Line, dice: random.Random) -> bool:
    """Lead to another host, before or after the server processed the request."""
    if dice.random() < 0.5:
        line.forward()
    there = ("Location", f"{line.proxy.elsewhere}/v2.1/orders")
    line.send(_answer(dice.choice(_REDIRECTS), there).whole)
    return True


def echo(line: Line, _dice: random.Random) -> bool:
    """Send back what came, credentials and all, which is no HTTP answer."""
    line.send(line.head + b"\r\n\r\n" + line.body)
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
        redirect,
        echo,
    )
}


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(HUGE), compresslevel=1)


def _answer(status: int, *headers: tuple[str, str], body: bytes = b"") -> Answer:
    return Answer(status, "Whatever", headers, body)


def _refusal(line: Line, status: int, dice: random.Random) -> Answer:
    """Make an answer of the network's own; some repeat the request, as chatty gateways do."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    words = "600" if dice.random() < _RARELY else dice.choice((None, None, "0", "1", "7", soon, "in a while"))
    headers = () if words is None else (("Retry-After", words),)
    return _answer(status, *headers, body=line.head if dice.random() < 0.5 else b"busy")
