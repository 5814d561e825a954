"""The filters of the templates: they make text of a record safe, printable, short and easy to read."""

import json
from collections.abc import Callable, Iterator, Mapping
from re import compile as pattern
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from orders_conformance.reports.sentences import capitalised, counted
from orders_conformance.reports.text import clipped, shortened, visible, visible_line

_COMMAND_LIMIT = 4_000
_LINE_LIMIT = 1_000
_SHORT_LINE_LIMIT = 80
_PIECE = pattern(r"[^\s,]+,*")
_BREAKABLE_WITHIN = pattern(r"[^\w,]")
_MINUTE = 60.0


def one_line(text: str) -> str:
    """Return text that may quote the server on one line, limited in length."""
    return visible_line(shortened(text, _LINE_LIMIT))


def short_line(text: str) -> str:
    """Return the beginning of a text whose full length is shown in the details."""
    return visible_line(clipped(text, _SHORT_LINE_LIMIT))


def command(text: str) -> str:
    """Return a command, which may have several lines."""
    return visible(shortened(text, _COMMAND_LIMIT))


def setting(value: object) -> str:
    """Return the value of a setting."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def breakable(path: str) -> Markup:
    """Return a path-like name as markup with line break opportunities after its slashes."""
    return Markup("/<wbr>").join(escape(segment) for segment in visible_line(path).split("/"))


def wrapping(text: str) -> Markup:
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


def fragment(name: str) -> str:
    """Return a name for the end of a link within the page."""
    return quote(visible_line(name))


def is_link(text: str) -> bool:
    """Return whether a text is a safe link: a record may have been edited, and a link can run a script."""
    try:
        return urlsplit(text).scheme in {"http", "https"} and text.isprintable()
    except ValueError:
        return False


def number(value: int) -> str:
    """Return a number with separators of thousands."""
    return f"{value:,}"


def seconds(value: float) -> str:
    """Return a time with its unit."""
    if value >= _MINUTE:
        minutes, rest = divmod(round(value), int(_MINUTE))
        return f"{minutes:,} min {rest} s"
    return f"{value * 1000:,.0f} ms" if value < 1 else f"{value:,.2f} s"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "one_line": one_line,
    "short_line": short_line,
    "line": visible_line,
    "command": command,
    "breakable": breakable,
    "wrapping": wrapping,
    "capitalised": capitalised,
    "anchor": visible_line,
    "fragment": fragment,
    "number": number,
    "counted": counted,
    "seconds": seconds,
    "setting": setting,
}
