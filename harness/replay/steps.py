"""The steps of a replay: which exchanges of a record are sent again, and the script that sends them."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orders_conformance.reports.record.types import Record
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.probe import JSON, Pause, Probe, Script, Send, Together

# Requests that replay a finding on requests sent at once.
_AT_ONCE = 5
# A pause between two exchanges of at least so many seconds is repeated; never for longer than the second number, and in
# all steps together never for longer than the third one. A run pauses for at most a minute on purpose.
_PAUSE, _LONGEST_PAUSE, _ALL_PAUSES = 1.0, 60.0, 300.0
# No record has a later time than this, in seconds since its beginning; larger numbers cannot be calculated with.
_END = 1e9
# The numbers of preceding steps to send, one after another, until the failure occurs again.
_LENGTHS = (8, 32, 128)


@dataclass(frozen=True, slots=True)
class Step:
    """Exchanges of a record whose requests are sent at once, after a pause in seconds."""

    exchanges: tuple[Mapping[str, Any], ...]
    pause: float = 0.0


def step_lists(record: Record, finding: Mapping[str, Any], family: str) -> Iterator[Sequence[Step]]:
    """Yield lists of steps to send, shortest first; each ends with the exchange of the finding."""
    last = record.exchanges[finding["exchange"]]
    before = [record.exchanges[name] for name in finding.get("before", ())]
    if _has_header(last["request"], "cookie"):
        # The record does not hold the cookie: the target has to set one again.
        before = [*(one for one in _first_with_cookie(record, last) if one not in before), *before]
    if family == Rule.DUPLICATE_CONCURRENT:
        yield [*(Step((one,)) for one in before if one["group"] != last["group"]), Step((last,) * _AT_ONCE)]
    else:
        pause = _gap(before[-1], last) if before and family == Rule.DUPLICATE_AFTER_PAUSE else 0.0
        yield [*(Step((one,)) for one in before), Step((last,), pause)]
    whole = _steps(record, last)
    yield from (_bounded(whole[-length - 1 :]) for length in _LENGTHS if length < len(whole) - 1)
    yield _bounded(whole)


def _bounded(steps: Sequence[Step]) -> Sequence[Step]:
    """Return steps whose pauses last no longer than they may in all; the last ones are kept."""
    left, kept = _ALL_PAUSES, list[Step]()
    for step in reversed(steps):
        pause = min(step.pause, left)
        left -= pause
        kept.append(replace(step, pause=pause))
    return kept[::-1]


def _has_header(message: Mapping[str, Any], name: str) -> bool:
    return any(one.lower() == name for one, _ in message["headers"])


def _first_with_cookie(record: Record, last: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the first exchange in which the target set a cookie, if there is one ahead of the last."""
    ahead = itertools.takewhile(lambda one: one is not last, record.exchanges.values())
    setting = (one for one in ahead if one["response"] is not None and _has_header(one["response"], "set-cookie"))
    return itertools.islice(setting, 1)


def _steps(record: Record, last: Mapping[str, Any]) -> list[Step]:
    """Return the steps of a record up to an exchange: requests sent at once are one step, and pauses are kept."""
    steps: list[Step] = []
    previous: Mapping[str, Any] | None = None
    for exchange in record.exchanges.values():
        if exchange["group"] is not None and previous is not None and previous["group"] == exchange["group"]:
            steps[-1] = replace(steps[-1], exchanges=(*steps[-1].exchanges, exchange))
        elif last in (steps[-1].exchanges if steps else ()):
            break
        else:
            gap = _gap(previous, exchange) if previous else 0.0
            steps.append(Step((exchange,), gap if gap >= _PAUSE else 0.0))
        previous = exchange
    return steps


def _gap(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> float:
    began, ended, took = (float(min(seconds, _END)) for seconds in (later["at"], earlier["at"], earlier["elapsed"]))
    return min(max(0.0, began - ended - took), _LONGEST_PAUSE)


def _probe(exchange: Mapping[str, Any], credentials: Credentials, old: str, new: str) -> Probe:
    request = exchange["request"]
    body = request["body"]
    content = body["text"].encode() if "text" in body else base64.b64decode(body["base64"])
    # Some references are another reference in lower case.
    for letter_case in (str, str.lower):
        content = content.replace(letter_case(old).encode(), letter_case(new).encode())
    headers = {name.lower(): value for name, value in request["headers"]}
    near = credentials.near_headers().get(exchange["probe"].removeprefix("credentials/"))
    return Probe(
        exchange["probe"],
        content,
        credentials=request["credentials"] if near is None else RIGHT,
        authorization=near,
        content_type=headers.get("content-type") if headers else JSON,
        connection=exchange["connection"],
        has_cookies="cookie" in headers,
    )


def script(steps: Sequence[Step], credentials: Credentials, old: str, new: str) -> Script:
    """Send the requests of steps again.

    Args:
        steps: the steps.
        credentials: the right credentials.
        old: the prefix of the references in the record.
        new: the prefix that takes its place.

    """
    for step in steps:
        if step.pause:
            yield Pause(step.pause)
        probes = [_probe(exchange, credentials, old, new) for exchange in step.exchanges]
        if len(probes) == 1:
            yield Send(probes[0])
        else:
            at_once = (replace(probe, connection=f"racer-{number}") for number, probe in enumerate(probes))
            yield Together(tuple(at_once))
