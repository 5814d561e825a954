"""Conduct the run of an invocation and write its reports."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from concurrent.futures import wait
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.client.target import Target, open_application, open_target
from orders_conformance.harness.engine.progress import Show
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.inputs.deviations_file import check_appendable
from orders_conformance.harness.inputs.pdf import optional_files
from orders_conformance.harness.ledger.opening import check_regular, open_ledger
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.interrupts import Interrupts
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.run.wait import wait_for_answer
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.harness.verification.signature import check_key, sign
from orders_conformance.reports.manifest import LEDGER, RECORD, UNFINISHED
from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.sentences import COMPLETE
from orders_conformance.reports.write import Rendered, ReportError, check_replaceable, render, write_deviations

# A shell adds the number of the signal.
_ENDED = 128
EXIT_STATUS = {Outcome.CONFORMANT: 0, Outcome.PARTIAL: 0, Outcome.NOT_CONFORMANT: 1, Outcome.BROKEN: 3}


def execute(
    invocation: Invocation,
    progress: Show | None = None,
    interrupts: Interrupts | None = None,
) -> Rendered:
    """Check an invocation, conduct the run and write its reports.

    Args:
        invocation: the options of the run.
        progress: called after each exchange; None where nobody wants to know.
        interrupts: knows afterwards which signal ended the run.

    Raises:
        InvalidInputError: the invocation is not valid; nothing was sent.
        RecordError: the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written.

    """
    settings = settings_of(invocation)
    _check_orders_allowed(invocation, settings)
    if invocation.write_deviations is not None:
        check_appendable(invocation.write_deviations)
    if invocation.sign is not None:
        check_key(invocation.sign)
    optional = optional_files(pdf=invocation.pdf)
    policy = settings.profile.retry_policy
    with _opened(invocation, settings, policy) as target:
        at_target = replace(settings, credentials=target.credentials, target=target.client.url, remark=target.remark)
        interrupts = interrupts or Interrupts()
        environment = RunEnvironment(
            transport=interrupts.interruptible(target.client),
            end_after=target.client.end_after,
            judging=interrupts.interruptible,
            headers=target.client.headers,
            progress=progress,
            sleep=interrupts.interruptible(time.sleep),
            wait=interrupts.interruptible(wait),
        )
        folder = _folder(invocation.report_dir)
        if invocation.wait and invocation.target is not None:
            # Where it does not answer, or the wait is interrupted, the run says so, in its reports too.
            waiting = partial(
                wait_for_answer, environment.transport, invocation.wait, environment.clock, environment.sleep
            )
            environment = replace(environment, before=waiting)
        with interrupts.deferred():
            rendered = run_and_report(at_target, environment, folder, optional)
    if invocation.sign is not None:
        sign(invocation.sign, folder)
    if invocation.write_deviations is not None and write_deviations(rendered.report, invocation.write_deviations):
        Redactor(at_target.credentials).check_written([invocation.write_deviations])
    return rendered


def _opened(invocation: Invocation, settings: Settings, policy: RetryPolicy) -> AbstractContextManager[Target]:
    contract, options = settings.contract, invocation.connection
    if invocation.app is not None:
        return open_application(contract, invocation.app, options, policy, os.environ)
    return open_target(contract, invocation.target, options, policy, os.environ, run=settings.run)


def run_and_report(
    settings: Settings, environment: RunEnvironment, folder: Path, optional: Collection[str] = ()
) -> Rendered:
    """Conduct a run with record and ledger in a folder, and write its reports there, and the optional ones named.

    What an earlier run left stays as it is until the reports are written; then record and reports replace it. A run
    that is killed leaves its record under a name of its own, so that no report stands beside the record of another run.

    Raises:
        InvalidInputError, RecordError: the ledger or the record cannot be written; nothing was sent.
        ReportError: the reports cannot be written; nothing was sent.
        BrokenRunError: they could not be written at the end; or a file contains a secret.

    """
    record = folder / UNFINISHED
    synced = settings.profile.synced or not is_loopback(settings.target)
    for path in (record, folder / RECORD):
        check_regular(path, "record")
    check_replaceable(folder)
    with closing(open_ledger(folder / LEDGER, synced=synced)) as ledger:
        writer = Writer(record)
        try:
            with writer:
                environment = replace(environment, sink=writer.write, written=lambda: writer.size, ledger=ledger)
                run(settings, environment)
            rendered = render(record, folder, settings.quotes, optional)
        except (RecordError, ReportError) as problem:
            if not writer.lines:
                raise
            message = f"{problem}; what was sent until then is in the ledger {str(ledger.path)!r}"
            raise BrokenRunError(message) from problem
    Redactor(settings.credentials).check_written([folder / RECORD, ledger.path, *rendered.files])
    return rendered


def _check_orders_allowed(invocation: Invocation, settings: Settings) -> None:
    """Check that the user gave a number of real orders that may be created, if the target is not loopback.

    Raises:
        InvalidInputError: it is missing.

    """
    if invocation.target is None or invocation.max_orders is not None or is_loopback(invocation.target):
        return
    from orders_conformance.harness.run.dry_run import dry_run  # noqa: PLC0415 - only needed for this message

    target = check_url(invocation.target)
    cost = dry_run(settings).traffic
    message = (
        f"{target} is not loopback, and every order that it accepts is real: allow some with "
        f"--max-orders N (this run needs {cost['orders_created']} orders and {cost['requests']} requests)"
    )
    raise InvalidInputError(message)


def exit_status(rendered: Rendered, ended_by: signal.Signals | None = None, require: str | None = None) -> int:
    """Return the exit status of the report, which may be worse than the run's: a damaged record makes it broken.

    Args:
        rendered: the report.
        ended_by: the signal that ended the run. For SIGTERM and SIGHUP the status is that of a process that was ended
            by it, as a shell has it: 143 and 129.
        require: `complete` if a partial outcome is not enough, or None.

    """
    if ended_by not in {None, signal.SIGINT}:
        return _ENDED + int(ended_by or 0)
    outcome = Outcome(rendered.report["outcome"])
    if outcome is Outcome.PARTIAL and require == COMPLETE:
        outcome = Outcome.NOT_CONFORMANT
    return EXIT_STATUS[outcome]


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the report folder {str(path)!r} cannot be made ({error.strerror}): choose another with --report-dir"
        raise InvalidInputError(message) from error
    return path
