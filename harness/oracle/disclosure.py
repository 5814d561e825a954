"""Judging what an answer must not let out: the token, and the insides of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orders_conformance.harness.exchange import Response
from orders_conformance.harness.oracle.evidence import Evidence, checked
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import SHORTEST_SECRET, Credentials


class DisclosureJudge:
    """Looks for secrets and for marks of a stack trace in headers and bodies."""

    def __init__(self, contract: Contract, credentials: Credentials) -> None:
        """Prepare the patterns of the contract's `stack_trace` and the forms of the token."""
        self._secrets = tuple(form.encode() for form in credentials.secrets() if len(form) >= SHORTEST_SECRET)
        # To look for a text costs little beside looking for a pattern.
        self._traces = tuple((one["with"], re.compile(one["pattern"])) for one in contract.extension["stack_trace"])

    def judge(self, response: Response) -> Iterator[Evidence]:
        """Judge a reply; a secret that is found is not repeated in the evidence."""
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        haystack = headers.encode() + b"\n" + response.body
        leaked = any(secret in haystack for secret in self._secrets)
        yield checked(("no_secret",), lambda: ("no API token", "the API token, in the answer"), held=not leaked)
        text = response.body.decode(errors="replace")
        trace = next(
            (found for mark, pattern in self._traces if mark in text and (found := pattern.search(text))), None
        )
        yield checked(
            ("no_stack_trace",), lambda: ("no stack trace", trace[0][:80] if trace else ""), held=trace is None
        )
