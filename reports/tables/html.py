"""Renders the pages on several runs: self-contained, without script, with escaped text and a strict policy."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from orders_conformance.reports.html import environment, source_hash
from orders_conformance.reports.sentences import capitalised, counted
from orders_conformance.reports.tables.runs import SHAPES, label
from orders_conformance.reports.text import shortened, visible_line

_TEMPLATES = Path(__file__).with_name("templates")
_LINE_LIMIT = 1_000


def render(template: str, **values: Any) -> str:
    """Return the page of a template, by the name of its file."""
    style = (_TEMPLATES / "tables.css").read_text("utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            policy=_policy(style),
            shapes=SHAPES,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    filters: Mapping[str, Callable[..., Any]] = {
        "line": _line,
        "breakable": _breakable,
        "label": label,
        "counted": counted,
        "capitalised": capitalised,
    }
    return environment(_TEMPLATES, filters)


def _line(text: object) -> str:
    """Return a text on one line, printable and limited in length."""
    return "none" if text is None else visible_line(shortened(str(text), _LINE_LIMIT))


def _breakable(path: str) -> Markup:
    """Return a path-like name as markup with line break opportunities after its slashes."""
    return Markup("/<wbr>").join(escape(segment) for segment in _line(path).split("/"))


def _policy(style: str) -> str:
    return f"default-src 'none'; style-src {source_hash(style)}; base-uri 'none'; form-action 'none'"
