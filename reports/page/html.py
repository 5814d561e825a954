"""The report as one self-contained HTML page: `report.html`.

The page needs no network, no script and no other file. Text of the server is escaped, made printable and limited in
length. As a second protection, a content security policy forbids everything but the page's own style.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from orders_conformance.reports.record.schema import LEVELS, VERDICTS
from orders_conformance.reports.sentences import capitalised, counted, evidence_count, is_stale
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, shortened, visible, visible_line

FINDINGS_SHOWN = 3
BEFORE_SHOWN = 3
OBSERVATIONS_SHOWN = 5
_BODY_LIMIT = 4_000
_LINE_LIMIT = 1_000
_SHORT_LINE_LIMIT = 80
_HEADERS_SHOWN = 60
_TEMPLATES = Path(__file__).with_name("templates")
_SECTION_SEGMENTS = 2
_PIECE = re.compile(r"[^\s,]+,*")
_BREAKABLE_WITHIN = re.compile(r"[^\w,]")


def page(report: Report) -> str:
    """Return the HTML page of `report`."""
    style = (_TEMPLATES / "report.css").read_text("utf-8")
    requirements = report["requirements"]
    ranked = sorted(requirements, key=lambda requirement: LEVELS.index(requirement["level"]))
    return _template().render(
        report=report,
        style=Markup(style),  # noqa: S704 - our own file
        policy=_policy(style),
        levels=LEVELS,
        verdicts=VERDICTS,
        total=len(requirements),
        failed=[requirement for requirement in ranked if requirement["verdict"] == "failed"],
        waived=[requirement for requirement in ranked if requirement["verdict"] == "waived"],
        observed=[requirement for requirement in requirements if requirement["observations"]],
        untested=_untested_by_reason(report),
        sections=_sections(requirements),
        findings_shown=FINDINGS_SHOWN,
        before_shown=BEFORE_SHOWN,
        observations_shown=OBSERVATIONS_SHOWN,
        evidence_count=evidence_count,
        is_stale=is_stale,
        is_link=_is_link,
        http_messages=_http_messages,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        one_line=_one_line,
        short_line=_short_line,
        line=visible_line,
        command=_command,
        breakable=_breakable,
        wrapping=_wrapping,
        capitalised=capitalised,
        anchor=visible_line,
        fragment=_fragment,
        number=_number,
        counted=counted,
        seconds=_seconds,
        setting=_setting,
    )
    return environment.get_template("report.html.j2")


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _one_line(text: str) -> str:
    """Return text that may quote the server on one line, limited in length."""
    return visible_line(shortened(text, _LINE_LIMIT))


def _short_line(text: str) -> str:
    """Return the beginning of a text whose full length is shown in the details."""
    return visible_line(clipped(text, _SHORT_LINE_LIMIT))


def _command(text: str) -> str:
    return visible(shortened(text, _BODY_LIMIT))


def _setting(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _breakable(path: str) -> Markup:
    """Return a path-like name as markup with line break opportunities after its slashes."""
    return Markup("/<wbr>").join(escape(segment) for segment in visible_line(path).split("/"))


def _wrapping(text: str) -> Markup:
    """Return text as markup that wraps only at spaces and after commas.

    By default browsers also wrap at the hyphens of dates and identifiers. Such a piece becomes an element that wraps
    only where it is longer than the line. Elements, unlike word joiners, are not copied with the text.
    """
    return Markup("").join(_unbroken_pieces(text))


def _unbroken_pieces(text: str) -> Iterator[Markup]:
    end = 0
    for piece in _PIECE.finditer(text):
        yield escape(text[end : piece.start()])
        safe = escape(piece[0])
        yield Markup('<span class="piece">{}</span>').format(safe) if _BREAKABLE_WITHIN.search(piece[0]) else safe
        end = piece.end()
    yield escape(text[end:])


def _fragment(name: str) -> str:
    return quote(visible_line(name))


def _is_link(text: str) -> bool:
    """Return whether a text is a safe link: a record may have been edited, and a link can run a script."""
    try:
        return urlsplit(text).scheme in {"http", "https"} and text.isprintable()
    except ValueError:
        return False


def _number(value: int) -> str:
    return f"{value:,}"


def _seconds(value: float) -> str:
    return f"{value * 1000:,.0f} ms" if value < 1 else f"{value:,.2f} s"


def _http_messages(exchange: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of an exchange for the template: the request, then the response or why there is none."""
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    messages = [{"name": "Request", **_message(f"{request['method']} {request['url']}", request)}]
    if response is not None:
        messages.append({"name": "Response", **_message(_status_line(response["status"]), response)})
    else:
        messages.append(
            {
                "name": "No response",
                "start": _one_line(failure["kind"]),
                "headers": [],
                "body": _one_line(failure["detail"]),
                "remarks": [],
            }
        )
    return messages


def _message(start: str, message: Mapping[str, Any]) -> dict[str, Any]:
    headers: Sequence[Sequence[str]] = message["headers"]
    body, remarks = _body(message["body"])
    if cut := message.get("headers_cut"):
        remarks.append(
            f"Headers: the beginning of {cut['length']:,} characters in {cut['lines']:,} lines ({cut['digest']})."
        )
    if len(headers) > _HEADERS_SHOWN:
        remarks.append(f"{_HEADERS_SHOWN} of {len(headers):,} headers shown.")
    return {
        "start": _one_line(start),
        "headers": [(_one_line(name), _one_line(value)) for name, value in headers[:_HEADERS_SHOWN]],
        "body": body,
        "remarks": remarks,
    }


def _body(body: Mapping[str, Any]) -> tuple[str, list[str]]:
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
        remarks.append(f"Only the beginning of {body['length']:,} bytes was recorded ({body['digest']}).")
    elif not text:
        remarks.append("Empty body.")
    if len(text) > _BODY_LIMIT:
        remarks.append(f"{_BODY_LIMIT:,} of {len(text):,} characters shown.")
    return visible(text[:_BODY_LIMIT]), remarks


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _untested_by_reason(report: Report) -> dict[str, list[Report]]:
    known = {requirement["id"]: requirement for requirement in report["requirements"]}
    grouped: dict[str, list[Report]] = {}
    for entry in report["untested"]:
        grouped.setdefault(entry["reason"], []).append(known[entry["requirement"]])
    return grouped


def _sections(requirements: Iterable[Report]) -> list[dict[str, Any]]:
    """Group the requirements by their ids: sections by the first two segments, groups by the third.

    Sections and groups are in the order of the contract.
    """
    sections: dict[str, dict[str, list[Report]]] = {}
    for requirement in requirements:
        segments = requirement["id"].split("/")
        section = "/".join(segments[:_SECTION_SEGMENTS])
        group = segments[_SECTION_SEGMENTS] if len(segments) > _SECTION_SEGMENTS + 1 else ""
        sections.setdefault(section, {}).setdefault(group, []).append(requirement)
    return [
        {
            "name": name,
            "groups": groups,
            "tally": _verdict_counts(member for group in groups.values() for member in group),
        }
        for name, groups in sections.items()
    ]


def _verdict_counts(requirements: Iterable[Report]) -> list[tuple[str, int]]:
    found = [requirement["verdict"] for requirement in requirements]
    return [(verdict, found.count(verdict)) for verdict in VERDICTS if verdict in found]
