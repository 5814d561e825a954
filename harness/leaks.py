"""Judging what an answer must not let out: the token, and the insides of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.evidence import Evidence, weighed
from harness.exchange import Reply
from spec.contract import Contract
from strategies.credentials import SHORTEST_SECRET, Credentials


class LeakJudge:
    """Looks for secrets and for marks of a stack trace in headers and bodies."""

    def __init__(self, contract: Contract, credentials: Credentials) -> None:
        """Prepare the patterns of the contract's `stack_trace` and the forms of the token."""
        self._secrets = tuple(form.encode() for form in credentials.secrets() if len(form) >= SHORTEST_SECRET)
        # To look for a text costs little beside looking for a pattern.
        self._traces = tuple((one["with"], re.compile(one["pattern"])) for one in contract.extension["stack_trace"])

    def judge(self, reply: Reply) -> Iterator[Evidence]:
        """Judge a reply; a secret that is found is not repeated in the evidence."""
        headers = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
        haystack = headers.encode() + b"\n" + reply.body
        leaked = any(secret in haystack for secret in self._secrets)
        yield weighed(("no_secret",), lambda: ("no API token", "the API token, in the answer"), held=not leaked)
        text = reply.body.decode(errors="replace")
        trace = next(
            (found for mark, pattern in self._traces if mark in text and (found := pattern.search(text))), None
        )
        yield weighed(
            ("no_stack_trace",), lambda: ("no stack trace", trace[0][:80] if trace else ""), held=trace is None
        )
