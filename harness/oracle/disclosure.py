"""Judge what a response must not disclose: the API token and stack traces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from orders_conformance.harness.exchange import Response
from orders_conformance.harness.oracle.evidence import Evidence, checked
from orders_conformance.harness.redaction import SHORTEST_SECRET, Redactor
from orders_conformance.spec.rules import Rule

# From the first package to the last error of a run of names: if these are in the wrong order, so are all others.
_OF_PACKAGE = re.compile(r"(?<![\w.])(?>[\w.]*?\b(?:java|javax|org|com)\.)[\w.]+(?:Exception|Error)\b")
# Stack traces of several languages and databases: a text that every match contains, and the pattern. The text is
# searched first because that is cheap; most bodies contain none of them. A server may send a megabyte that nearly
# matches, so each pattern takes time in proportion to the text: a run of characters is entered at its beginning only,
# and what was matched in an atomic group is not tried again in another way.
_STACK_TRACES = (
    ("Traceback", re.compile(r"Traceback \(most recent call last\)")),
    ("at ", re.compile(r"\bat [\w$.<>]++\([\w$]++\.(java|kt|scala):\d")),
    ('File "', re.compile(r'File "[^"]++", line \d')),
    ("Exception in", re.compile(r'Exception in thread "')),
    ("java.", _OF_PACKAGE),
    ("javax.", _OF_PACKAGE),
    ("org.", _OF_PACKAGE),
    ("com.", _OF_PACKAGE),
    ("goroutine", re.compile(r"\bgoroutine \d++ \[")),
    ("SQLSTATE", re.compile(r"\bSQLSTATE\b")),
    ("ORA-", re.compile(r"\bORA-\d{5}\b")),
    ("sqlite", re.compile(r"sqlite3?\.(\w+Error)")),
    ("psycopg", re.compile(r"\bpsycopg2?\.")),
    ("pymysql", re.compile(r"\bpymysql\.")),
    ("sqlalchemy", re.compile(r"\bsqlalchemy\.")),
    (".php", re.compile(r"#\d++ [\w/.\\-]+\.php\(\d")),
)
# The end of a source file with a line, and what stands before it, read backwards: the path, and what begins it.
_SOURCE = re.compile(r"\.(?:js|ts|mjs|cs|java|rb|php):(?:line )?\d")
_PATH_BACKWARDS, _OPENS_PATH = re.compile(r"[\w./\\-]++"), re.compile(r"[(/\\]")
_AT = re.compile(r"\bat ")
# Characters before a source file in which its path and "at" stand; source files of a body that are looked at.
_LONGEST_FRAME, _MOST_SOURCES = 360, 1000


class DisclosureJudge:
    """Searches headers and bodies for the API token and for stack traces."""

    def __init__(self, redactor: Redactor) -> None:
        """Encode each form in which the API token may occur."""
        self._secrets = tuple(form.encode() for form in redactor.secrets if len(form) >= SHORTEST_SECRET)

    def judge(self, response: Response) -> Iterator[Evidence]:
        """Judge a response; the evidence does not quote a secret that was found."""
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        searched = headers.encode() + b"\n" + response.body
        leaked = any(secret in searched for secret in self._secrets)
        yield checked((Rule.NO_SECRET,), lambda: ("no API token", "the API token, in the response"), held=not leaked)
        text = response.body.decode(errors="replace")
        trace = _stack_trace(text)
        yield checked(
            (Rule.NO_STACK_TRACE,), lambda: ("no stack trace", trace[:80] if trace else ""), held=trace is None
        )


def _stack_trace(text: str) -> str | None:
    """Return the first line or so of a stack trace in a text; None where it has none."""
    patterns = dict.fromkeys(pattern for mark, pattern in _STACK_TRACES if mark in text)
    found = next((found for pattern in patterns if (found := pattern.search(text))), None)
    return found[0] if found else _frame(text)


def _frame(text: str) -> str | None:
    """Return a frame in a text: "at", and within one line the path of a source file with a line number."""
    if "at " not in text:
        return None
    for source in islice(_SOURCE.finditer(text), _MOST_SOURCES):
        start = text.rfind("\n", max(0, source.start() - _LONGEST_FRAME), source.start()) + 1
        line = text[start or max(0, source.start() - _LONGEST_FRAME) : source.start()]
        path = _PATH_BACKWARDS.match(line[::-1])
        place, at = len(line) - (path.end() if path else 0), _AT.search(line)
        # What opens the path is a slash within it, not at its end, or the character before it.
        opens = _OPENS_PATH.search(line, max(0, place - 1), len(line) - 1)
        if path and at and opens and opens.start() > at.end():
            return line[at.start() :] + source[0]
    return None
