"""The messages of an exchange as they are shown: as they were sent, or with the wrong part of a body marked."""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from orders_conformance.reports.page.texts import one_line
from orders_conformance.reports.text import visible

BODY_LIMIT = 4_000
_HEADERS_SHOWN = 60
_DEEPEST = 12
_INDENT = "  "
# A string, a sign of JSON, or anything else up to the next one.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')
_NOTHING_WITHIN = re.compile(r"\[\s*\]|\{\s*\}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a body, and whether it is the wrong part."""

    text: str
    marked: bool

    @property
    def words(self) -> str:
        """The line without the blanks at its beginning."""
        return self.text.lstrip(" ")

    @property
    def indent(self) -> str:
        """The blanks at its beginning."""
        return " " * (len(self.text) - len(self.words))


def http_messages(exchange: Mapping[str, Any], limit: int = BODY_LIMIT) -> list[dict[str, Any]]:
    """Return the messages of an exchange for the template: the request, then the response or why there is none."""
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    messages = [{"name": "Request", **_message(f"{request['method']} {request['url']}", request, limit)}]
    if response is not None:
        messages.append({"name": "Response", **_message(status_line(response["status"]), response, limit)})
    else:
        messages.append(
            {
                "name": "No response",
                "start": one_line(failure["kind"]),
                "headers": [],
                "body": one_line(failure["detail"]),
                "remarks": [],
            }
        )
    return messages


def _message(start: str, message: Mapping[str, Any], limit: int) -> dict[str, Any]:
    headers: Sequence[Sequence[str]] = message["headers"]
    body, remarks = shown_body(message["body"], limit)
    if cut := message.get("headers_cut"):
        remarks.append(
            f"Headers: the beginning of {cut['length']:,} characters in {cut['lines']:,} lines ({cut['digest']})."
        )
    if len(headers) > _HEADERS_SHOWN:
        remarks.append(f"{_HEADERS_SHOWN} of {len(headers):,} headers shown.")
    return {
        "start": one_line(start),
        "headers": [(one_line(name), one_line(value)) for name, value in headers[:_HEADERS_SHOWN]],
        "body": body,
        "remarks": remarks,
    }


def shown_body(body: Mapping[str, Any], limit: int) -> tuple[str, list[str]]:
    """Return a body as printable text, and remarks about how it is shown."""
    remarks = []
    if "text" in body:
        text = body["text"]
    else:
        # A record may be truncated or edited: text that is not base64 is shown unchanged.
        try:
            text = base64.b64decode(body["base64"]).decode("utf-8", "backslashreplace")
            remarks.append(r"Not UTF-8: other bytes are shown as \xNN.")
        except ValueError:
            text = body["base64"]
            remarks.append("Shown as base64.")
    if "length" in body:
        remarks.append(f"The beginning of {body['length']:,} bytes ({body['digest']}).")
    elif not text:
        remarks.append("Empty body.")
    if len(text) > limit:
        remarks.append(f"{limit:,} of {len(text):,} characters shown.")
    return visible(text[:limit]), remarks


def status_line(status: int) -> str:
    """Return a status with its phrase, where it has one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def marked_lines(text: str, names: AbstractSet[str]) -> list[Line]:
    """Return a body as lines, indented if it is a JSON object; the members that have one of `names` are marked.

    Every token stays as it was sent: numbers, escapes, and names that occur twice.
    """
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    lines = list(_indented(text, names)) if is_object else []
    if not lines or any(line.text.startswith(_INDENT * _DEEPEST) for line in lines):
        return [Line(line, marked=False) for line in visible(text).split("\n")]
    return [Line(visible(line.text), line.marked) for line in lines]


def _indented(text: str, names: AbstractSet[str]) -> Iterator[Line]:
    """Yield the lines of a JSON object, one for each member or element."""
    depth, line, marked = 0, "", False
    signs = _TOKEN.findall(text)
    for at, sign in enumerate(signs):
        after = signs[at + 1] if at + 1 < len(signs) else ""
        if depth == 1 and not line.strip():
            marked = _name(sign) in names
        if sign in "]}" and not _NOTHING_WITHIN.fullmatch(line[-1:] + sign):
            yield Line(line, marked)
            depth -= 1
            marked = marked and depth > 0
            line = _INDENT * depth + sign
        elif sign in "]}":
            depth -= 1
            line += sign
        elif sign in "[{":
            depth += 1
            line += sign
            if not _NOTHING_WITHIN.fullmatch(sign + after):
                yield Line(line, marked)
                line = _INDENT * depth
        elif sign == ",":
            yield Line(line + sign, marked)
            line = _INDENT * depth
        else:
            line += ": " if sign == ":" else sign
    yield Line(line, marked)


def _name(sign: str) -> str:
    """Return the name that a sign writes; empty where it is none."""
    return str(json.loads(sign)) if sign.startswith('"') else ""
