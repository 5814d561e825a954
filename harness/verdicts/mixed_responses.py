"""Recognise failures that are explained by responses of other requests.

A server that sends the response of another request now and then breaks any requirement by chance. Such a response is
recognised only if it has the values of another order; a rejection that belongs to another request looks like any other.
So once a run has seen responses of other requests, a requirement that was broken about as rarely is not said to fail.
"""

from __future__ import annotations

# A requirement may be broken so many times as often as responses of other requests were seen, and so many times more:
# most of these responses are not recognised, and few exchanges are judged by one requirement.
_TIMES_AS_OFTEN, _MORE = 3, 2


def is_explained(*, broken: int, held: int, mixed: int, created: int) -> bool:
    """Return whether responses of other requests explain that a requirement was broken.

    Args:
        broken: how many exchanges broke the requirement.
        held: how many kept it.
        mixed: how many responses were those of other requests.
        created: how many responses described an order that was created, the only ones that are recognised.

    """
    if not (mixed and broken):
        return False
    expected = (broken + held) * mixed / max(created, mixed)
    return broken <= expected * _TIMES_AS_OFTEN + _MORE and (held > broken or broken == 1)
