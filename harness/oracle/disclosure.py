"""Judge what a response must not disclose: secrets and stack traces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.oracle.evidence import Evidence, checked
from orders_conformance.spec.rules import Rule

# Stack traces of several languages and databases: a text that every match begins with, and the pattern from there. The
# text is searched first, which is cheap: most bodies contain none of them. Every part of a pattern has a limit, so that
# no text of a server takes long to judge.
_BEGINNINGS = (
    ("Traceback", r"Traceback \(most recent call last\)"),
    ("at ", r"\bat [\w$.<>]{1,200}\([\w$]{1,100}\.(java|kt|scala):\d"),
    ("at ", r"\bat .{1,120}[(/\\][\w./\\-]{1,120}\.(js|ts|mjs|cs|java|rb|php):(line )?\d"),
    ('File "', r'File "[^"]{1,300}", line \d'),
    ("Exception in", r'Exception in thread "'),
    ("goroutine", r"\bgoroutine \d{1,9} \["),
    ("SQLSTATE", r"\bSQLSTATE\b"),
    ("ORA-", r"\bORA-\d{5}\b"),
    ("sqlite", r"sqlite3?\.\w{1,60}Error"),
    ("psycopg", r"\bpsycopg2?\."),
    ("pymysql", r"\bpymysql\."),
    ("sqlalchemy", r"\bsqlalchemy\."),
    ("#", r"#\d{1,5} [\w/.\\-]{1,200}\.php\(\d"),
)
# The same for texts that every match ends with, and the pattern up to there.
_ENDS = (
    ("Exception", r"\b(java|javax|org|com)\.[\w.]{1,150}Exception$"),
    ("Error", r"\b(java|javax|org|com)\.[\w.]{1,150}Error$"),
)
_FROM = tuple((mark, re.compile(pattern)) for mark, pattern in _BEGINNINGS)
_UP_TO = tuple((mark, re.compile(pattern)) for mark, pattern in _ENDS)
# The characters ahead of the end of a match, and how often a text is looked for.
_LONGEST, _MOST = 170, 200
# The characters of a stack trace that are shown.
_SHOWN = 80


def judge_disclosure(response: Response) -> Iterator[Evidence]:
    """Judge a response, whose secrets were hidden when it was received; it says itself what it disclosed."""
    yield checked(
        (Rule.NO_SECRET,), lambda: ("no secret", f"{response.disclosed}, in the response"), held=not response.disclosed
    )
    trace = next(_stack_traces(response.body.decode(errors="replace")), None)
    shown = trace[:_SHOWN] if trace else ""
    yield checked((Rule.NO_STACK_TRACE,), lambda: ("no stack trace", shown), held=trace is None)


def _stack_traces(text: str) -> Iterator[str]:
    """Yield what shows a stack trace."""
    for mark, pattern in _FROM:
        if mark in text:
            yield from (found[0] for at in _places(mark, text) if (found := pattern.match(text, at)))
    for mark, pattern in _UP_TO:
        if mark not in text:
            continue
        ends = (at + len(mark) for at in _places(mark, text))
        yield from (found[0] for end in ends if (found := pattern.search(text[max(0, end - _LONGEST) : end])))


def _places(mark: str, text: str) -> Iterator[int]:
    """Yield where a text begins, the first `_MOST` times."""
    at = text.find(mark)
    for _ in range(_MOST):
        if at < 0:
            return
        yield at
        at = text.find(mark, at + len(mark))
