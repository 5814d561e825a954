"""The steps of a replay: which exchanges of a record are sent again, and the script that sends them.

A record may have been edited, or invented: whatever it says, the pauses, the connections and the requests at once are
as few as those of a run.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.replay.recorded import has_cookie, probe, reason_unusable
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.probe import Pause, ProbeResult, Script, Send, Together

# Requests that replay a finding on requests sent at once.
_AT_ONCE = 5
# A pause between two exchanges of at least so many seconds is repeated.
_PAUSE = 1.0
# The most seconds of one pause, and of all pauses of a list of steps: a run makes few pauses, of 2 s.
LONGEST_PAUSE, LONGEST_PAUSES = 5.0, 20.0
# The most requests that are sent at once, and the most connections that are kept.
_MOST_AT_ONCE, _MOST_CONNECTIONS = 20, 20
# The numbers of preceding steps to send, one after another, until the failure occurs again.
_LENGTHS = (8, 32, 128)


@dataclass(frozen=True, slots=True)
class Step:
    """Exchanges of a record whose requests are sent at once, after a pause in seconds."""

    exchanges: tuple[Mapping[str, Any], ...]
    pause: float = 0.0


def check_usable(record: Record, finding: Mapping[str, Any]) -> None:
    """Check that the requests that a finding needs can be sent again.

    Raises:
        InvalidInputError: the record does not have one of them, or only a part of it.

    """
    for name in (finding["exchange"], *finding.get("before", ())):
        exchange = record.exchanges.get(name)
        wrong = "it is not in the record" if exchange is None else reason_unusable(exchange)
        if wrong:
            message = (
                f"the finding {finding['id']} needs the exchange {name}, which cannot be sent again ({wrong}): "
                "name another finding, or run again"
            )
            raise InvalidInputError(message)


def step_lists(record: Record, finding: Mapping[str, Any], family: str) -> Iterator[Sequence[Step]]:
    """Yield lists of steps to send, shortest first; each ends with the exchange of the finding.

    Preceding exchanges that cannot be sent again are left out, but for those that the finding needs, which were
    checked.
    """
    return map(_bounded, _step_lists(record, finding, family))


def _step_lists(record: Record, finding: Mapping[str, Any], family: str) -> Iterator[Sequence[Step]]:
    last = record.exchanges[finding["exchange"]]
    before = [record.exchanges[name] for name in finding.get("before", ())]
    if has_cookie(last):
        # The record does not hold the cookie: the target has to set one again.
        before = [*(one for one in _first_with_cookie(record, last) if one not in before), *before]
    if family == Rule.DUPLICATE_CONCURRENT:
        yield [*(Step((one,)) for one in before if one["group"] != last["group"]), Step((last,) * _AT_ONCE)]
    else:
        pause = _gap(before[-1], last) if before and family == Rule.DUPLICATE_AFTER_PAUSE else 0.0
        yield [*(Step((one,)) for one in before), Step((last,), pause)]
    whole = _steps(record, last)
    yield from (whole[-length - 1 :] for length in _LENGTHS if length < len(whole) - 1)
    yield whole


def _bounded(steps: Sequence[Step]) -> Sequence[Step]:
    """Return steps whose pauses are not too long, together neither; the last pauses are kept."""
    left, bounded = LONGEST_PAUSES, list[Step]()
    for step in reversed(steps):
        pause = min(step.pause, LONGEST_PAUSE, left)
        left -= pause
        bounded.append(replace(step, pause=pause))
    return bounded[::-1]


def _first_with_cookie(record: Record, last: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the first exchange in which the target set a cookie, if there is one ahead of the last."""
    ahead = itertools.takewhile(lambda one: one is not last, record.exchanges.values())
    setting = (one for one in ahead if _sets_cookie(one["response"]) and reason_unusable(one) is None)
    return itertools.islice(setting, 1)


def _sets_cookie(response: Mapping[str, Any] | None) -> bool:
    return response is not None and any(name.lower() == "set-cookie" for name, _ in response["headers"])


def _steps(record: Record, last: Mapping[str, Any]) -> list[Step]:
    """Return the steps of a record up to an exchange: requests sent at once are one step, and pauses are kept."""
    steps: list[Step] = []
    previous: Mapping[str, Any] | None = None
    for exchange in record.exchanges.values():
        if reason_unusable(exchange) is not None:
            continue
        if _is_at_once(previous, exchange) and len(steps[-1].exchanges) < _MOST_AT_ONCE:
            steps[-1] = replace(steps[-1], exchanges=(*steps[-1].exchanges, exchange))
        elif any(one is last for one in (steps[-1].exchanges if steps else ())):
            break
        else:
            gap = _gap(previous, exchange) if previous else 0.0
            steps.append(Step((exchange,), gap if gap >= _PAUSE else 0.0))
        previous = exchange
    return steps


def _is_at_once(earlier: Mapping[str, Any] | None, later: Mapping[str, Any]) -> bool:
    return earlier is not None and later["group"] is not None and earlier["group"] == later["group"]


def _gap(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> float:
    """Return the seconds from the end of an exchange to the beginning of another; 0 where the record has none."""
    gap = later["at"] - earlier["at"] - earlier["elapsed"]
    return float(gap) if math.isfinite(gap) and gap > 0 else 0.0


def script(
    steps: Sequence[Step],
    credentials: Credentials,
    old: str,
    new: str,
    note: Callable[[ProbeResult], None] = lambda _result: None,
) -> Script:
    """Send the requests of steps again.

    Args:
        steps: the steps.
        credentials: the right credentials.
        old: the prefix of the references in the record.
        new: the prefix that takes its place.
        note: called with the result of each request.

    """
    used = (exchange["connection"] for step in steps for exchange in step.exchanges)
    kept = list(itertools.islice(dict.fromkeys(used), _MOST_CONNECTIONS))
    for step in steps:
        if step.pause:
            yield Pause(step.pause)
        probes = [probe(exchange, credentials, old, new) for exchange in step.exchanges]
        if len(probes) == 1:
            (one,) = probes
            note((yield Send(one if one.connection in kept else replace(one, connection="new"))))
            continue
        at_once = (replace(probe, connection=f"racer-{number}") for number, probe in enumerate(probes))
        results = yield Together(tuple(at_once))
        for result in results or ():
            note(result)
