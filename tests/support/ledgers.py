"""Ledgers for tests, written by the suite's own writer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orders_conformance.harness.ledger.reader import LedgerContent, read_ledger
from orders_conformance.harness.ledger.reconcile import LedgerOrder, reconcile
from orders_conformance.harness.ledger.writer import LedgerFile, LedgerWriter
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.redaction.redactor import Redactor
from tests.support.runs import CONTRACT, CREDENTIALS, NOW, created, minimal, request

TARGET = "https://api.example.com"
RUN = "0123456789abcdef"
SUITE = {"name": "orders-conformance", "version": "0.1.0"}
TIMEOUT = Failure("timeout", "no answer")
REFUSED = Failure("refused", "no connection")

Try = tuple[object, Response | Failure | None]


def ledger_writer(ledger: LedgerFile, run: str = RUN) -> LedgerWriter:
    """Keep the ledger of a run whose references begin with `OC123456`."""
    return LedgerWriter(ledger, run, CONTRACT, "OC123456", Redactor(CREDENTIALS).hide, lambda: NOW)


def order(number: int = 1, **changes: Any) -> Mapping[str, Any]:
    """Make a plain order of its own."""
    return minimal(**{"referenceId": f"OC123456-{number}", **changes})


def taken(number: int = 1, ref: str | None = None, **changes: Any) -> Try:
    """Make a try that creates the order of a number; its ref is the service's own unless it is given."""
    sent = order(number, **changes)
    return sent, created(sent, ref or f"ref-{number}")


@dataclass(frozen=True)
class Written:
    """A ledger in a file."""

    path: Path

    def run(
        self, *tries: Try, run: str = RUN, target: str = TARGET, embedded: bool = False, purpose: str = "create/x"
    ) -> Written:
        """Append a run with its tries, one after the other; an answer of None is an outcome that nobody wrote."""
        with closing(LedgerFile(self.path)) as ledger:
            kept = ledger_writer(ledger, run)
            kept.begin(target, SUITE, embedded=embedded)
            for sent, answer in tries:
                made = sent if isinstance(sent, Request) else request(sent)
                identifier = kept.intend(Request(made.body, made.content_type, made.authorization, purpose))
                if answer is not None:
                    kept.settle(identifier, answer)
        return self

    def deleted(self, which: LedgerOrder, status: int | None) -> Written:
        """Append what an attempt to delete an order came to."""
        with closing(LedgerFile(self.path)) as ledger:
            event = {"type": "deletion", "run": which.run, "at": "2026-01-02T03:04:05.000Z"}
            ledger.append({**event, "order": which.id, "status": status}, durable=True)
        return self

    def looked_up(self, which: LedgerOrder, returned: Mapping[str, str] | None) -> Written:
        """Append what the target said of an order; None where it does not have it."""
        with closing(LedgerFile(self.path)) as ledger:
            event = {"type": "lookup", "run": which.run, "at": "2026-01-02T03:04:05.000Z", "order": which.id}
            ledger.append({**event, "found": returned is not None, "returned": returned or {}}, durable=True)
        return self

    def accounts(self) -> LedgerContent:
        """Read it."""
        return read_ledger(self.path)

    def orders(self) -> tuple[LedgerOrder, ...]:
        """List its orders."""
        return reconcile(self.accounts(), CONTRACT)
