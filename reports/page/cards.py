"""What a repair card shows of a finding: numbered steps, with the wrong part marked, and commands."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from orders_conformance.reports.manifest import RECORD
from orders_conformance.reports.page.commands import steps as step_commands
from orders_conformance.reports.page.messages import Line, marked_lines, shown_body, status_line
from orders_conformance.reports.page.texts import one_line
from orders_conformance.reports.summary import Report

# A card shows so many steps, the last ones, and of a body so many characters.
STEPS_SHOWN = 4
_BODY_LIMIT = 1_500
_WORD = re.compile(r"[\w-]+")
_NUMBER = re.compile(r"\d{3}\b")
_BY_EXCHANGE = re.compile(r"\b(by )?(x\d+)\b")
_FIRST_FIELD_SEGMENT = 2
_RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a reproduction.

    Attributes:
        number: its number, from 1.
        exchange: the id of the exchange.
        start: method and path of the request.
        details: what else of the request is out of the ordinary.
        body: the lines of the body.
        remarks: on how request and response are shown.
        answer: the status of the response, or why there was none.
        answer_marked: whether that is the wrong part.
        headers: the headers of the response that are the wrong part.
        response: the lines of its body.
        command: a command that sends the request; empty where it cannot be sent alone.

    """

    number: int
    exchange: str
    start: str
    details: str
    body: Sequence[Line]
    remarks: Sequence[str]
    answer: str
    answer_marked: bool
    headers: Sequence[tuple[str, str]]
    response: Sequence[Line]
    response_remarks: Sequence[str]
    command: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How a finding is shown.

    Attributes:
        steps: the steps that are shown.
        left_out: how many before them are not.
        expected: what was expected, in words that name the steps.
        observed: what was observed, likewise.
        missing: `request` or `response` where the point is that a field is not in it; else empty.
        field: the name of that field.
        command: a command that sends all requests.
        replay: the command of the suite that does.

    """

    steps: Sequence[Step]
    left_out: int
    expected: str
    observed: str
    missing: str
    field: str
    command: str
    replay: str


def reproduction(requirement: Report, finding: Report, report: Report) -> Reproduction | None:
    """Return how a finding of a requirement is reproduced; None where the record does not have its exchange."""
    if finding["exchange"] is None:
        return None
    exchanges = [*finding["before"], finding["exchange"]]
    commands = step_commands(finding["curl"], len(exchanges)) or [""] * len(exchanges)
    numbers = {exchange["id"]: number for number, exchange in enumerate(exchanges, 1)}
    expected, observed = (_with_steps(finding[name], numbers) for name in ("expected", "observed"))
    names = frozenset(_WORD.findall(f"{finding['expected']} {finding['observed']}")) | _field_names(requirement)
    first = max(0, len(exchanges) - STEPS_SHOWN)
    return Reproduction(
        [
            _step(number, exchange, commands[number - 1], finding, names)
            for number, exchange in list(enumerate(exchanges, 1))[first:]
        ],
        first,
        _with_reason(expected),
        observed,
        *_missing(requirement, finding),
        finding["curl"],
        replay(finding, report),
    )


def replay(finding: Report, report: Report) -> str:
    """Return the command of the suite that sends the exchanges of a finding again."""
    return shlex.join([report["suite"]["name"], "replay", RECORD, finding["id"], "--target", report["target"]["url"]])


def _field_names(requirement: Report) -> frozenset[str]:
    return frozenset(requirement["id"].split("/")[_FIRST_FIELD_SEGMENT:])


def _missing(requirement: Report, finding: Report) -> tuple[str, str]:
    """Return in which message a field is missing, and its name, where that is the point; else two empty texts."""
    for name in requirement["id"].split("/")[_FIRST_FIELD_SEGMENT:]:
        if found := re.search(rf"\bno {re.escape(name)}\b( in the response)?", finding["observed"]):
            return "response" if found[1] else "request", name
    return "", ""


def _with_steps(text: str, numbers: Mapping[str, int]) -> str:
    """Return a text with the numbers of steps in place of the ids of exchanges."""

    def step(found: re.Match[str]) -> str:
        number = numbers.get(found[2])
        return found[0] if number is None else f"{'in ' if found[1] else ''}step {number}"

    return _BY_EXCHANGE.sub(step, text)


def _with_reason(expected: str) -> str:
    """Return what was expected with its reason: `409, because the order was created in step 1`."""
    status, colon, reason = expected.partition(": ")
    if colon and _NUMBER.fullmatch(status) and reason.startswith("created "):
        return f"{status}, because the order was {reason}"
    return expected


def _step(number: int, exchange: Mapping[str, Any], command: str, finding: Report, names: frozenset[str]) -> Step:
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    last = exchange is finding["exchange"]
    text, remarks = shown_body(request["body"], _BODY_LIMIT)
    # Of the steps before the last one, the status says enough.
    answered, notes = shown_body(response["body"], _BODY_LIMIT) if last and response is not None else ("", [])
    expected = _NUMBER.match(finding["expected"])
    wrong_status = last and (response is None or (expected is not None and expected[0] != str(response["status"])))
    return Step(
        number,
        exchange["id"],
        one_line(f"{request['method']} {_path(request['url'])}"),
        _details(exchange),
        marked_lines(text, names),
        remarks,
        one_line(f"{failure['kind']}: {failure['detail']}" if response is None else status_line(response["status"])),
        wrong_status,
        [] if response is None or not last else _wrong_headers(response["headers"], names),
        marked_lines(answered, names if last and not wrong_status else frozenset()) if answered else [],
        notes,
        command,
    )


def _path(url: str) -> str:
    try:
        return urlsplit(url).path or url
    except ValueError:
        return url


def _details(exchange: Mapping[str, Any]) -> str:
    request = exchange["request"]
    types = [value for name, value in request["headers"] if name.lower() == "content-type"]
    parts = [f"Content-Type: {', '.join(types)}" if types else "no Content-Type"]
    if request["credentials"] != _RIGHT:
        parts.append(f"credentials “{request['credentials']}”")
    if exchange["group"] is not None:
        parts.append("sent at the same time as the others of its group")
    return one_line("; ".join(parts))


def _wrong_headers(headers: Sequence[Sequence[str]], names: frozenset[str]) -> list[tuple[str, str]]:
    lowered = {name.lower() for name in names}
    return [(one_line(name), one_line(value)) for name, value in headers if name.lower() in lowered][:STEPS_SHOWN]
