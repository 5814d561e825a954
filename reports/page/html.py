"""One self-contained page that a person can read: `report.html`.

The page needs no network, no script and no second file. Text of the server is escaped, made visible and cut in length;
a content security policy forbids everything but the page's own style, should anything slip through all the same.
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
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, shortened, visible, visible_line
from orders_conformance.reports.wording import capitalised, is_stale, weight

FINDINGS_SHOWN = 3
BEFORE_SHOWN = 3
OBSERVATIONS_SHOWN = 5
_BODY_LIMIT = 4_000
_PHRASE_LIMIT = 1_000
_GLANCE_LIMIT = 80
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
        weight=weight,
        is_stale=is_stale,
        is_link=_is_link,
        wire=_wire,
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
        phrase=_phrase,
        glance=_glance,
        line=visible_line,
        command=_command,
        breakable=_breakable,
        pieces=_pieces,
        capitalised=capitalised,
        anchor=visible_line,
        fragment=_fragment,
        number=_number,
        seconds=_seconds,
        setting=_setting,
    )
    return environment.get_template("report.html.j2")


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _phrase(text: str) -> str:
    """Return text that may quote the server, on one line and not too long."""
    return visible_line(shortened(text, _PHRASE_LIMIT))


def _glance(text: str) -> str:
    """Return the beginning of text that stands in whole where its details are unfolded."""
    return visible_line(clipped(text, _GLANCE_LIMIT))


def _command(text: str) -> str:
    return visible(shortened(text, _BODY_LIMIT))


def _setting(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _breakable(path: str) -> Markup:
    """Return a path-like name that may wrap after its slashes."""
    return Markup("/<wbr>").join(escape(segment) for segment in visible_line(path).split("/"))


def _pieces(text: str) -> Markup:
    """Return text that wraps at blanks and after commas.

    Left alone, browsers wrap at the hyphens of dates and identifiers too. Whatever would wrap within becomes an element
    that does so only where it is longer than the line; unlike joiners or break marks, elements are not copied.
    """
    return Markup("").join(_kept_together(text))


def _kept_together(text: str) -> Iterator[Markup]:
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
    """Whether a text may become a link: records may be altered by hand, and a link could run a script."""
    try:
        return urlsplit(text).scheme in {"http", "https"} and text.isprintable()
    except ValueError:
        return False


def _number(value: int) -> str:
    return f"{value:,}"


def _seconds(value: float) -> str:
    return f"{value * 1000:,.0f} ms" if value < 1 else f"{value:,.2f} s"


def _wire(exchange: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of an exchange, ready to be shown: the request, then the reply or what came instead."""
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    messages = [{"name": "Request", **_message(f"{request['method']} {request['url']}", request)}]
    if response is not None:
        messages.append({"name": "Response", **_message(_status_line(response["status"]), response)})
    else:
        messages.append(
            {
                "name": "No response",
                "start": _phrase(failure["kind"]),
                "headers": [],
                "body": _phrase(failure["detail"]),
                "remarks": [],
            }
        )
    return messages


def _message(start: str, message: Mapping[str, Any]) -> dict[str, Any]:
    headers: Sequence[Sequence[str]] = message["headers"]
    body, remarks = _body(message["body"])
    if len(headers) > _HEADERS_SHOWN:
        remarks.append(f"{_HEADERS_SHOWN} of {len(headers):,} headers shown.")
    return {
        "start": _phrase(start),
        "headers": [(_phrase(name), _phrase(value)) for name, value in headers[:_HEADERS_SHOWN]],
        "body": body,
        "remarks": remarks,
    }


def _body(body: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return a body as text to show, and what must be said about it."""
    remarks = []
    if "text" in body:
        text = body["text"]
    else:
        # A record may be cut or altered by hand: what is no base64 is shown as it stands.
        try:
            text = base64.b64decode(body["base64"]).decode("utf-8", "backslashreplace")
            remarks.append(r"Not UTF-8: other bytes are shown as \xNN.")
        except ValueError:
            text = body["base64"]
            remarks.append("Shown as base64.")
    if not text:
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
    """Group the requirements by the beginning of their ids: sections by two segments, groups by the third.

    Sections and groups stand in the order in which the contract first names them.
    """
    sections: dict[str, dict[str, list[Report]]] = {}
    for requirement in requirements:
        segments = requirement["id"].split("/")
        section = "/".join(segments[:_SECTION_SEGMENTS])
        group = segments[_SECTION_SEGMENTS] if len(segments) > _SECTION_SEGMENTS + 1 else ""
        sections.setdefault(section, {}).setdefault(group, []).append(requirement)
    return [
        {"name": name, "groups": groups, "tally": _tally(member for group in groups.values() for member in group)}
        for name, groups in sections.items()
    ]


def _tally(requirements: Iterable[Report]) -> list[tuple[str, int]]:
    found = [requirement["verdict"] for requirement in requirements]
    return [(verdict, found.count(verdict)) for verdict in VERDICTS if verdict in found]
