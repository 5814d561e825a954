"""Judge what a response must not disclose: secrets and stack traces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orders_conformance.harness.exchange import Response
from orders_conformance.harness.oracle.evidence import Evidence, checked
from orders_conformance.spec.rules import Rule

# Stack traces of several languages and databases: a text that every match contains, and the pattern. The text is
# searched first because that is cheap; most bodies contain none of them.
_STACK_TRACES = (
    ("Traceback", re.compile(r"Traceback \(most recent call last\)")),
    ("at ", re.compile(r"\bat [\w$.<>]+\([\w$]+\.(java|kt|scala):\d+\)")),
    ("at ", re.compile(r"\bat .{1,120}[(/\\][\w./\\-]+\.(js|ts|mjs|cs|java|rb|php):(line )?\d+")),
    ('File "', re.compile(r'File "[^"]+", line \d+')),
    ("Exception in", re.compile(r'Exception in thread "')),
    ("Exception", re.compile(r"\b(java|javax|org|com)\.[\w.]+Exception\b")),
    ("Error", re.compile(r"\b(java|javax|org|com)\.[\w.]+Error\b")),
    ("goroutine", re.compile(r"\bgoroutine \d+ \[")),
    ("SQLSTATE", re.compile(r"\bSQLSTATE\b")),
    ("ORA-", re.compile(r"\bORA-\d{5}\b")),
    ("sqlite", re.compile(r"sqlite3?\.(\w+Error)")),
    ("psycopg", re.compile(r"\bpsycopg2?\.")),
    ("pymysql", re.compile(r"\bpymysql\.")),
    ("sqlalchemy", re.compile(r"\bsqlalchemy\.")),
    (".php", re.compile(r"#\d+ [\w/.\\-]+\.php\(\d+\)")),
)

# The characters of a stack trace that are shown.
_SHOWN = 80


def judge_disclosure(response: Response) -> Iterator[Evidence]:
    """Judge a response, whose secrets were hidden when it was received; it says itself what it disclosed."""
    yield checked(
        (Rule.NO_SECRET,), lambda: ("no secret", f"{response.disclosed}, in the response"), held=not response.disclosed
    )
    text = response.body.decode(errors="replace")
    trace = next((found for mark, pattern in _STACK_TRACES if mark in text and (found := pattern.search(text))), None)
    shown = trace[0][:_SHOWN] if trace else ""
    yield checked((Rule.NO_STACK_TRACE,), lambda: ("no stack trace", shown), held=trace is None)
